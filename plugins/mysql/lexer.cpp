// SPDX-License-Identifier: Apache-2.0
#include "lexer.hpp"

namespace garboard::mysql {
namespace {

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_word_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || byte >= 0x80;
}

char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

bool Token::is_word(std::string_view upper_case) const noexcept {
  if (kind != Kind::word || text.size() != upper_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (upper(text[i]) != upper_case[i]) return false;
  return true;
}

void Lexer::skip_line() noexcept {
  while (pos_ < sql_.size() && sql_[pos_] != '\n') ++pos_;
}

void Lexer::skip_quoted(char quote) noexcept {
  const bool has_escapes = has_backslash_escapes_ && quote != '`';
  for (++pos_; pos_ < sql_.size(); ++pos_) {
    if (sql_[pos_] == '\\' && has_escapes) {
      ++pos_;
    } else if (sql_[pos_] == quote) {
      if (at(pos_ + 1) != quote) break;
      ++pos_;
    }
  }
  pos_ = pos_ < sql_.size() ? pos_ + 1 : sql_.size();
}

bool Lexer::skip_comment() noexcept {
  // "--" starts a comment only before a space, a control character or the end
  const bool is_dashes = starts("--") && static_cast<unsigned char>(at(pos_ + 2)) <= ' ';
  if (starts("#") || is_dashes) {
    skip_line();
  } else if (starts("/*!") || starts("/*M!")) {
    pos_ += starts("/*M!") ? 4 : 3;
    while (at(pos_) >= '0' && at(pos_) <= '9') ++pos_;
    is_in_executable_comment_ = true;
  } else if (is_in_executable_comment_ && starts("*/")) {
    pos_ += 2;
    is_in_executable_comment_ = false;
  } else if (starts("/*")) {
    const std::size_t close = sql_.find("*/", pos_ + 2);
    pos_ = close == std::string_view::npos ? sql_.size() : close + 2;
  } else {
    return false;
  }
  return true;
}

Token Lexer::next() noexcept {
  while (pos_ < sql_.size() && (is_space(sql_[pos_]) || skip_comment()))
    if (pos_ < sql_.size() && is_space(sql_[pos_])) ++pos_;
  Token token{Token::Kind::end, pos_};
  if (pos_ >= sql_.size()) return token;
  const char first = sql_[pos_];
  if (first == '\'' || first == '"' || first == '`') {
    token.kind = first == '\''  ? Token::Kind::string
                 : first == '"' ? Token::Kind::double_quoted
                                : Token::Kind::backticked;
    skip_quoted(first);
  } else if (is_word_character(first)) {
    token.kind = Token::Kind::word;
    while (pos_ < sql_.size() && is_word_character(sql_[pos_])) ++pos_;
  } else {
    token.kind = Token::Kind::symbol;
    ++pos_;
  }
  token.text = sql_.substr(token.offset, pos_ - token.offset);
  return token;
}

}  // namespace garboard::mysql
