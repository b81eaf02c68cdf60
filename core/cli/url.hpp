// SPDX-License-Identifier: Apache-2.0
// Database URLs: scheme://[user[:password]@]host[:port]/database?key=value, with the raw special
// characters that people's passwords really have, and sqlite:path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace garboard::cli {

using base::Result;

struct Url {
  std::string scheme;  ///< lower case
  std::optional<std::string> user = {};
  std::optional<std::string> password = {};
  std::optional<std::string> host = {};  ///< without the brackets of an IPv6 address
  std::optional<std::uint16_t> port = {};
  std::string database = {};
  std::vector<std::pair<std::string, std::string>> params = {};  ///< in order of appearance

  /// The password and every parameter whose name says that it is secret.
  [[nodiscard]] std::vector<std::string> secrets() const;
};

/// Takes a URL apart and percent-decodes it; a '%' that starts no %XX stands for itself. The user's
/// part ends at the last '@' after which a host, port, path and parameters can be read, so that a
/// password may hold any character raw; an '@' after the host must be written %40. No error shows
/// anything of the text but its scheme.
Result<Url> parse_url(std::string_view text);

/// A text that parse_url reads back. Holds the password, if there is one.
[[nodiscard]] std::string url_text(const Url& url);

}  // namespace garboard::cli
