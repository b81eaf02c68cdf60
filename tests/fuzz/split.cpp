// SPDX-License-Identifier: Apache-2.0
// Fuzzes the lexer and splitter of one dialect, and what hides passwords in SQL.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/redaction.hpp"
#include "core/sql/pieces.hpp"

constexpr std::string_view secret = "k3y'";

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace garboard;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const testing::Split whole = testing::split(testing::GARBOARD_DIALECT(), text);
  // how the text arrives changes nothing
  if (testing::split(testing::GARBOARD_DIALECT(), text, 1 + size % 7) != whole) __builtin_trap();
  std::uint64_t end = 0;
  for (const testing::SplitPiece& piece : whole.pieces) {
    if (piece.byte > piece.end_byte || piece.end_byte > size) __builtin_trap();
    if (piece.kind != sql::Piece::Kind::statement) continue;
    if (piece.text.empty() || piece.byte < end) __builtin_trap();
    end = piece.end_byte;
  }
  base::Redactor redactor;
  redactor.add(secret);
  if (redactor.apply(text).find(secret) != std::string::npos) __builtin_trap();
  return 0;
}
