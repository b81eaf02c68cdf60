// SPDX-License-Identifier: Apache-2.0
#include "definition.hpp"

#include <string>
#include <utility>

#include "words.hpp"

namespace garboard::sqlite {
namespace {

using Kind = Clause::Kind;
using Tokens = std::vector<Token>;

bool begins_constraint(const Token& token) {
  return token.is_any({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"});
}

// Also the end of a column's type: none of these words may stand in one without quotes.
bool begins_clause(const Tokens& tokens, std::size_t at) {
  if (tokens[at].is("GENERATED")) return at + 1 < tokens.size() && tokens[at + 1].is("ALWAYS");
  return tokens[at].is_any({"CONSTRAINT", "DEFAULT", "NULL", "NOT", "PRIMARY", "UNIQUE", "CHECK",
                            "REFERENCES", "COLLATE", "AS", "DEFERRABLE"});
}

bool is_at(const Tokens& tokens, std::size_t at, std::string_view keyword) {
  return at < tokens.size() && tokens[at].is(keyword);
}

Kind kind_of(const Tokens& tokens, std::size_t at) {
  if (at >= tokens.size()) return Kind::other;
  const Token& token = tokens[at];
  if (token.is("PRIMARY")) return Kind::primary_key;
  if (token.is("UNIQUE")) return Kind::unique;
  if (token.is("CHECK")) return Kind::check;
  if (token.is_any({"REFERENCES", "FOREIGN"})) return Kind::foreign_key;
  if (token.is("NOT")) return is_at(tokens, at + 1, "NULL") ? Kind::not_null : Kind::other;
  if (token.is("NULL")) return Kind::null;
  if (token.is("DEFAULT")) return Kind::default_value;
  if (token.is_any({"GENERATED", "AS"})) return Kind::generated;
  return Kind::other;
}

// Index behind what belongs to a clause without question, however it is called.
std::size_t behind_start(const Tokens& tokens, std::size_t at) {
  const Token& token = tokens[at];
  if (token.is("GENERATED")) return behind_group(tokens, at + 3);
  if (token.is_any({"DEFAULT", "CHECK", "AS"})) return behind_group(tokens, at + 1);
  return at + (token.is_any({"PRIMARY", "NOT", "REFERENCES", "COLLATE", "FOREIGN"}) ? 2 : 1);
}

// The names that a list in parentheses, opened at `at`, begins its parts with.
std::vector<std::string> list_of(const Tokens& tokens, std::size_t at) {
  std::vector<std::string> names;
  if (!is_at(tokens, at, "(")) return names;
  const std::size_t end = behind_group(tokens, at) - 1;
  const int depth = tokens[at].depth;
  for (std::size_t i = at; i + 1 < end; ++i)
    if (i == at || (tokens[i].text == "," && tokens[i].depth == depth))
      names.push_back(name_of(tokens[i + 1].text));
  return names;
}

// The clause that begins at `at`, which is moved behind it.
Clause read_clause(const Tokens& tokens, std::size_t& at, const std::string& column) {
  Clause clause;
  const std::size_t begin = at;
  clause.begin = tokens[at].begin;
  if (tokens[at].is("CONSTRAINT") && at + 1 < tokens.size()) {
    clause.name = name_of(tokens[at + 1].text);
    at += 2;
  }
  clause.kind = kind_of(tokens, at);
  const bool has_body = clause.name.empty() || clause.kind != Kind::other ||
                        (at < tokens.size() && tokens[at].is("COLLATE"));
  if (has_body && at < tokens.size()) at = behind_start(tokens, at);
  while (at < tokens.size() && !begins_clause(tokens, at))
    at = tokens[at].is("SET") ? at + 2 : behind_group(tokens, at);
  if (at > tokens.size()) at = tokens.size();
  clause.end = tokens[at - 1].end;
  for (std::size_t i = begin; i < at; ++i)
    if (clause.kind == Kind::primary_key && tokens[i].is("AUTOINCREMENT"))
      clause.is_autoincrement = true;
  if (clause.kind == Kind::check || clause.kind == Kind::generated) {
    clause.columns = names_in(tokens, begin, at);
  } else {
    clause.columns = {column};
  }
  return clause;
}

void read_column(Definition& definition, const Tokens& tokens) {
  definition.is_column = true;
  definition.name = name_of(tokens.front().text);
  std::size_t at = 1;
  while (at < tokens.size() && !begins_clause(tokens, at)) at = behind_group(tokens, at);
  definition.type_begin = at > 1 ? tokens[1].begin : tokens.front().end;
  definition.type_end = at > 1 ? tokens[at - 1].end : tokens.front().end;
  while (at < tokens.size()) {
    const bool is_deferral = tokens[at].is("DEFERRABLE") ||
                             (tokens[at].is("NOT") && is_at(tokens, at + 1, "DEFERRABLE"));
    Clause clause = read_clause(tokens, at, definition.name);
    auto& clauses = definition.clauses;
    if (is_deferral && !clauses.empty() && clauses.back().kind == Kind::foreign_key) {
      clauses.back().end = clause.end;
    } else {
      clauses.push_back(std::move(clause));
    }
  }
}

void read_constraint(Definition& definition, const Tokens& tokens) {
  Clause clause;
  std::size_t at = 0;
  if (tokens[at].is("CONSTRAINT") && tokens.size() > 1) {
    clause.name = name_of(tokens[1].text);
    at = 2;
  }
  clause.kind = kind_of(tokens, at);
  clause.end = tokens.back().end;
  for (const Token& token : tokens)
    if (token.is("AUTOINCREMENT")) clause.is_autoincrement = true;
  if (clause.kind == Kind::check) {
    clause.columns = names_in(tokens, at + 1, tokens.size());
  } else {
    clause.columns = list_of(tokens, clause.kind == Kind::unique ? at + 1 : at + 2);
  }
  definition.clauses.push_back(std::move(clause));
}

// Where the definitions begin among the tokens of one stretch between commas.
std::vector<std::size_t> starts_in(const Tokens& part) {
  std::vector<std::size_t> starts{0};
  if (!begins_constraint(part.front())) return starts;
  for (std::size_t i = 1; i < part.size(); ++i) {
    if (part[i].depth != 1 || !begins_constraint(part[i])) continue;
    const bool is_name = part[i - 1].is("CONSTRAINT");
    const bool is_named = i > 1 && part[i - 2].is("CONSTRAINT") && !part[i].is("CONSTRAINT");
    if (!is_name && !is_named) starts.push_back(i);
  }
  return starts;
}

}  // namespace

std::vector<std::string> names_in(const std::vector<Token>& tokens, std::size_t begin,
                                  std::size_t end) {
  std::vector<std::string> names;
  for (std::size_t i = begin; i < end; ++i) {
    if (!tokens[i].is_name() || (i + 1 < end && tokens[i + 1].text == "(")) continue;
    const bool is_blob =
        i + 1 < end && tokens[i + 1].begin == tokens[i].end && tokens[i + 1].text.front() == '\'';
    if (!is_blob) names.push_back(name_of(tokens[i].text));
  }
  return names;
}

void read_definition(Definition& definition) {
  definition.clauses.clear();
  const Tokens tokens = tokens_of(definition.text);
  if (tokens.empty()) return;
  if (begins_constraint(tokens.front())) {
    read_constraint(definition, tokens);
  } else {
    read_column(definition, tokens);
  }
}

std::vector<Definition> definitions_of(std::string_view sql, const Tokens& body) {
  std::vector<Definition> definitions;
  Tokens part;
  std::size_t from = body.front().end;
  for (std::size_t i = 1; i < body.size(); ++i) {
    const bool is_end = i + 1 == body.size();
    if (!is_end && (body[i].text != "," || body[i].depth != 1)) {
      part.push_back(body[i]);
      continue;
    }
    if (part.empty()) return {};
    const std::vector<std::size_t> starts = starts_in(part);
    for (std::size_t n = 0; n < starts.size(); ++n) {
      const std::size_t begin = part[starts[n]].begin;
      const bool is_last = n + 1 == starts.size();
      const std::size_t end = is_last ? part.back().end : part[starts[n + 1] - 1].end;
      Definition one{.before = std::string(sql.substr(from, begin - from)),
                     .text = std::string(sql.substr(begin, end - begin)),
                     .after = {},
                     .follows_comma = n == 0};
      from = end;
      if (is_last) one.after = sql.substr(end, body[i].begin - end);
      read_definition(one);
      definitions.push_back(std::move(one));
    }
    from = body[i].end;
    part.clear();
  }
  return definitions;
}

}  // namespace garboard::sqlite
