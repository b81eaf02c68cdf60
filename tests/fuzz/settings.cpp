// SPDX-License-Identifier: Apache-2.0
// Fuzzes connection URLs (first byte 'u') and the settings file ('f').
#include "cli/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cli/url.hpp"

namespace {

constexpr std::string_view secret = "canary";

/// Whether the secret stands where a URL has its password, and nowhere else.
bool has_password(std::string_view text) {
  const std::size_t at = text.find(secret);
  const std::size_t authority = text.find("://");
  return authority < at && at != std::string_view::npos && text[at - 1] == ':' &&
         text.find('@', at) != std::string_view::npos && text.rfind(secret) == at;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace garboard::cli;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (*data == 'u') {
    const auto url = parse_url(text);
    if (!url) {
      // whatever is wrong with it, its password is not shown
      if (has_password(text) && url.error().message.find(secret) != std::string::npos)
        __builtin_trap();
    } else {
      static_cast<void>(url->secrets());
    }
    return 0;
  }
  if (*data != 'f') return -1;
  for (const FileTrust trust : {FileTrust::named, FileTrust::found})
    static_cast<void>(read_settings_file(text, "garboard.yaml", trust));
  return 0;
}
