// SPDX-License-Identifier: Apache-2.0
// The heads: from the first token of a statement to the body of a stored program.
#include "sql/compound.hpp"

#include <utility>

namespace garboard::sql {

void Compound::start(bool is_oracle_mode) {
  std::vector<Open> open = std::move(open_);
  std::vector<std::uint32_t> cases = std::move(cases_);
  *this = Compound();
  open.clear();
  cases.clear();
  open_ = std::move(open);
  cases_ = std::move(cases);
  is_oracle_mode_ = is_oracle_mode;
}

void Compound::see(const Seen& seen) {
  if (phase_ == Phase::plain) return;
  Seen token = seen;
  // new.begin, @end: names, as what follows COLLATE and the like
  if (last_.is_symbol('.') || last_.is_symbol('@')) token.word = Word::other;
  if (token.is_symbol('(')) {
    ++parentheses_;
  } else if (token.is_symbol(')') && parentheses_ > 0) {
    --parentheses_;
  }
  const bool was_after_as = std::exchange(is_after_as_, false);
  if (was_after_as && token.kind == Token::Kind::string && is_top(Block::declarations)) {
    close();  // the routine is written in another language: one string
  } else {
    switch (phase_) {
      case Phase::first:
      case Phase::label:
        see_first(token);
        break;
      case Phase::create:
        see_create(token);
        break;
      case Phase::trigger:
        see_trigger(token);
        break;
      case Phase::event:
        see_event(token);
        break;
      case Phase::package:
        see_package(token);
        break;
      case Phase::name:
        see_name(token);
        break;
      case Phase::parameters:
        if (parentheses_ == 0) phase_ = Phase::traits;
        break;
      case Phase::traits:
        see_traits(token);
        break;
      case Phase::body:
        see_body(token);
        break;
      case Phase::plain:
        break;
    }
  }
  last_ = token;
}

void Compound::see_semicolon() {
  cases_.clear();
  parentheses_ = 0;
  awaited_ = Awaited::nothing;
  handler_ = Handler::none;
  may_be_label_ = is_in_until_ = expects_argument_ = is_after_as_ = false;
  if (!open_.empty()) phase_ = Phase::body;
  is_at_start_ = true;
  last_ = Seen{};
}

std::optional<Opening> Compound::opening() const noexcept {
  if (open_.empty()) return std::nullopt;
  const Open& top = open_.back();
  switch (top.block) {
    case Block::begin:
      return Opening{top.index, "BEGIN", "END"};
    case Block::if_:
      return Opening{top.index, "IF", "END IF"};
    case Block::case_:
      return Opening{top.index, "CASE", "END CASE"};
    case Block::loop:
      return Opening{top.index, "LOOP", "END LOOP"};
    case Block::while_:
      return Opening{top.index, "WHILE", "END WHILE"};
    case Block::repeat:
      return Opening{top.index, "REPEAT", "END REPEAT"};
    case Block::for_:
      return Opening{top.index, "FOR", "END FOR"};
    case Block::declarations:
      return Opening{top.index, "the declarations", "BEGIN .. END"};
    case Block::package:
      break;
  }
  return Opening{top.index, "PACKAGE", "END"};
}

void Compound::see_first(const Seen& token) {
  if (phase_ == Phase::label) {
    // MariaDB: a label before a block that is a statement of its own
    phase_ = token.is_symbol(':') ? Phase::body : Phase::plain;
    is_at_start_ = true;
    return;
  }
  switch (token.word) {
    case Word::create:
    case Word::alter:
      phase_ = Phase::create;
      return;
    case Word::begin:
      phase_ = Phase::body;  // NOT ATOMIC must follow; see_statement_start
      is_at_start_ = true;
      if (is_oracle_mode_) open(Block::begin, token);
      return;
    case Word::if_:
    case Word::case_:
    case Word::loop:
    case Word::while_:
    case Word::repeat:
    case Word::for_:
    case Word::declare:
      return begin_body(token);
    default:
      if (token.is_symbol('<') && is_oracle_mode_) return begin_body(token);
      phase_ = token.is_word_or_name() ? Phase::label : Phase::plain;
  }
}

void Compound::see_create(const Seen& token) {
  if (!token.is_word_or_name() || parentheses_ > 0) return;
  if (last_.is_symbol('=') || last_.is_symbol('@')) return;  // DEFINER = user@host
  switch (token.word) {
    case Word::or_:
    case Word::replace:
    case Word::aggregate:
    case Word::definer:
      return;
    case Word::procedure:
    case Word::function:
      return begin_routine(token);
    case Word::trigger:
      phase_ = Phase::trigger;
      return;
    case Word::event:
      phase_ = Phase::event;
      return;
    case Word::package:
      phase_ = Phase::package;
      return;
    default:
      phase_ = Phase::plain;
  }
}

void Compound::see_trigger(const Seen& token) {
  if (expects_argument_) {
    expects_argument_ = false;
  } else if (is_at_start_) {  // behind EACH ROW
    if (token.is(Word::follows) || token.is(Word::precedes)) {
      expects_argument_ = true;
    } else {
      begin_body(token);
    }
  } else {
    is_at_start_ = token.is(Word::row) && last_.is(Word::each);
  }
}

void Compound::see_event(const Seen& token) {
  const bool is_name = last_.is(Word::event) || last_.is(Word::exists) || last_.is(Word::to);
  if (is_at_start_) {
    begin_body(token);
  } else {
    is_at_start_ = token.is(Word::do_) && parentheses_ == 0 && !is_name;
  }
}

void Compound::see_package(const Seen& token) {
  if (token.is(Word::as) || token.is(Word::is)) {
    open(Block::package, token);
    phase_ = Phase::body;
    is_at_start_ = true;
  } else if (token.is(Word::procedure) || token.is(Word::function)) {
    open(Block::package, token);
    begin_body(token);
  }
}

void Compound::begin_routine(const Seen& token) {
  phase_ = Phase::name;
  is_function_ = token.is(Word::function);
  has_return_type_ = expects_argument_ = false;
  parentheses_ = 0;
}

void Compound::see_name(const Seen& token) {
  if (token.is_symbol('(')) {
    phase_ = Phase::parameters;
  } else if (token.is(Word::returns)) {
    phase_ = Phase::plain;  // a loadable function: RETURNS type SONAME file
  } else if (token.is(Word::return_)) {
    phase_ = Phase::traits;
    see_return(token);
  } else if (token.is(Word::as) || token.is(Word::is)) {
    see_declarations(token);
  }
}

void Compound::see_return(const Seen& token) {
  if (has_return_type_ || !is_function_) return begin_body(token);
  has_return_type_ = expects_argument_ = true;
}

void Compound::see_declarations(const Seen& token) {
  open(Block::declarations, token);
  phase_ = Phase::body;
  is_at_start_ = is_after_as_ = true;
}

void Compound::see_traits(const Seen& token) {
  if (parentheses_ > 0 || !token.is_word_or_name()) return;
  if (std::exchange(expects_argument_, false) || last_.is_symbol('.') || last_.is_symbol('%'))
    return;
  switch (token.word) {
    case Word::returns:
    case Word::return_:
      return see_return(token);
    case Word::language:
    case Word::charset:
    case Word::set:
    case Word::collate:
      // SET can also be the body; as a part of the type it follows CHARACTER or CHAR.
      if (token.is(Word::set) && !last_.is(Word::character) && !last_.is(Word::char_)) break;
      expects_argument_ = true;
      return;
    case Word::as:
    case Word::is:
      return see_declarations(token);
    case Word::ascii:
    case Word::binary:
    case Word::char_:
    case Word::character:
    case Word::comment:
    case Word::contains:
    case Word::data:
    case Word::definer:
    case Word::deterministic:
    case Word::invoker:
    case Word::modifies:
    case Word::no:
    case Word::not_:
    case Word::precision:
    case Word::reads:
    case Word::security:
    case Word::signed_:
    case Word::sql:
    case Word::unicode:
    case Word::unsigned_:
    case Word::varying:
    case Word::zerofill:
      return;
    default:
      break;
  }
  begin_body(token);
}

void Compound::begin_body(const Seen& token) {
  phase_ = Phase::body;
  is_at_start_ = is_body_start_ = true;
  see_body(token);
  is_body_start_ = false;
}

}  // namespace garboard::sql
