// SPDX-License-Identifier: Apache-2.0
#include "loading/slug.hpp"

namespace garboard::loading {

std::string slug_of(std::string_view name) {
  std::string slug;
  slug.reserve(name.size());
  bool is_in_gap = false;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_kept = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                         c == '_' || static_cast<unsigned char>(c) >= 0x80U;
    if (!is_kept) {
      is_in_gap = true;
      continue;
    }
    if (is_in_gap && !slug.empty()) slug += '-';
    is_in_gap = false;
    slug += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return slug;
}

}  // namespace garboard::loading
