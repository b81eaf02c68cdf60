// SPDX-License-Identifier: Apache-2.0
#include "table_tokens.hpp"

#include <algorithm>

#include "table_text.hpp"
#include "words.hpp"

namespace garboard::sqlite {

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

bool Token::is(std::string_view keyword) const noexcept { return is_same_name(text, keyword); }

bool Token::is_any(std::initializer_list<std::string_view> keywords) const noexcept {
  return std::any_of(keywords.begin(), keywords.end(),
                     [this](std::string_view keyword) { return is(keyword); });
}

bool Token::is_name() const noexcept {
  const char c = text.front();
  const bool is_digit = c >= '0' && c <= '9';
  const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
                       static_cast<unsigned char>(c) >= 0x80U;
  return !is_digit && (is_word || c == '"' || c == '`' || c == '[');
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  Words words(text);
  int depth = 0;
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    const auto begin = static_cast<std::size_t>(word.data() - text.data());
    if (word == "(") ++depth;
    tokens.push_back({word, begin, begin + word.size(), depth});
    if (word == ")") --depth;
  }
  return tokens;
}

std::size_t behind_group(const std::vector<Token>& tokens, std::size_t at) {
  if (at >= tokens.size() || tokens[at].text != "(") return at + 1;
  const int depth = tokens[at].depth;
  while (at < tokens.size() && (tokens[at].text != ")" || tokens[at].depth != depth)) ++at;
  return at + 1;
}

}  // namespace garboard::sqlite
