// SPDX-License-Identifier: Apache-2.0
// File names that begin with a version: `20240131120000_create_users.up.sql`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace garboard::loading {

struct VersionName {
  std::string digits;  ///< as written
  std::string rest;    ///< after them, without the separator that was asked for
};

/// What the name begins with; nullopt when that is no digit, or another character than `separator`
/// follows the digits. '\0' = any may follow, and stays in `rest`.
[[nodiscard]] std::optional<VersionName> version_name(std::string_view name, char separator);

/// Without leading zeros, as a tool stores what it reads as a number: "007" -> "7", "0" -> "0".
[[nodiscard]] std::string without_zeros(std::string_view digits);
/// Order of two numbers of any length.
[[nodiscard]] bool is_less_number(std::string_view a, std::string_view b);
/// True when the digits are more than a signed 64-bit number holds, which is what most tools read
/// versions as.
[[nodiscard]] bool is_too_large(std::string_view digits);
/// The name without the ending; nullopt when it ends otherwise.
[[nodiscard]] std::optional<std::string_view> without_ending(std::string_view name,
                                                             std::string_view ending);

}  // namespace garboard::loading
