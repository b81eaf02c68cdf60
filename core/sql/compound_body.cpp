// SPDX-License-Identifier: Apache-2.0
// The bodies: statements, blocks and the expressions in between.
#include "sql/compound.hpp"

namespace garboard::sql {

void Compound::open(Block block, const Seen& token) { open_.push_back({block, token.index}); }

void Compound::close() {
  open_.pop_back();
  is_at_start_ = false;
  // What is left is END's suffix (IF, LOOP, a label) and then the end of the statement.
  if (open_.empty()) phase_ = Phase::plain;
}

void Compound::see_body(const Seen& token) {
  if (handler_ != Handler::none && see_handler(token)) return;
  if (is_at_start_) {
    see_statement_start(token);
  } else {
    see_inside(token);
  }
}

void Compound::see_statement_start(const Seen& token) {
  if (is_in_angle_label_) {  // <<label>>
    is_in_angle_label_ = !(token.is_symbol('>') && last_.is_symbol('>'));
    return;
  }
  if (last_.is(Word::begin) && token.is(Word::not_)) {
    if (open_.empty()) open(Block::begin, last_);
    return;
  }
  if (last_.is(Word::not_) && token.is(Word::atomic)) return;
  if (open_.empty() && last_.is(Word::begin)) {
    phase_ = Phase::plain;  // BEGIN and BEGIN WORK are transactions
    return;
  }
  if (is_oracle_mode_ && last_.is(Word::begin) && token.is(Word::work)) return close();
  if (token.kind == Token::Kind::word) return see_word_at_start(token);
  if (token.is_symbol('<')) {
    is_in_angle_label_ = true;
    return;
  }
  is_at_start_ = false;
  may_be_label_ = token.kind == Token::Kind::name;
}

bool Compound::open_control(const Seen& token) {
  switch (token.word) {
    case Word::begin:
      // The BEGIN of declarations or of a package shares its END.
      if (!is_body_start_ && (is_top(Block::declarations) || is_top(Block::package)))
        open_.pop_back();
      open(Block::begin, token);
      return true;
    case Word::loop:
      open(Block::loop, token);
      return true;
    case Word::repeat:
      open(Block::repeat, token);
      return true;
    case Word::if_:
      open(Block::if_, token);
      awaited_ = Awaited::then;
      break;
    case Word::case_:
      open(Block::case_, token);
      awaited_ = Awaited::then;
      break;
    case Word::while_:
      open(Block::while_, token);
      awaited_ = Awaited::do_;
      break;
    case Word::for_:
      open(Block::for_, token);
      awaited_ = Awaited::do_;
      break;
    default:
      return false;
  }
  is_at_start_ = false;
  return true;
}

void Compound::see_word_at_start(const Seen& token) {
  if (open_control(token)) return;
  switch (token.word) {
    case Word::end:
      if (!open_.empty()) close();
      return;
    case Word::else_:
    case Word::exception:
      return;
    case Word::elseif:
    case Word::elsif:
    case Word::when:
      awaited_ = Awaited::then;
      is_at_start_ = false;
      return;
    case Word::until:
      is_in_until_ = is_top(Block::repeat);
      is_at_start_ = false;
      return;
    case Word::declare:
      is_at_start_ = false;
      if (open_.empty()) {
        open(Block::declarations, token);
      } else {
        handler_ = Handler::possible;
      }
      return;
    case Word::procedure:
    case Word::function:
      if (is_top(Block::package) || is_top(Block::declarations)) return begin_routine(token);
      break;
    default:
      break;
  }
  is_at_start_ = false;
  may_be_label_ = true;
}

bool Compound::see_handler(const Seen& token) {
  switch (handler_) {
    case Handler::possible:
      if (token.is(Word::for_) && last_.is(Word::handler)) {
        handler_ = Handler::condition;
        return true;
      }
      return false;
    case Handler::condition:
      // SQLSTATE [VALUE] 'x', NOT FOUND, 1051, SQLEXCEPTION, a name
      if (!token.is(Word::sqlstate) && !token.is(Word::value) && !token.is(Word::not_))
        handler_ = Handler::after_condition;
      return true;
    case Handler::after_condition:
      if (token.is_symbol(',')) {
        handler_ = Handler::condition;
        return true;
      }
      handler_ = Handler::none;
      is_at_start_ = true;
      return false;
    case Handler::none:
      break;
  }
  return false;
}

void Compound::see_inside(const Seen& token) {
  const bool may_be_label = may_be_label_;
  may_be_label_ = false;
  if (may_be_label && token.is_symbol(':')) {
    is_at_start_ = true;
    return;
  }
  if (token.is_symbol(')')) {
    while (!cases_.empty() && cases_.back() > parentheses_) cases_.pop_back();
  }
  if (token.kind == Token::Kind::word) see_expression_word(token);
}

void Compound::see_expression_word(const Seen& token) {
  switch (token.word) {
    case Word::case_:
      cases_.push_back(parentheses_);
      return;
    case Word::end:
      if (expects_operand()) return;  // a column of that name
      if (!cases_.empty()) {
        cases_.pop_back();
      } else if (is_in_until_) {
        is_in_until_ = false;
        close();
      }
      return;
    case Word::then:
      if (!cases_.empty() || awaited_ != Awaited::then) return;
      break;
    case Word::do_:
    case Word::loop:
      if (!cases_.empty() || awaited_ != Awaited::do_) return;
      break;
    default:
      return;
  }
  awaited_ = Awaited::nothing;
  is_at_start_ = true;
}

bool Compound::expects_operand() const noexcept {
  switch (last_.word) {
    case Word::and_:
    case Word::as:
    case Word::case_:
    case Word::else_:
    case Word::in:
    case Word::not_:
    case Word::or_:
    case Word::select:
    case Word::then:
    case Word::until:
    case Word::when:
      return true;
    default:
      return last_.kind == Token::Kind::symbol && !last_.is_symbol(')');
  }
}

}  // namespace garboard::sql
