// SPDX-License-Identifier: Apache-2.0
#include "sql/copy_rows.hpp"

#include <algorithm>
#include <cstring>

namespace garboard::sql {

void CopyStatement::see(const Seen& token) noexcept {
  if (phase_ == Phase::other || phase_ == Phase::found) return;
  if (token.is_symbol('(')) {
    ++parentheses_;
  } else if (token.is_symbol(')') && parentheses_ > 0) {
    --parentheses_;
  }
  const bool is_keyword = parentheses_ == 0 && !is_after_dot_;
  is_after_dot_ = token.is_symbol('.');
  switch (phase_) {
    case Phase::first:
      phase_ = token.is(Word::copy) ? Phase::target : Phase::other;
      break;
    case Phase::target:
      if (is_keyword && token.is(Word::from)) phase_ = Phase::source;
      if (is_keyword && token.is(Word::to)) phase_ = Phase::other;
      break;
    default:
      // The server takes stdout for stdin here.
      phase_ = token.is(Word::stdin_) || token.is(Word::stdout_) ? Phase::found : Phase::other;
  }
}

bool CopyStatement::takes_rows(std::string_view statement, const model::LexicalTraits& traits) {
  TextWindow window(statement);
  Lexer lexer(traits, window);
  CopyStatement copy;
  while (copy.phase_ != Phase::other && copy.phase_ != Phase::found) {
    if (!lexer.skip_space()) return false;
    const base::Result<Token> token = lexer.read();
    if (!token || token->kind == Token::Kind::end || token->kind == Token::Kind::backslash)
      return false;
    const bool is_word = token->kind == Token::Kind::word;
    const Word word = is_word ? word_of(window.view(token->begin, token->end)) : Word::other;
    copy.see({token->kind, token->symbol, word, token->begin});
  }
  return copy.takes_rows();
}

void CopyRows::begin() noexcept {
  is_at_line_start_ = true;
  is_at_end_ = false;
  was_read_ = false;
}

bool CopyRows::skip_end_line() {
  if (window_.peek() != '\\' || window_.peek(1) != '.') return false;
  std::size_t size = 2;
  if (window_.peek(size) == '\r') ++size;
  if (window_.peek(size) == '\n') {
    ++size;
  } else if (window_.peek(size) >= 0) {
    return false;
  }
  end_byte_ = window_.locate(window_.index()).byte;
  window_.skip(size);
  return true;
}

std::string_view CopyRows::next_part(std::size_t limit) {
  if (is_at_end_) return {};
  if (is_at_line_start_ && skip_end_line()) {
    is_at_end_ = true;
    return {};
  }
  const std::string_view rest = window_.rest().substr(0, limit);
  if (rest.empty()) {
    end_byte_ = window_.locate(window_.index()).byte;
    is_at_end_ = true;
    return {};
  }
  const std::size_t end = rest.find('\n');
  is_at_line_start_ = end != std::string_view::npos;
  return is_at_line_start_ ? rest.substr(0, end + 1) : rest;
}

base::Result<std::size_t> CopyRows::read(std::span<char> buffer) {
  was_read_ = true;
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::string_view part = next_part(buffer.size() - filled);
    if (part.empty()) break;
    std::memcpy(buffer.data() + filled, part.data(), part.size());
    filled += part.size();
    window_.skip(part.size());
  }
  if (filled == 0 && window_.failure()) return *window_.failure();
  return filled;
}

base::Result<void> CopyRows::skip() {
  while (!is_at_end_) {
    const std::string_view part = next_part(static_cast<std::size_t>(-1));
    window_.skip(part.size());
  }
  if (window_.failure()) return *window_.failure();
  return {};
}

}  // namespace garboard::sql
