// SPDX-License-Identifier: Apache-2.0
// What a plugin reports through gbd_host::fail, and its translation into base::Error. Knows no
// vendor's numbers: docs/driver-describe.md, "Errors", says how drivers classify.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <garboard/abi.h>

#include "base/error.hpp"

/// The ABI's opaque error; one lives for one call.
struct gbd_error {
  std::uint32_t flags = 0;
  std::int64_t native_code = 0;
  std::int64_t position = -1;
  std::string sqlstate = {}, message = {}, detail = {}, hint = {}, context_json = {};
};

namespace garboard::plugin_host {

/// Copies what the plugin says, as far as its table reaches.
void copy_error(gbd_error& into, const gbd_error_info& info);

/// `status` is not GBD_OK. `driver` is named when the plugin gave no message. `sql` is what the
/// position points into; a position beyond it is dropped.
[[nodiscard]] base::Error to_error(gbd_status status, gbd_error&& error, std::string_view driver,
                                   std::string_view sql = {});

}  // namespace garboard::plugin_host
