// SPDX-License-Identifier: Apache-2.0
#include "sql/statement_kind.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>

#include "sql/copy_rows.hpp"
#include "sql/lexer.hpp"
#include "sql/word.hpp"

namespace garboard::sql {

namespace {

/// The tokens that a statement begins with.
class LeadingWords {
 public:
  LeadingWords(std::string_view statement, const model::LexicalTraits& traits) {
    TextWindow window(statement);
    Lexer lexer(traits, window);
    while (size_ < words_.size()) {
      if (!lexer.skip_space()) return;
      const base::Result<Token> token = lexer.read();
      if (!token || token->kind == Token::Kind::end || token->kind == Token::Kind::backslash)
        return;
      if (token->kind == Token::Kind::guard) continue;
      // A quoted name is no keyword, whatever it says: an empty word matches only '*'.
      const bool is_plain = token->kind == Token::Kind::word ||
                            token->kind == Token::Kind::symbol ||
                            token->kind == Token::Kind::number;
      words_[size_++] = is_plain ? window.view(token->begin, token->end) : std::string_view();
    }
  }
  [[nodiscard]] std::span<const std::string_view> all() const noexcept {
    return std::span(words_).first(size_);
  }
  [[nodiscard]] Word at(std::size_t i) const noexcept {
    return i < size_ ? word_of(words_[i]) : Word::other;
  }
  [[nodiscard]] std::string_view text(std::size_t i) const noexcept {
    return i < size_ ? words_[i] : std::string_view();
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::array<std::string_view, 32> words_{};
  std::size_t size_ = 0;
};

std::string_view take_word(std::string_view& pattern) noexcept {
  pattern.remove_prefix(std::min(pattern.size(), pattern.find_first_not_of(' ')));
  const std::string_view word = pattern.substr(0, pattern.find(' '));
  pattern.remove_prefix(word.size());
  return word;
}

bool are_same(std::string_view a, std::string_view b) noexcept {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [upper](char x, char y) { return upper(x) == upper(y); });
}

/// Greedy matching with one point to fall back to, as for file names: linear for each '*'.
bool matches(std::string_view pattern, std::span<const std::string_view> words) noexcept {
  std::size_t at = 0;
  std::size_t retry_at = 0;
  std::string_view retry;
  bool has_star = false;
  for (;;) {
    std::string_view rest = pattern;
    const std::string_view wanted = take_word(rest);
    if (wanted.empty()) return true;
    if (wanted == "*") {
      has_star = true;
      pattern = retry = rest;
      retry_at = at;
    } else if (at < words.size() && are_same(words[at], wanted)) {
      pattern = rest;
      ++at;
    } else if (has_star && retry_at < words.size()) {
      pattern = retry;
      at = ++retry_at;
    } else {
      return false;
    }
  }
}

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> wanted) noexcept {
  return std::any_of(wanted.begin(), wanted.end(),
                     [word](std::string_view one) { return is_word(word, one); });
}

/// Transaction control, or plain.
StatementKind control_of(const LeadingWords& words, bool is_mysql) {
  switch (words.at(0)) {
    case Word::begin:
      // MariaDB: BEGIN NOT ATOMIC is a block; so is BEGIN with statements behind it in Oracle mode.
      if (!is_mysql || words.size() == 1) return StatementKind::begin;
      return words.at(1) == Word::work && words.size() == 2 ? StatementKind::begin
                                                            : StatementKind::plain;
    case Word::start:
      return words.at(1) == Word::transaction ? StatementKind::begin : StatementKind::plain;
    case Word::commit:
      return words.at(1) == Word::prepared ? StatementKind::plain : StatementKind::commit;
    case Word::end:
      return StatementKind::commit;
    case Word::abort:
      return StatementKind::rollback;
    case Word::prepare:
      return words.at(1) == Word::transaction ? StatementKind::commit : StatementKind::session;
    case Word::rollback: {
      const std::size_t next =
          words.at(1) == Word::work || words.at(1) == Word::transaction ? 2 : 1;
      if (words.at(next) == Word::to) return StatementKind::data;
      return words.at(next) == Word::prepared ? StatementKind::plain : StatementKind::rollback;
    }
    default:
      break;
  }
  if (!is_mysql || !is_word(words.text(0), "xa")) return StatementKind::plain;
  if (words.at(1) == Word::begin || words.at(1) == Word::start) return StatementKind::begin;
  if (words.at(1) == Word::commit) return StatementKind::commit;
  return words.at(1) == Word::rollback ? StatementKind::rollback : StatementKind::plain;
}

/// Whether the assignment at word `i` gives the session's autocommit another value than off.
bool turns_autocommit_on(const LeadingWords& words, std::size_t i) {
  const auto has = [&words](std::size_t at, std::string_view w) {
    return is_word(words.text(at), w);
  };
  const bool is_system = has(i, "@") && has(i + 1, "@");
  if (is_system) i += 2;
  if (is_any_of(words.text(i), {"session", "local"})) i += is_system ? 2 : 1;
  if (!has(i, "autocommit")) return false;
  i += has(i + 1, ":") ? 2 : 1;
  return has(i, "=") && !is_any_of(words.text(i + 1), {"0", "off", "false"});
}

/// MySQL: account management commits, and so does turning autocommit on, which is off in a run.
/// MariaDB: SET STATEMENT .. FOR runs another statement.
StatementKind mysql_set_of(const LeadingWords& words) {
  if (is_any_of(words.text(1), {"password", "statement"}) ||
      (is_word(words.text(1), "default") && is_word(words.text(2), "role")))
    return StatementKind::plain;
  bool is_commit = turns_autocommit_on(words, 1);
  bool is_list = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!is_word(words.text(i), ",")) continue;
    is_list = true;
    is_commit |= turns_autocommit_on(words, i + 1);
  }
  if (!is_commit) return StatementKind::session;
  return is_list ? StatementKind::plain : StatementKind::commit;  // a list sets more than that
}

StatementKind work_of(const LeadingWords& words, bool is_mysql) {
  const std::string_view first = words.text(0);
  if (words.at(0) == Word::set) return is_mysql ? mysql_set_of(words) : StatementKind::session;
  if (is_any_of(first, {"insert", "update", "delete", "select", "with", "values", "replace",
                        "merge", "savepoint", "release", "table", "explain", "show"}))
    return StatementKind::data;
  if (is_any_of(first, {"use", "reset", "pragma", "attach", "detach", "deallocate"}))
    return StatementKind::session;
  if (is_word(first, "call")) return StatementKind::routine_call;
  if (words.at(0) == Word::do_) return is_mysql ? StatementKind::data : StatementKind::routine_call;
  return StatementKind::plain;
}

}  // namespace

StatementKind classify(std::string_view statement, const model::Dialect& dialect) {
  const LeadingWords words(statement, dialect.lexical);
  if (std::any_of(dialect.non_transactional.begin(), dialect.non_transactional.end(),
                  [&words](const std::string& pattern) { return matches(pattern, words.all()); }))
    return StatementKind::non_transactional;
  const bool is_mysql = dialect.lexical.has_compound_statements;
  if (const StatementKind control = control_of(words, is_mysql); control != StatementKind::plain)
    return control;
  if (dialect.lexical.has_copy_from_stdin && words.at(0) == Word::copy &&
      CopyStatement::takes_rows(statement, dialect.lexical))
    return StatementKind::copy_in;
  return work_of(words, is_mysql);
}

bool sets_session(std::string_view statement, const model::Dialect& dialect) {
  const LeadingWords words(statement, dialect.lexical);
  return work_of(words, dialect.lexical.has_compound_statements) == StatementKind::session;
}

bool may_set_session(StatementKind kind, std::string_view statement) noexcept {
  if (kind == StatementKind::data) return statement.find("set_config") != std::string_view::npos;
  return kind == StatementKind::session || kind == StatementKind::routine_call;
}

}  // namespace garboard::sql
