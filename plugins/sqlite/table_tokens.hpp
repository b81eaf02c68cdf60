// SPDX-License-Identifier: Apache-2.0
// The tokens of one definition in a CREATE TABLE, each with its place in the text.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::sqlite {

struct Token {
  std::string_view text;  ///< of the text that was tokenized
  std::size_t begin = 0, end = 0;
  int depth = 0;  ///< number of parentheses around it; a parenthesis is inside itself

  [[nodiscard]] bool is(std::string_view keyword) const noexcept;
  [[nodiscard]] bool is_any(std::initializer_list<std::string_view> keywords) const noexcept;
  /// Could stand for a name: a word or a quoted name, and no string.
  [[nodiscard]] bool is_name() const noexcept;
};

[[nodiscard]] std::vector<Token> tokens_of(std::string_view text);

/// Index of the token behind the one at `at`, or behind the parentheses that open there.
[[nodiscard]] std::size_t behind_group(const std::vector<Token>& tokens, std::size_t at);

}  // namespace garboard::sqlite
