// SPDX-License-Identifier: Apache-2.0
#include "sql/without_literals.hpp"

#include "sql/lexer.hpp"
#include "sql/literal.hpp"
#include "sql/text_window.hpp"

namespace garboard::sql {

namespace {

std::string_view blanked_string(std::string_view literal) {
  return literal.starts_with('$') ? "$$$$" : literal.starts_with('"') ? "\"\"" : "''";
}

}  // namespace

Blanked without_literals(std::string_view statement, const model::LexicalTraits& traits,
                         bool hides_numbers, std::size_t max_bytes) {
  TextWindow window(statement);
  Lexer lexer(traits, window);
  lexer.start_statement();
  Blanked blanked{.text = {}, .is_cut = true};
  std::string& text = blanked.text;
  while (text.size() <= max_bytes) {
    const std::uint64_t last = window.index();
    if (!lexer.skip_space()) return blanked;
    const std::uint64_t begin = window.index();
    if (begin != last && !text.empty()) text += ' ';
    const auto token = lexer.read();
    if (!token) return blanked;
    const std::string_view token_text = statement.substr(begin, window.index() - begin);
    switch (token->kind) {
      case Token::Kind::end:
        while (text.ends_with(' ')) text.pop_back();
        blanked.is_cut = false;
        return blanked;
      case Token::Kind::backslash:
        return blanked;
      case Token::Kind::string:
        text += blanked_string(token_text);
        if (is_ambiguous_literal(token_text)) return blanked;
        break;
      case Token::Kind::number:
        text += hides_numbers ? "0" : token_text;
        break;
      default:
        text += token_text;
        break;
    }
  }
  text.resize(max_bytes);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0) text.pop_back();
  return blanked;
}

}  // namespace garboard::sql
