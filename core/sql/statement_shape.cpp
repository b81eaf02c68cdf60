// SPDX-License-Identifier: Apache-2.0
#include "sql/statement_shape.hpp"

namespace garboard::sql {

StatementShape::StatementShape(const model::LexicalTraits& traits)
    : has_atomic_(traits.has_begin_atomic),
      has_triggers_(traits.has_trigger_bodies),
      has_compound_(traits.has_compound_statements),
      has_copy_(traits.has_copy_from_stdin),
      has_mode_(traits.has_compound_statements),
      mode_({!traits.has_double_quoted_strings, !traits.has_backslash_escapes, false}) {}

void StatementShape::start() {
  if (has_atomic_) atomic_.start();
  if (has_triggers_) trigger_.start();
  if (has_compound_) compound_.start(mode_.flags().is_oracle);
  if (has_copy_) copy_.start();
  if (has_mode_) mode_.start();
}

void StatementShape::see(const Token& token, std::string_view text) {
  const Word word = token.kind == Token::Kind::word ? word_of(text) : Word::other;
  const Seen seen{token.kind, token.symbol, word, token.begin};
  if (has_atomic_) atomic_.see(seen);
  if (has_triggers_) trigger_.see(seen);
  if (has_compound_) compound_.see(seen);
  if (has_copy_) copy_.see(seen);
  if (has_mode_) mode_.see(seen, text);
}

void StatementShape::see_semicolon() {
  if (has_atomic_) atomic_.see_semicolon();
  if (has_triggers_) trigger_.see_semicolon();
  if (has_compound_) compound_.see_semicolon();
}

void StatementShape::apply_mode(model::LexicalTraits& traits) const noexcept {
  traits.has_double_quoted_strings = !mode_.flags().has_ansi_quotes;
  traits.has_backslash_escapes = !mode_.flags().has_no_backslash_escapes;
}

bool StatementShape::is_open() const noexcept {
  return (has_atomic_ && atomic_.is_open()) || (has_triggers_ && trigger_.is_open()) ||
         (has_compound_ && compound_.is_open());
}

std::optional<Opening> StatementShape::opening() const noexcept {
  if (has_atomic_) {
    if (std::optional<Opening> opening = atomic_.opening()) return opening;
  }
  if (has_triggers_) {
    if (std::optional<Opening> opening = trigger_.opening()) return opening;
  }
  return has_compound_ ? compound_.opening() : std::nullopt;
}

}  // namespace garboard::sql
