// SPDX-License-Identifier: Apache-2.0
#include "column_definition.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <garboard/driver.hpp>

#include "lexer.hpp"

namespace garboard::mysql {
namespace {

using Tokens = std::vector<Token>;

std::string unquoted(std::string_view name) {
  const char quote = name.front();
  std::string out;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    if (name[i] == quote) ++i;
    out += name[i];
  }
  return out;
}

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// The tokens of one element of CREATE TABLE's list, up to its comma.
Tokens element(Lexer& lexer, Token& token) {
  Tokens out;
  for (int depth = 0; token.kind != Token::Kind::end; token = lexer.next()) {
    if (depth == 0 && (token.is_symbol(',') || token.is_symbol(')'))) break;
    depth += token.is_symbol('(') ? 1 : token.is_symbol(')') ? -1 : 0;
    out.push_back(token);
  }
  return out;
}

bool begins_part(const Tokens& tokens, std::size_t i) noexcept {
  constexpr std::array<std::string_view, 18> words{
      "CHARACTER", "COLLATE",       "GENERATED", "AS",
      "NOT",       "NULL",          "DEFAULT",   "ON",
      "COMMENT",   "CHECK",         "SRID",      "WITHOUT",
      "INVISIBLE", "COLUMN_FORMAT", "STORAGE",   "COMPRESSED",
      "UNIQUE",    "AUTO_INCREMENT"};
  const auto follows = [&](std::string_view word) { return tokens[i - 1].is_word(word); };
  if (tokens[i].is_word("NULL") && (follows("NOT") || follows("DEFAULT"))) return false;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return tokens[i].is_word(word); });
}

// From the first to the last token, without what stands around them: an executable comment opens
// and closes between two parts.
std::string text_of(const Tokens& tokens, std::size_t begin, std::size_t end) {
  if (begin >= end) return {};
  const Token& last = tokens[end - 1];
  const char* first = tokens[begin].text.data();
  return {first, static_cast<std::size_t>(last.text.data() + last.text.size() - first)};
}

void take_part(ColumnDefinition& out, const Tokens& tokens, std::size_t begin, std::size_t end) {
  const Token& word = tokens[begin];
  const std::string text = text_of(tokens, begin, end);
  if (word.is_word("GENERATED") || word.is_word("AS") || word.is_word("COMPRESSED")) {
    sdk::Failure failure(GBD_E_UNSUPPORTED,
                         "the column is generated or compressed, and such a definition is not "
                         "written anew");
    failure.hint = "write the ALTER TABLE as sql";
    throw failure;
  }
  if (word.is_word("CHARACTER") || word.is_word("COLLATE")) {
    out.charset += (out.charset.empty() ? "" : " ") + text;
  } else if (word.is_word("NULL")) {
    out.is_nullable = true;
  } else if (word.is_word("NOT") && end == begin + 2 && tokens[begin + 1].is_word("NULL")) {
    out.is_nullable = false;
  } else if (word.is_word("DEFAULT")) {
    // NULL is what a nullable column has anyway, and what one that is not cannot keep
    if (!tokens[begin + 1].is_word("NULL")) out.default_sql = text_of(tokens, begin + 1, end);
  } else if (word.is_word("COMMENT")) {
    out.comment = text_of(tokens, begin + 1, end);
  } else {
    out.others.push_back(text);
  }
}

ColumnDefinition definition_of(const Tokens& tokens) {
  ColumnDefinition out;
  std::size_t begin = 1;
  int depth = 0;
  for (std::size_t i = 2; i <= tokens.size(); ++i) {
    const bool is_end = i == tokens.size();
    if (!is_end) depth += tokens[i].is_symbol('(') ? 1 : tokens[i].is_symbol(')') ? -1 : 0;
    if (!is_end && (depth != 0 || !begins_part(tokens, i))) continue;
    if (begin == 1)
      out.type = text_of(tokens, begin, i);
    else
      take_part(out, tokens, begin, i);
    begin = i;
  }
  return out;
}

}  // namespace

std::string ColumnDefinition::sql() const {
  std::string out = type;
  if (!charset.empty()) out += " " + charset;
  out += is_nullable ? " NULL" : " NOT NULL";
  if (default_sql) out += " DEFAULT " + *default_sql;
  for (const std::string& other : others) out += " " + other;
  if (!comment.empty()) out += " COMMENT " + comment;
  return out;
}

std::optional<ColumnDefinition> find_column(std::string_view create_table,
                                            std::string_view column) {
  Lexer lexer(create_table);  // SHOW doubles backslashes in every sql_mode
  Token token = lexer.next();
  while (token.kind != Token::Kind::end && !token.is_symbol('(')) token = lexer.next();
  while (token.is_symbol('(') || token.is_symbol(',')) {
    token = lexer.next();
    const Tokens tokens = element(lexer, token);
    // keys and constraints begin with a bare word
    if (tokens.size() > 1 && tokens[0].is_name() && tokens[0].kind != Token::Kind::word &&
        is_same_name(unquoted(tokens[0].text), column))
      return definition_of(tokens);
  }
  return std::nullopt;
}

std::string default_in_parentheses(const std::string& default_sql) {
  const Token first = Lexer(default_sql).next();
  if (first.is_symbol('(')) return default_sql;
  // as MySQL itself prints it, so that it reads the same before and after
  return first.kind == Token::Kind::string ? "(_utf8mb4" + default_sql + ")"
                                           : "(" + default_sql + ")";
}

std::string default_without_parentheses(const std::string& default_sql) {
  Lexer lexer(default_sql);
  if (!lexer.next().is_symbol('(')) return default_sql;
  Token token = lexer.next();
  if (token.kind == Token::Kind::word && token.text.front() == '_') token = lexer.next();
  const Token literal = token;
  if (literal.kind != Token::Kind::string || !lexer.next().is_symbol(')')) return default_sql;
  return std::string(literal.text);
}

}  // namespace garboard::mysql
