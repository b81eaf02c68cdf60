// SPDX-License-Identifier: Apache-2.0
#include "sql/sql_mode.hpp"

#include <algorithm>

namespace garboard::sql {

void SqlMode::start() noexcept {
  phase_ = Phase::first;
  pending_.reset();
  parentheses_ = 0;
  is_global_ = is_sql_mode_ = is_sum_ = false;
  ats_ = 0;
}

bool SqlMode::finish() noexcept {
  if (!pending_) return false;
  flags_ = *pending_;
  return true;
}

void SqlMode::see(const Seen& token, std::string_view text) noexcept {
  if (phase_ == Phase::other) return;
  if (phase_ == Phase::first) {
    phase_ = token.is(Word::set) ? Phase::target : Phase::other;
    return;
  }
  if (token.is_symbol('(')) ++parentheses_;
  if (token.is_symbol(')') && parentheses_ > 0) --parentheses_;
  if (token.is_symbol(',') && parentheses_ == 0) {
    phase_ = Phase::target;
    is_global_ = is_sql_mode_ = is_sum_ = false;
    ats_ = 0;
    return;
  }
  if (phase_ == Phase::target) {
    see_target(token);
  } else {
    see_value(token, text);
  }
}

void SqlMode::see_target(const Seen& token) noexcept {
  if (token.is_symbol('=')) {
    phase_ = Phase::value;
  } else if (token.is_symbol('@')) {
    ++ats_;
  } else if (token.is(Word::global)) {
    is_global_ = true;
  } else if (token.is(Word::sql_mode)) {
    is_sql_mode_ = ats_ != 1 && !is_global_;  // @sql_mode is the author's own variable
  }
}

void SqlMode::see_value(const Seen& token, std::string_view text) noexcept {
  if (!is_sql_mode_) return;
  const bool is_string = token.kind == Token::Kind::string;
  if (is_string && text.size() >= 2) text = text.substr(1, text.size() - 2);
  if (phase_ == Phase::rest) {
    if (is_sum_ && is_string) add_modes(text, *pending_);
    return;
  }
  phase_ = Phase::rest;
  is_sum_ = token.is(Word::concat);
  if (is_sum_) {
    pending_ = flags_;
  } else if (is_string || (token.kind == Token::Kind::word && !is_word(text, "default") &&
                           !token.is(Word::replace))) {
    pending_ = Flags{};
    add_modes(text, *pending_);
  } else {
    pending_ = initial_;  // most often a variable that holds what was before
  }
}

void SqlMode::add_modes(std::string_view list, Flags& flags) noexcept {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string_view mode = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!mode.empty() && mode.front() == ' ') mode.remove_prefix(1);
    while (!mode.empty() && mode.back() == ' ') mode.remove_suffix(1);
    if (is_word(mode, "no_backslash_escapes")) flags.has_no_backslash_escapes = true;
    if (is_word(mode, "oracle")) flags.is_oracle = true;
    for (const std::string_view quoting :
         {"ansi_quotes", "ansi", "oracle", "db2", "maxdb", "mssql", "postgresql"}) {
      if (is_word(mode, quoting)) flags.has_ansi_quotes = true;
    }
  }
}

}  // namespace garboard::sql
