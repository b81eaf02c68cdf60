// SPDX-License-Identifier: Apache-2.0
#include "sql/routine_body.hpp"

namespace garboard::sql {

void AtomicBody::see(const Seen& token) noexcept {
  if (token.is_symbol('(')) {
    ++parentheses_;
  } else if (token.is_symbol(')') && parentheses_ > 0) {
    --parentheses_;
  }
  if (depth_ > 0) {
    see_in_body(token);
  } else if (phase_ != Phase::other) {
    see_head(token);
  }
  last_ = token.word;
  last_index_ = token.index;
}

void AtomicBody::see_head(const Seen& token) noexcept {
  switch (phase_) {
    case Phase::first:
      phase_ = token.is(Word::create) ? Phase::create : Phase::other;
      return;
    case Phase::create:
      if (token.is(Word::function) || token.is(Word::procedure)) {
        phase_ = Phase::routine;
      } else if (!token.is(Word::or_) && !token.is(Word::replace)) {
        phase_ = Phase::other;
      }
      return;
    default:
      if (parentheses_ > 0 || last_ != Word::begin || !token.is(Word::atomic)) return;
      depth_ = 1;
      opened_ = last_index_;
      is_at_start_ = true;
      is_create_ = false;
  }
}

void AtomicBody::see_in_body(const Seen& token) noexcept {
  if (is_at_start_) {
    is_at_start_ = false;
    is_create_ = token.is(Word::create);
    if (!token.is(Word::end)) return;
    if (--depth_ == 0) phase_ = Phase::other;
  } else if (is_create_ && parentheses_ == 0 && last_ == Word::begin && token.is(Word::atomic)) {
    ++depth_;
    opened_ = last_index_;
    is_at_start_ = true;
  }
}

std::optional<Opening> AtomicBody::opening() const noexcept {
  // An open parenthesis is the server's to complain of: it says more about it.
  if (depth_ == 0) return std::nullopt;
  return Opening{opened_, "BEGIN ATOMIC", "END"};
}

void TriggerBody::see(const Seen& token) noexcept {
  switch (phase_) {
    case Phase::first:
      if (token.is(Word::create)) {
        phase_ = Phase::create;
      } else if (!token.is(Word::explain) && !token.is(Word::query) && !token.is(Word::plan)) {
        phase_ = Phase::other;
      }
      break;
    case Phase::create:
      if (token.is(Word::trigger)) {
        phase_ = Phase::header;
      } else if (!token.is(Word::temp) && !token.is(Word::temporary)) {
        phase_ = Phase::other;
      }
      break;
    case Phase::header:
      see_header(token);
      break;
    case Phase::body:
      if (is_at_start_ && token.is(Word::end)) phase_ = Phase::other;
      is_at_start_ = false;
      break;
    case Phase::other:
      return;
  }
  last_ = token;
}

void TriggerBody::see_header(const Seen& token) noexcept {
  if (is_after_begin_) {
    switch (token.word) {
      case Word::select:
      case Word::insert:
      case Word::update:
      case Word::delete_:
      case Word::replace:
      case Word::values:
      case Word::with:
        phase_ = Phase::body;
        return;
      default:
        break;
    }
  }
  is_after_begin_ = false;
  if (!token.is(Word::begin)) return;
  // After these BEGIN is the name of a trigger, table or column.
  const bool is_name = last_.is(Word::trigger) || last_.is(Word::exists) || last_.is(Word::on) ||
                       last_.is(Word::of) || last_.is_symbol('.') || last_.is_symbol(',');
  if (is_name) return;
  is_after_begin_ = true;
  opened_ = token.index;
}

std::optional<Opening> TriggerBody::opening() const noexcept {
  if (phase_ != Phase::body) return std::nullopt;
  return Opening{opened_, "BEGIN", "END"};
}

}  // namespace garboard::sql
