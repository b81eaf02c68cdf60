// SPDX-License-Identifier: Apache-2.0
#include "rebuild.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <garboard/operation_reader.hpp>

#include "definition.hpp"
#include "words.hpp"

namespace garboard::sqlite {
namespace {

using Statements = std::vector<std::string>;

std::string text_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
  return literal += '\'';
}

// The parser has to see the table as SQLite does, or it does not touch it.
TableText text_of(const TableFacts& table) {
  TableText text(table.sql);
  std::size_t n = 0;
  for (const Definition& one : text.definitions()) {
    if (!one.is_column) break;
    if (n == table.columns.size() || table.columns[n++].name != one.name)
      n = table.columns.size() + 1;
    if (n > table.columns.size()) break;
  }
  if (n != table.columns.size())
    sdk::refuse_operation(
        "the text that SQLite keeps of the table " + table.name + " cannot be read",
        "write the change as sql");
  return text;
}

std::string free_name(const Catalog& catalog, const TableFacts& table) {
  const std::string wanted = "garboard_rebuild_" + table.name;
  std::string name = wanted;
  for (int n = 2; catalog.has_object(table.schema, name); ++n)
    name = wanted + "_" + std::to_string(n);
  return name;
}

// A name of the rowid that no column has taken; empty when there is no rowid to keep, because a
// column is the rowid or will be.
std::string rowid_name(const TableText& before, const TableText& after) {
  if (before.is_without_rowid() || before.has_rowid_alias() || after.has_rowid_alias()) return {};
  for (const char* name : {"rowid", "_rowid_", "oid"})
    if (before.column(name) == nullptr && after.column(name) == nullptr) return name;
  return {};
}

std::string copy(const TableFacts& table, const std::string& from, const std::string& to,
                 const std::string& rowid) {
  std::string names = rowid;
  for (const ColumnFact& column : table.columns)
    if (!column.is_generated) names += (names.empty() ? "" : ", ") + quoted_name(column.name);
  return "INSERT INTO " + to + " (" + names + ") SELECT " + names + " FROM " + from;
}

void append_sequence(Statements& statements, const TableFacts& table, const std::string& name) {
  const std::string sequences = table.prefix + "sqlite_sequence";
  statements.push_back("DELETE FROM " + sequences + " WHERE name = " + text_literal(name));
  statements.push_back("INSERT INTO " + sequences + " (name, seq) SELECT " + text_literal(name) +
                       ", seq FROM " + sequences + " WHERE name = " + text_literal(table.name));
}

// An index names its columns, and those of its expressions and its WHERE, behind the first
// parenthesis.
bool speaks_of(const std::string& index_sql, const std::string& column) {
  const std::vector<Token> tokens = tokens_of(index_sql);
  std::size_t open = 0;
  while (open < tokens.size() && tokens[open].text != "(") ++open;
  const std::vector<std::string> names = names_in(tokens, open, tokens.size());
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return is_same_name(name, column); });
}

std::string index_name_of(const std::string& index_sql) { return target_of(index_sql).name; }

}  // namespace

Statements rebuild(const Catalog& catalog, const TableFacts& table, const Edit& edit) {
  const TableText before = text_of(table);
  TableText after = before;
  edit(after);
  const std::string name = free_name(catalog, table);
  const std::string old_table = table.prefix + quoted_name(table.name);
  const std::string new_table = table.prefix + quoted_name(name);
  Statements statements{after.text_for(new_table),
                        copy(table, old_table, new_table, rowid_name(before, after))};
  if (before.has_autoincrement() && after.has_autoincrement())
    append_sequence(statements, table, name);
  statements.push_back("DROP TABLE " + old_table);
  // Otherwise the renaming would stop at views and triggers that miss the table for this moment.
  const bool is_legacy = catalog.number("PRAGMA legacy_alter_table") != 0;
  if (!is_legacy) statements.emplace_back("PRAGMA legacy_alter_table = ON");
  statements.push_back("ALTER TABLE " + new_table + " RENAME TO " + quoted_name(table.name));
  if (!is_legacy) statements.emplace_back("PRAGMA legacy_alter_table = OFF");
  statements.insert(statements.end(), table.indexes.begin(), table.indexes.end());
  statements.insert(statements.end(), table.triggers.begin(), table.triggers.end());
  return statements;
}

Statements drop_column(const Catalog& catalog, TableFacts table, const std::string& column) {
  Statements statements;
  const auto gone =
      std::stable_partition(table.indexes.begin(), table.indexes.end(),
                            [&](const std::string& sql) { return !speaks_of(sql, column); });
  for (auto index = gone; index != table.indexes.end(); ++index)
    statements.push_back("DROP INDEX " + table.prefix + quoted_name(index_name_of(*index)));
  table.indexes.erase(gone, table.indexes.end());
  TableText text = text_of(table);
  if (text.release_column(column)) {
    const Statements remade =
        rebuild(catalog, table, [&](TableText& edited) { edited.release_column(column); });
    statements.insert(statements.end(), remade.begin(), remade.end());
  }
  // SQLite itself then looks for the column in every view, trigger and expression.
  statements.push_back("ALTER TABLE " + table.prefix + quoted_name(table.name) + " DROP COLUMN " +
                       quoted_name(column));
  return statements;
}

Statements drop_constraint(const Catalog& catalog, const sdk::DropConstraint& op) {
  using Kind = sdk::DropConstraint::Kind;
  const auto [kind, words] =
      op.kind == Kind::unique  ? std::pair(Clause::Kind::unique, "unique constraint")
      : op.kind == Kind::check ? std::pair(Clause::Kind::check, "check")
                               : std::pair(Clause::Kind::foreign_key, "foreign key");
  const TableFacts table = catalog.table(op.table);
  TableText text = text_of(table);
  if (text.drop_constraint(op.name, kind))
    return rebuild(catalog, table,
                   [&, kind = kind](TableText& edited) { edited.drop_constraint(op.name, kind); });
  if (op.kind == Kind::unique && catalog.has_unique_index(table, op.name))
    return {"DROP INDEX " + table.prefix + quoted_name(op.name)};
  sdk::Failure failure(GBD_E_SQL,
                       "the table " + table.name + " has no " + words + " named " + op.name);
  failure.sqlstate = "42000";
  std::string names;
  for (const Definition& one : text.definitions())
    for (const Clause& clause : one.clauses)
      if (clause.kind == kind && !clause.name.empty())
        names += (names.empty() ? "" : ", ") + clause.name;
  failure.hint = names.empty() ? "it has none with a name" : "it has " + names;
  throw failure;
}

}  // namespace garboard::sqlite
