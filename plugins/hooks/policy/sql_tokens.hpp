// SPDX-License-Identifier: Apache-2.0
// Tokens of one statement, enough for the readers that have no grammar: comments are gone and
// literals empty, but nothing breaks when they are not.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "facts.hpp"

namespace garboard::policy {

struct Token {
  enum class Kind : std::uint8_t { end, word, quoted, string, number, symbol };
  Kind kind = Kind::end;
  std::string text = {};  ///< a word in lower case; a quoted name without its quotes
};

[[nodiscard]] std::vector<Token> tokens_of(std::string_view sql, Dialect dialect);

/// Goes through tokens; a missing token is an end, as often as it is asked for.
class Cursor {
 public:
  explicit Cursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const noexcept;
  [[nodiscard]] bool is(std::string_view word, std::size_t ahead = 0) const noexcept;
  [[nodiscard]] bool is_symbol(char c, std::size_t ahead = 0) const noexcept;
  [[nodiscard]] bool is_end() const noexcept { return peek().kind == Token::Kind::end; }
  void skip(std::size_t n = 1) noexcept { at_ = std::min(at_ + n, tokens_.size()); }
  /// Takes these words when all of them come next.
  bool take(std::initializer_list<std::string_view> words) noexcept;
  bool take(std::string_view word) noexcept { return take({word}); }
  bool take_symbol(char c) noexcept;
  /// The first of the words that comes next is taken.
  bool take_any(std::initializer_list<std::string_view> words) noexcept;
  /// A name, quoted or not; empty when there is none.
  std::string take_identifier();
  Name take_name();
  /// Behind the parenthesis that closes the one that comes next.
  void skip_parentheses() noexcept;
  /// Up to the ',' of this depth, or the end.
  void skip_clause() noexcept;
  /// True when this word stands somewhere from here on.
  [[nodiscard]] bool has(std::string_view word) const noexcept;
  [[nodiscard]] std::size_t position() const noexcept { return at_; }

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace garboard::policy
