// SPDX-License-Identifier: Apache-2.0
#include "loading/version_name.hpp"

#include <algorithm>

namespace garboard::loading {

std::optional<VersionName> version_name(std::string_view name, char separator) {
  const std::size_t end = std::min(name.find_first_not_of("0123456789"), name.size());
  if (end == 0) return std::nullopt;
  VersionName parts{.digits = std::string(name.substr(0, end)), .rest = {}};
  name.remove_prefix(end);
  if (separator != '\0') {
    if (!name.starts_with(separator)) return std::nullopt;
    name.remove_prefix(1);
  }
  parts.rest = name;
  return parts;
}

std::string without_zeros(std::string_view digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  return first == digits.size() ? "0" : std::string(digits.substr(first));
}

bool is_less_number(std::string_view a, std::string_view b) {
  const std::string one = without_zeros(a);
  const std::string other = without_zeros(b);
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

bool is_too_large(std::string_view digits) { return is_less_number("9223372036854775807", digits); }

std::optional<std::string_view> without_ending(std::string_view name, std::string_view ending) {
  if (!name.ends_with(ending)) return std::nullopt;
  return name.substr(0, name.size() - ending.size());
}

}  // namespace garboard::loading
