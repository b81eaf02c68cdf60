// SPDX-License-Identifier: Apache-2.0
#include "sql/lexer.hpp"

#include <cstring>
#include <utility>

#include "sql/characters.hpp"

namespace garboard::sql {

void Lexer::start_statement() noexcept {
  last_ = Token::Kind::end;
  guards_ = 0;
  is_first_ = true;
  may_dollar_quote_ = false;
}

void Lexer::set_delimiter(std::string_view delimiter) {
  delimiter_ = delimiter == ";" ? std::string_view() : delimiter;
}

base::Error Lexer::error_at(std::uint64_t index, std::string message) const {
  base::Error error;
  error.code = base::Code::bad_input;
  error.message = std::move(message);
  const Place place = window_.locate(index);
  error.where.line = place.line;
  error.where.column = place.column;
  return error;
}

base::Error Lexer::open_guard() {
  return error_at(guard_begin_, "the comment opened here with /*! is not closed; expected */");
}

bool Lexer::is_space(int c) const noexcept {
  return is_blank(c) || (c == '\v' && traits_.has_vertical_tab_space);
}

bool Lexer::begins_byte_order_mark() {
  return (traits_.ignores_byte_order_marks || window_.index() == 0) && window_.peek(1) == 0xBB &&
         window_.peek(2) == 0xBF;
}

bool Lexer::begins_line_comment() {
  if (window_.peek(1) != '-') return false;
  // No statement begins with a minus sign: the client takes "--x" for a comment there.
  if (!traits_.needs_space_after_dashes || is_first_) return true;
  const int c = window_.peek(2);
  return c <= ' ' || c == 0x7F;
}

bool Lexer::begins_guard() {
  if (!traits_.has_executable_comments) return false;
  const int c = window_.peek(2);
  return c == '!' || (c == 'M' && window_.peek(3) == '!');
}

bool Lexer::is_at_delimiter() {
  if (delimiter_.empty() || guards_ > 0) return false;
  for (std::size_t i = 0; i < delimiter_.size(); ++i) {
    if (window_.peek(i) != static_cast<unsigned char>(delimiter_[i])) return false;
  }
  return true;
}

base::Result<void> Lexer::skip_space() {
  for (;;) {
    const int c = window_.peek();
    if (is_space(c)) {
      window_.skip(1);
      continue;
    }
    if (!delimiter_.empty() && is_at_delimiter()) return {};
    if (c == 0xEF && begins_byte_order_mark()) {
      window_.skip(3);
    } else if ((c == '-' && begins_line_comment()) || (c == '#' && traits_.has_hash_comments)) {
      skip_line();
    } else if (c == '/' && window_.peek(1) == '*' && !begins_guard()) {
      base::Result<void> skipped = skip_block_comment();
      if (!skipped) return skipped;
    } else {
      return {};
    }
  }
}

void Lexer::skip_line() {
  for (;;) {
    const std::string_view rest = window_.rest();
    if (rest.empty()) return;
    const std::size_t end =
        traits_.ends_line_comment_at_cr ? rest.find_first_of("\r\n") : rest.find('\n');
    if (end != std::string_view::npos) return window_.skip(end);
    window_.skip(rest.size());
  }
}

base::Result<void> Lexer::skip_block_comment() {
  const std::uint64_t begin = window_.index();
  // Between statements nothing is kept, so the place must be asked for while it is at hand.
  const Place place = window_.is_keeping() ? Place{} : window_.locate(begin);
  const bool is_kept = window_.is_keeping();
  window_.skip(2);
  if (traits_.has_nested_comments ? skip_nested_comment() : skip_flat_comment()) return {};
  if (traits_.ends_comment_at_end || window_.failure()) return {};
  base::Error error = error_at(is_kept ? begin : window_.index(),
                               "the comment opened here with /* is not closed; expected */");
  if (!is_kept) {
    error.where.line = place.line;
    error.where.column = place.column;
  }
  return error;
}

bool Lexer::skip_past(char c) {
  for (;;) {
    const std::string_view rest = window_.rest();
    if (rest.empty()) return false;
    const std::size_t at = rest.find(c);
    window_.skip(at == std::string_view::npos ? rest.size() : at + 1);
    if (at != std::string_view::npos) return true;
  }
}

bool Lexer::skip_flat_comment() {
  while (skip_past('*')) {
    if (window_.peek() == '/') {
      window_.skip(1);
      return true;
    }
  }
  return false;
}

bool Lexer::skip_nested_comment() {
  for (std::size_t depth = 1; depth > 0;) {
    const std::string_view rest = window_.rest();
    if (rest.empty()) return false;
    const std::size_t at = rest.find_first_of("*/");
    if (at == std::string_view::npos) {
      window_.skip(rest.size());
      continue;
    }
    const char c = rest[at];
    window_.skip(at + 1);
    if (c == '*' && window_.peek() == '/') {
      --depth;
      window_.skip(1);
    } else if (c == '/' && window_.peek() == '*') {
      ++depth;
      window_.skip(1);
    }
  }
  return true;
}

base::Result<Token> Lexer::read() {
  Token token;
  token.begin = window_.index();
  const int c = window_.peek();
  if (c >= 0) {
    base::Result<void> done = read_token(token, c);
    if (!done) return std::move(done.error());
  }
  token.end = window_.index();
  is_first_ = false;
  may_dollar_quote_ = false;
  if (token.kind != Token::Kind::guard) last_ = token.kind;
  return token;
}

base::Result<void> Lexer::read_token(Token& token, int c) {
  using Kind = Token::Kind;
  if (!delimiter_.empty() && is_at_delimiter()) {
    token.kind = Kind::delimiter;
    window_.skip(delimiter_.size());
    return {};
  }
  const auto as = [&token](Kind kind) { token.kind = kind; };
  if (is_letter(c)) {
    as(Kind::word);
    read_word();
    const bool is_prefix = traits_.has_escape_strings && (c == 'e' || c == 'E') &&
                           window_.index() == token.begin + 1 && window_.peek() == '\'';
    if (!is_prefix) return {};
    as(Kind::string);
    return read_escape_string();
  }
  switch (c) {
    case '\'':
      as(Kind::string);
      return read_string('\'', traits_.has_backslash_escapes);
    case '"':
      as(traits_.has_double_quoted_strings ? Kind::string : Kind::name);
      return traits_.has_double_quoted_strings ? read_string('"', traits_.has_backslash_escapes)
                                               : read_name('"');
    case '`':
      if (!traits_.has_backtick_identifiers) break;
      as(Kind::name);
      return read_name('`');
    case '[':
      if (!traits_.has_bracket_identifiers) break;
      as(Kind::name);
      return read_name(']');
    case '\\':
      if (!traits_.has_meta_commands && !traits_.has_delimiter_command) break;
      as(Kind::backslash);
      return {};
    case '/':
      if (window_.peek(1) != '*' || !begins_guard()) break;
      as(Kind::guard);
      return read_guard();
    case '*':
      if (guards_ == 0 || window_.peek(1) != '/') break;
      as(Kind::guard);
      --guards_;
      window_.skip(2);
      return {};
    default:
      break;
  }
  return read_unquoted(token, c);
}

base::Result<void> Lexer::read_unquoted(Token& token, int c) {
  using Kind = Token::Kind;
  const auto as = [&token](Kind kind) { token.kind = kind; };
  if (is_digit(c) ||
      (c == '.' && is_digit(window_.peek(1)) && last_ != Kind::word && last_ != Kind::name)) {
    as(Kind::number);
    read_number();
    return {};
  }
  if (traits_.has_tcl_variables && (c == '$' || c == '@' || c == ':' || c == '#')) {
    as(Kind::variable);
    read_variable();
    return {};
  }
  if (c == '$') {
    if (const std::size_t size = dollar_tag_size(); size > 0) {
      as(Kind::string);
      return read_dollar_quote(size);
    }
    if (traits_.has_dollar_in_identifiers && !traits_.has_dollar_quotes) {
      as(Kind::word);
      read_word();
      return {};
    }
  }
  as(Kind::symbol);
  token.symbol = static_cast<char>(c);
  window_.skip(1);
  return {};
}

}  // namespace garboard::sql
