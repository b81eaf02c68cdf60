// SPDX-License-Identifier: Apache-2.0
// The tokens that are longer than a symbol: strings, names, words, numbers.
#include <cstring>

#include "sql/characters.hpp"
#include "sql/lexer.hpp"

namespace garboard::sql {

namespace {

std::string not_closed(std::string_view what, std::string_view opened, std::string_view expected) {
  std::string message("the ");
  message.append(what).append(" opened here with ").append(opened);
  return message.append(" is not closed; expected ").append(expected);
}

}  // namespace

base::Result<void> Lexer::read_string(char quote, bool knows_backslash) {
  const std::uint64_t begin = window_.index();
  const char stops[] = {quote, '\\', '\0'};
  window_.skip(1);
  for (;;) {
    const std::string_view rest = window_.rest();
    if (rest.empty()) break;
    const std::size_t at = knows_backslash ? rest.find_first_of(stops) : rest.find(quote);
    if (at == std::string_view::npos) {
      window_.skip(rest.size());
      continue;
    }
    const char c = rest[at];
    window_.skip(at + 1);
    if (c == quote) {
      if (window_.peek() != static_cast<unsigned char>(quote)) return {};
      window_.skip(1);
    } else if (window_.peek() >= 0) {
      window_.skip(1);
    }
  }
  const std::string_view mark(&quote, 1);
  return error_at(begin, not_closed("string", mark, mark));
}

base::Result<void> Lexer::read_escape_string() {
  for (;;) {
    base::Result<void> done = read_string('\'', true);
    if (!done) return done;
    // A string goes on in quotes on a later line, and backslashes with it.
    const std::size_t ahead = continuation_distance();
    if (ahead == 0) return {};
    window_.skip(ahead);
  }
}

std::size_t Lexer::continuation_distance() {
  std::size_t ahead = 0;
  bool has_line_end = false;
  for (;;) {
    const int c = window_.peek(ahead);
    if (c == '-' && window_.peek(ahead + 1) == '-') {
      for (int d = c; d >= 0 && d != '\n' && d != '\r';) d = window_.peek(++ahead);
    } else if (is_blank(c)) {
      has_line_end = has_line_end || c == '\n' || c == '\r';
      ++ahead;
    } else {
      return has_line_end && c == '\'' ? ahead : 0;
    }
  }
}

base::Result<void> Lexer::read_name(char quote) {
  const std::uint64_t begin = window_.index();
  window_.skip(1);
  while (skip_past(quote)) {
    if (quote == ']' || window_.peek() != static_cast<unsigned char>(quote)) return {};
    window_.skip(1);
  }
  const char opened = quote == ']' ? '[' : quote;
  return error_at(begin, not_closed("quoted name", {&opened, 1}, {&quote, 1}));
}

std::size_t Lexer::dollar_tag_size() {
  if (!traits_.has_dollar_quotes && !may_dollar_quote_) return 0;
  std::size_t size = 1;
  if (is_digit(window_.peek(1))) return 0;
  while (is_letter_or_digit(window_.peek(size))) ++size;
  return window_.peek(size) == '$' ? size + 1 : 0;
}

base::Result<void> Lexer::read_dollar_quote(std::size_t tag_size) {
  const std::uint64_t begin = window_.index();
  const std::string tag(window_.rest().substr(0, tag_size));
  window_.skip(tag_size);
  while (skip_past('$')) {
    std::size_t matched = 1;
    while (matched < tag_size &&
           window_.peek(matched - 1) == static_cast<unsigned char>(tag[matched]))
      ++matched;
    if (matched == tag_size) {
      window_.skip(tag_size - 1);
      return {};
    }
  }
  return error_at(begin, not_closed("dollar-quoted text", tag, tag));
}

base::Result<void> Lexer::read_guard() {
  const std::uint64_t begin = window_.index();
  std::size_t digits = window_.peek(2) == '!' ? 3 : 4;
  window_.skip(digits);
  for (digits = 0; digits < 6 && is_digit(window_.peek(digits));) ++digits;
  bool is_never_executed = digits >= 5;
  for (std::size_t i = 0; i < 5 && is_never_executed; ++i)
    is_never_executed = window_.peek(i) == '9';
  window_.skip(digits);
  if (!is_never_executed) {
    if (guards_++ == 0) guard_begin_ = begin;
    return {};
  }
  // Version 99999 is how authors write code for no server: it need not even be SQL.
  if (skip_flat_comment() || window_.failure()) return {};
  return error_at(begin, not_closed("comment", "/*!", "*/"));
}

void Lexer::read_word() {
  const bool has_dollar = traits_.has_dollar_in_identifiers;
  for (;;) {
    const int c = window_.peek();
    if (!is_letter_or_digit(c) && !(c == '$' && has_dollar)) return;
    if (!delimiter_.empty() && is_at_delimiter()) return;
    window_.skip(1);
  }
}

void Lexer::read_digits_and_letters() {
  while (is_letter_or_digit(window_.peek())) {
    if (!delimiter_.empty() && is_at_delimiter()) return;
    window_.skip(1);
  }
}

void Lexer::read_number() {
  if (window_.peek() != '.') {
    bool is_whole = true;
    while (is_letter_or_digit(window_.peek())) {
      if (!delimiter_.empty() && is_at_delimiter()) return;
      is_whole = is_whole && is_digit(window_.peek());
      window_.skip(1);
    }
    // "1..10" is a range, "1.end" a number and a word.
    if (!is_whole || window_.peek() != '.' || window_.peek(1) == '.') return;
  }
  if (is_at_delimiter()) return;
  window_.skip(1);
  while (is_digit(window_.peek()) && !is_at_delimiter()) window_.skip(1);
  const int c = window_.peek();
  if ((c == 'e' || c == 'E') && is_digit(window_.peek(1))) read_digits_and_letters();
}

void Lexer::read_variable() {
  window_.skip(1);
  bool has_name = false;
  for (;;) {
    const int c = window_.peek();
    if (is_letter_or_digit(c) || c == '$') {
      has_name = true;
      window_.skip(1);
    } else if (c == '(' && has_name) {
      std::size_t size = 1;
      int inner = window_.peek(size);
      while (inner >= 0 && !is_blank(inner) && inner != '\v' && inner != ')')
        inner = window_.peek(++size);
      window_.skip(inner == ')' ? size + 1 : size);
      return;
    } else if (c == ':' && window_.peek(1) == ':') {
      window_.skip(2);
    } else {
      return;
    }
  }
}

}  // namespace garboard::sql
