// SPDX-License-Identifier: Apache-2.0
// Seen: a token as those see it who follow the structure of a statement.
#pragma once

#include <cstdint>
#include <string_view>

#include "sql/lexer.hpp"
#include "sql/word.hpp"

namespace garboard::sql {

struct Seen {
  Token::Kind kind = Token::Kind::end;
  char symbol = '\0';
  Word word = Word::other;  ///< of a Token::Kind::word
  std::uint64_t index = 0;  ///< of its first byte

  [[nodiscard]] bool is(Word wanted) const noexcept { return word == wanted; }
  [[nodiscard]] bool is_symbol(char c) const noexcept {
    return kind == Token::Kind::symbol && symbol == c;
  }
  [[nodiscard]] bool is_word_or_name() const noexcept {
    return kind == Token::Kind::word || kind == Token::Kind::name;
  }
};

/// What a statement has opened and not closed.
struct Opening {
  std::uint64_t index = 0;
  std::string_view opened;    ///< "BEGIN"
  std::string_view expected;  ///< "END"
};

}  // namespace garboard::sql
