// SPDX-License-Identifier: Apache-2.0
// Classes of bytes that all dialects share. -1 stands for the end of the text and is in none.
#pragma once

namespace garboard::sql {

constexpr bool is_digit(int c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(int c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}
constexpr bool is_letter_or_digit(int c) noexcept { return is_letter(c) || is_digit(c); }
/// White space of every dialect; the vertical tab is a trait.
constexpr bool is_blank(int c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

}  // namespace garboard::sql
