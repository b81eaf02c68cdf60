// SPDX-License-Identifier: Apache-2.0
#include "sql/normalised.hpp"

#include "base/text.hpp"
#include "sql/lexer.hpp"
#include "sql/literal.hpp"
#include "sql/text_window.hpp"

namespace garboard::sql {

namespace {

/// Appends what may be shown of a token; false when nothing behind it may be.
bool append(std::string& shown, const Token& token, std::string_view text) {
  switch (token.kind) {
    case Token::Kind::string:
      shown += '?';
      return !is_ambiguous_literal(text);
    case Token::Kind::number:
      shown += '?';
      return true;
    case Token::Kind::guard:
      return true;
    case Token::Kind::word:
    case Token::Kind::name:
    case Token::Kind::variable:
    case Token::Kind::symbol:
    case Token::Kind::delimiter:
      shown += text;
      return true;
    case Token::Kind::backslash:  // of a client's command, which no server has been sent
    case Token::Kind::end:
      break;
  }
  return false;
}

}  // namespace

std::string normalised(std::string_view statement, const model::LexicalTraits& traits) {
  TextWindow window(statement);
  Lexer lexer(traits, window);
  lexer.start_statement();
  std::string shown;
  bool is_whole = false;
  while (shown.size() <= max_normalised_bytes) {
    const std::uint64_t last = window.index();
    if (!lexer.skip_space()) break;
    const std::uint64_t begin = window.index();
    if (begin != last && !shown.empty() && !shown.ends_with(' ')) shown += ' ';
    const auto token = lexer.read();
    if (!token) {
      shown += '?';
      break;
    }
    is_whole = token->kind == Token::Kind::end;
    if (is_whole) break;
    const std::string_view text = statement.substr(begin, window.index() - begin);
    if (!append(shown, *token, text)) break;
  }
  while (shown.ends_with(' ') || (is_whole && shown.ends_with(';'))) shown.pop_back();
  if (is_whole && shown.size() <= max_normalised_bytes) return shown;
  return std::string(base::clipped(shown, max_normalised_bytes)) + " ...";
}

}  // namespace garboard::sql
