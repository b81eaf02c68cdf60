// SPDX-License-Identifier: Apache-2.0
// Fuzzes what the host takes from a driver: its description (first byte 'd') and a rendering ('r').
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <garboard/abi.h>

#include "plugin_host/describe.hpp"
#include "plugin_host/rendering.hpp"

namespace {

std::string_view answer;

gbd_status give_answer(gbd_conn* /*conn*/, gbd_str /*op*/, const gbd_sink* sink,
                       gbd_error* /*error*/) noexcept {
  sink->write(sink->ctx, answer.data(), answer.size());
  return GBD_OK;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace garboard;
  if (size == 0) return 0;
  answer = {reinterpret_cast<const char*>(data) + 1, size - 1};
  if (*data == 'd') {
    static_cast<void>(plugin_host::parse_describe(answer));
    return 0;
  }
  if (*data != 'r') return -1;
  gbd_driver table{};
  table.size = sizeof table;
  table.render = &give_answer;
  static_cast<void>(plugin_host::render_with(table, nullptr, {}, "{}"));
  return 0;
}
