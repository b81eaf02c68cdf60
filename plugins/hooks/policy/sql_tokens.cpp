// SPDX-License-Identifier: Apache-2.0
#include "sql_tokens.hpp"

#include <algorithm>
#include <utility>

namespace garboard::policy {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

class Tokenizer {
 public:
  Tokenizer(std::string_view sql, Dialect dialect) noexcept
      : sql_(sql), is_mysql_(is_mysql_family(dialect)), is_sqlite_(dialect == Dialect::sqlite) {}

  std::vector<Token> all() {
    std::vector<Token> tokens;
    for (Token token = next(); token.kind != Token::Kind::end; token = next())
      tokens.push_back(std::move(token));
    return tokens;
  }

 private:
  [[nodiscard]] char at(std::size_t ahead = 0) const noexcept {
    return pos_ + ahead < sql_.size() ? sql_[pos_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts(std::string_view text) const noexcept {
    return sql_.substr(pos_).starts_with(text);
  }

  // True when something was skipped. What stands in an executable comment is code.
  bool skip_blank() noexcept {
    if (starts("--") || (is_mysql_ && at() == '#')) {
      pos_ = std::min(sql_.find('\n', pos_), sql_.size());
      return true;
    }
    if (is_mysql_ && (starts("/*!") || starts("/*M!"))) {
      pos_ += starts("/*!") ? 3 : 4;
      while (is_digit(at())) ++pos_;
      return true;
    }
    if (starts("/*")) {
      const std::size_t end = sql_.find("*/", pos_ + 2);
      pos_ = end == std::string_view::npos ? sql_.size() : end + 2;
      return true;
    }
    if (is_mysql_ && starts("*/")) {
      pos_ += 2;
      return true;
    }
    const bool is_space = at() == ' ' || (at() >= '\t' && at() <= '\r');
    if (is_space) ++pos_;
    return is_space;
  }

  Token next() {
    while (pos_ < sql_.size() && skip_blank()) {
    }
    if (pos_ >= sql_.size()) return {};
    const char c = at();
    if (c == '\'') return quoted(c, Token::Kind::string);
    if (c == '"' || c == '`') return quoted(c, Token::Kind::quoted);
    if (c == '[' && is_sqlite_) return quoted(']', Token::Kind::quoted);
    if (is_digit(c)) return run(Token::Kind::number);
    if (is_letter(c) || c == '@') return run(Token::Kind::word);
    ++pos_;
    return {Token::Kind::symbol, std::string(1, c)};
  }

  Token run(Token::Kind kind) {
    Token token{kind, {}};
    while (pos_ < sql_.size() && (is_letter(at()) || is_digit(at()) || at() == '$' || at() == '@' ||
                                  (kind == Token::Kind::number && at() == '.')))
      token.text += lower(sql_[pos_++]);
    return token;
  }

  Token quoted(char end, Token::Kind kind) {
    Token token{kind, {}};
    for (++pos_; pos_ < sql_.size(); ++pos_) {
      if (at() == end && at(1) == end && end != ']')
        ++pos_;
      else if (at() == end)
        break;
      token.text += at();
    }
    ++pos_;
    return token;
  }

  std::string_view sql_;
  std::size_t pos_ = 0;
  bool is_mysql_, is_sqlite_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view sql, Dialect dialect) {
  return Tokenizer(sql, dialect).all();
}

const Token& Cursor::peek(std::size_t ahead) const noexcept {
  static const Token end;
  return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end;
}

bool Cursor::is(std::string_view word, std::size_t ahead) const noexcept {
  const Token& token = peek(ahead);
  return token.kind == Token::Kind::word && token.text == word;
}

bool Cursor::is_symbol(char c, std::size_t ahead) const noexcept {
  const Token& token = peek(ahead);
  return token.kind == Token::Kind::symbol && token.text[0] == c;
}

bool Cursor::take(std::initializer_list<std::string_view> words) noexcept {
  std::size_t ahead = 0;
  for (const std::string_view word : words)
    if (!is(word, ahead++)) return false;
  skip(words.size());
  return true;
}

bool Cursor::take_symbol(char c) noexcept {
  if (!is_symbol(c)) return false;
  skip();
  return true;
}

bool Cursor::take_any(std::initializer_list<std::string_view> words) noexcept {
  return std::any_of(words.begin(), words.end(),
                     [this](std::string_view word) { return take(word); });
}

std::string Cursor::take_identifier() {
  const Token& token = peek();
  if (token.kind != Token::Kind::word && token.kind != Token::Kind::quoted) return {};
  skip();
  return token.text;
}

Name Cursor::take_name() {
  Name name{{}, take_identifier()};
  while (is_symbol('.')) {
    skip();
    name.schema = std::exchange(name.name, take_identifier());
  }
  return name;
}

void Cursor::skip_parentheses() noexcept {
  if (!is_symbol('(')) return;
  std::size_t depth = 0;
  do {
    if (is_symbol('(')) ++depth;
    if (is_symbol(')')) --depth;
    skip();
  } while (depth > 0 && !is_end());
}

void Cursor::skip_clause() noexcept {
  while (!is_end() && !is_symbol(',')) {
    if (is_symbol('('))
      skip_parentheses();
    else
      skip();
  }
}

bool Cursor::has(std::string_view word) const noexcept {
  for (std::size_t i = at_; i < tokens_.size(); ++i)
    if (tokens_[i].kind == Token::Kind::word && tokens_[i].text == word) return true;
  return false;
}

}  // namespace garboard::policy
