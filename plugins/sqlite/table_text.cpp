// SPDX-License-Identifier: Apache-2.0
#include "table_text.hpp"

#include <algorithm>
#include <utility>

#include <garboard/driver.hpp>

#include "definition.hpp"
#include "table_tokens.hpp"
#include "words.hpp"

namespace garboard::sqlite {
namespace {

using Kind = Clause::Kind;

constexpr std::size_t npos = std::string::npos;

[[noreturn]] void refuse(std::string message, std::string hint) {
  sdk::Failure failure(GBD_E_UNSUPPORTED, std::move(message));
  failure.hint = std::move(hint);
  throw failure;
}

[[noreturn]] void refuse_text() {
  refuse("the text that SQLite keeps of this table cannot be read", "write the change as sql");
}

// Of white space and comments between two definitions, what is on the first one's line is said of
// the first one.
std::string first_line(const std::string& space) { return space.substr(0, space.find('\n')); }
std::string other_lines(const std::string& space) {
  const std::size_t end = space.find('\n');
  return end == npos ? std::string() : space.substr(end);
}
bool has_comment(const std::string& space) { return space.find_first_of("-/") != npos; }

// White space like that in front of another definition.
std::string indent_like(const std::string& before) {
  const std::size_t end = before.rfind('\n');
  std::string indent = end == npos ? " " : before.substr(end);
  return has_comment(indent) ? "\n" : indent;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [name](const std::string& one) { return is_same_name(one, name); });
}

std::string unqualified(const std::string& text, std::string_view table) {
  std::string out;
  std::size_t done = 0;
  const std::vector<Token> tokens = tokens_of(text);
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (!tokens[i].is_name() || tokens[i + 1].text != "." || !tokens[i + 2].is_name()) continue;
    if (!is_same_name(name_of(tokens[i].text), table)) continue;
    out += text.substr(done, tokens[i].begin - done);
    done = tokens[i + 2].begin;
  }
  return out + text.substr(done);
}

}  // namespace

TableText::TableText(std::string_view sql) {
  const std::vector<Token> tokens = tokens_of(sql);
  std::size_t open = 0;
  while (open < tokens.size() && tokens[open].text != "(") ++open;
  const std::size_t close = behind_group(tokens, open) - 1;
  if (open < 3 || close >= tokens.size() || !tokens[0].is("CREATE") || !tokens[1].is("TABLE"))
    refuse_text();
  const Token& name = tokens[open - 1];
  head_ = sql.substr(0, name.begin);
  table_name_ = name.text;
  open_ = sql.substr(name.end, tokens[open].end - name.end);
  tail_ = sql.substr(tokens[close].begin);
  for (std::size_t i = close + 1; i < tokens.size(); ++i)
    if (tokens[i].is("WITHOUT")) is_without_rowid_ = true;
  definitions_ = definitions_of(sql, {tokens.begin() + static_cast<std::ptrdiff_t>(open),
                                      tokens.begin() + static_cast<std::ptrdiff_t>(close) + 1});
  if (definitions_.empty() || !definitions_.front().is_column) refuse_text();
}

std::string TableText::text() const {
  std::string out = head_ + table_name_ + open_;
  for (const Definition& one : definitions_) {
    if (&one != &definitions_.front() && one.follows_comma) out += ',';
    out += one.before + one.text + one.after;
  }
  return out + tail_;
}

std::string TableText::text_for(std::string_view name_sql) const {
  TableText other = *this;
  const std::string name = name_of(table_name_);
  for (Definition& one : other.definitions_) one.text = unqualified(one.text, name);
  other.table_name_ = name_sql;
  return other.text();
}

const Definition* TableText::column(std::string_view name) const {
  for (const Definition& one : definitions_)
    if (one.is_column && is_same_name(one.name, name)) return &one;
  return nullptr;
}

std::size_t TableText::index_of(std::string_view name) const {
  const Definition* found = column(name);
  if (found != nullptr) return static_cast<std::size_t>(found - definitions_.data());
  sdk::Failure failure(GBD_E_SQL,
                       "the table " + name_of(table_name_) + " has no column " + std::string(name));
  failure.sqlstate = "42000";
  throw failure;
}

bool TableText::has_autoincrement() const {
  for (const Definition& one : definitions_)
    for (const Clause& clause : one.clauses)
      if (clause.is_autoincrement) return true;
  return false;
}

std::vector<std::string> TableText::primary_key() const {
  for (const Definition& one : definitions_)
    for (const Clause& clause : one.clauses)
      if (clause.kind == Kind::primary_key) return clause.columns;
  return {};
}

bool TableText::has_rowid_alias() const {
  const std::vector<std::string> key = primary_key();
  if (is_without_rowid_ || key.size() != 1) return false;
  const Definition* found = column(key.front());
  if (found == nullptr) return false;
  const std::string_view text = found->text;
  return is_same_name(name_of(text.substr(found->type_begin, found->type_end - found->type_begin)),
                      "INTEGER");
}

void TableText::replace(std::size_t index, std::size_t begin, std::size_t end,
                        std::string_view with) {
  Definition& one = definitions_[index];
  one.text.replace(begin, end - begin, with);
  read_definition(one);
}

void TableText::take_out(std::size_t index, const Clause& clause) {
  const std::string& text = definitions_[index].text;
  std::size_t begin = clause.begin;
  // no line end: one in front may end a comment
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  replace(index, begin, clause.end, "");
}

void TableText::set_type(std::string_view column, std::string_view type_sql) {
  const std::size_t index = index_of(column);
  const Definition& one = definitions_[index];
  const bool has_type = one.type_begin != one.type_end;
  replace(index, one.type_begin, one.type_end, (has_type ? "" : " ") + std::string(type_sql));
}

void TableText::set_not_null(std::string_view column, bool is_not_null) {
  const std::size_t index = index_of(column);
  const std::vector<Clause>& clauses = definitions_[index].clauses;
  const auto find = [&clauses](Kind kind) {
    return std::find_if(clauses.begin(), clauses.end(),
                        [kind](const Clause& one) { return one.kind == kind; });
  };
  if (is_not_null && find(Kind::not_null) != clauses.end()) return;
  const Kind opposite = is_not_null ? Kind::null : Kind::not_null;
  for (auto one = find(opposite); one != clauses.end(); one = find(opposite))
    take_out(index, Clause(*one));
  const std::size_t place = definitions_[index].type_end;
  if (is_not_null) replace(index, place, place, " NOT NULL");
}

void TableText::set_default(std::string_view column, std::string_view default_sql) {
  const std::size_t index = index_of(column);
  std::size_t place = definitions_[index].type_end;
  for (const Clause& one : definitions_[index].clauses) {
    if (one.kind == Kind::not_null) place = one.end;
    if (one.kind != Kind::default_value) continue;
    if (default_sql.empty()) return take_out(index, Clause(one));
    return replace(index, one.begin, one.end, "DEFAULT " + std::string(default_sql));
  }
  if (!default_sql.empty()) replace(index, place, place, " DEFAULT " + std::string(default_sql));
}

void TableText::insert(std::size_t index, std::string_view definition) {
  Definition added{.before = {}, .text = std::string(definition), .after = {}};
  read_definition(added);
  if (index < definitions_.size()) {
    Definition& next = definitions_[index];
    const std::string lines = other_lines(next.before);
    added.before = first_line(next.before) + (lines.empty() ? "" : indent_like(lines));
    if (added.before.empty()) added.before = " ";
    next.before = lines.empty() ? " " : lines;
  } else {
    Definition& last = definitions_.back();
    added.before = indent_like(last.before);
    if (has_comment(last.after)) {
      added.after = "\n";
    } else {
      added.after = std::exchange(last.after, "");
    }
  }
  definitions_.insert(definitions_.begin() + static_cast<std::ptrdiff_t>(index), std::move(added));
}

void TableText::add_column(std::string_view definition) {
  std::size_t index = 0;
  while (index < definitions_.size() && definitions_[index].is_column) ++index;
  insert(index, definition);
}

void TableText::add_constraint(std::string_view definition) {
  insert(definitions_.size(), definition);
}

void TableText::remove(std::size_t index) {
  Definition& one = definitions_[index];
  const std::string comment = has_comment(first_line(one.before)) ? first_line(one.before) : "";
  if (index + 1 < definitions_.size()) {
    Definition& next = definitions_[index + 1];
    const std::string lines = other_lines(next.before);
    next.before = comment + (lines.empty() ? (comment.empty() ? " " : "\n") : lines);
    next.follows_comma = next.follows_comma || one.follows_comma;
  } else {
    const std::string lines = other_lines(one.after);
    std::string end = has_comment(one.after) ? lines : one.after;
    if (!comment.empty() && end.find('\n') == npos) end = "\n";
    definitions_[index - 1].after += comment + end;
  }
  definitions_.erase(definitions_.begin() + static_cast<std::ptrdiff_t>(index));
}

bool TableText::drop_constraint(std::string_view name, Kind kind) {
  for (std::size_t i = 0; i < definitions_.size(); ++i) {
    for (const Clause& clause : definitions_[i].clauses) {
      if (clause.kind != kind || clause.name.empty() || !is_same_name(clause.name, name)) continue;
      if (definitions_[i].is_column) {
        take_out(i, Clause(clause));
      } else {
        remove(i);
      }
      return true;
    }
  }
  return false;
}

bool TableText::release_column(std::string_view column) {
  static_cast<void>(index_of(column));
  const std::vector<std::string> key = primary_key();
  if (contains(key, column) && (key.size() > 1 || is_without_rowid_))
    refuse(
        "the column " + std::string(column) + " is in the primary key of " + name_of(table_name_),
        "make a new table, copy the rows, and drop the old one");
  const auto is_in_the_way = [&](const Definition& one, const Clause& clause) {
    const bool is_own = one.is_column && is_same_name(one.name, column);
    if (clause.kind == Kind::primary_key || clause.kind == Kind::unique)
      return contains(clause.columns, column);
    // what stands in the column's own definition goes with it
    const bool is_one = clause.kind == Kind::check || clause.kind == Kind::foreign_key;
    return is_one && !is_own && contains(clause.columns, column);
  };
  bool has_changed = false;
  for (std::size_t i = definitions_.size(); i-- > 0;) {
    for (std::size_t n = definitions_[i].clauses.size(); n-- > 0;) {
      const Clause clause = definitions_[i].clauses[n];
      if (!is_in_the_way(definitions_[i], clause)) continue;
      has_changed = true;
      if (!definitions_[i].is_column) {
        remove(i);
        break;
      }
      take_out(i, clause);
    }
  }
  return has_changed;
}

}  // namespace garboard::sqlite
