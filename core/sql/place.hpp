// SPDX-License-Identifier: Apache-2.0
// Place: where a byte stands in a text, counted while the text streams by.
#pragma once

#include <cstdint>
#include <string_view>

namespace garboard::sql {

struct Place {
  std::uint64_t byte = 0;    ///< 0-based offset
  std::uint32_t line = 1;    ///< 1-based; a line ends at LF
  std::uint32_t column = 1;  ///< 1-based, in code points; a byte that is not UTF-8 counts as one
};

/// Counts lines and code points over text that arrives in pieces, cut anywhere.
class PlaceCounter {
 public:
  [[nodiscard]] const Place& place() const noexcept { return place_; }
  void advance(std::string_view bytes) noexcept;
  /// Goes on at another place, which is the start of a character.
  void jump(const Place& place) noexcept;

 private:
  void count_columns(std::string_view bytes) noexcept;
  void start_character(unsigned char byte) noexcept;

  Place place_;
  // An open UTF-8 sequence: how many bytes are missing, how many followed its first one, and the
  // range in which the next must lie.
  std::uint8_t missing_ = 0;
  std::uint8_t followed_ = 0;
  std::uint8_t low_ = 0x80;
  std::uint8_t high_ = 0xBF;
};

}  // namespace garboard::sql
