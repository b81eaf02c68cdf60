// SPDX-License-Identifier: Apache-2.0
#include "sql/place.hpp"

#include <algorithm>

namespace garboard::sql {

void PlaceCounter::advance(std::string_view bytes) noexcept {
  place_.byte += bytes.size();
  const std::size_t last = bytes.rfind('\n');
  if (last != std::string_view::npos) {
    place_.line += static_cast<std::uint32_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    place_.column = 1;
    missing_ = 0;
    bytes.remove_prefix(last + 1);
  }
  count_columns(bytes);
}

void PlaceCounter::jump(const Place& place) noexcept {
  place_ = place;
  missing_ = 0;
}

void PlaceCounter::count_columns(std::string_view bytes) noexcept {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (missing_ > 0) {
      if (byte >= low_ && byte <= high_) {
        --missing_;
        ++followed_;
        low_ = 0x80;
        high_ = 0xBF;
        continue;
      }
      place_.column += followed_;  // not a character after all: each of its bytes counts
      missing_ = 0;
    }
    start_character(byte);
  }
}

void PlaceCounter::start_character(unsigned char byte) noexcept {
  ++place_.column;
  if (byte < 0xC2 || byte > 0xF4) return;
  missing_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  followed_ = 0;
  // RFC 3629, section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
  low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
  high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
}

}  // namespace garboard::sql
