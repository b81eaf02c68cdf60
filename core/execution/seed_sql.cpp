// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_sql.hpp"

#include <algorithm>
#include <array>

#include "execution/ledger_sql.hpp"

namespace garboard::execution {

namespace {

using model::Dialect;
using model::SeedTable;
using Pair = std::pair<std::string_view, std::string_view>;

std::string table_of(const Dialect& dialect, const SeedTable& table) {
  const std::string name = quoted(dialect, table.name);
  return table.schema.empty() ? name : quoted(dialect, table.schema) + "." + name;
}

std::string joined(const Dialect& dialect, std::span<const std::string> columns,
                   std::string_view prefix = {}) {
  std::string text;
  for (const std::string& column : columns) {
    if (!text.empty()) text += ", ";
    text += prefix;
    text += quoted(dialect, column);
  }
  return text;
}

std::string limited(std::size_t limit) { return " LIMIT " + std::to_string(limit); }

}  // namespace

std::string expanded(std::string_view text, Replacements replacements) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    const auto found = std::ranges::find(
        replacements, close == std::string_view::npos ? "" : text.substr(1, close - 1),
        &Pair::first);
    if (found == replacements.end()) {
      out += '{';
      text.remove_prefix(1);
    } else {
      out += found->second;
      text.remove_prefix(close + 1);
    }
  }
  return out;
}

std::string parameter(const Dialect& dialect, std::size_t number) {
  return dialect.placeholders == model::PlaceholderStyle::numbered ? "$" + std::to_string(number)
                                                                   : "?";
}

SeedLedgerSql::SeedLedgerSql(const Dialect& dialect, const LedgerOptions& options)
    : dialect_(dialect) {
  const std::string& schema = options.schema.empty() ? dialect.default_schema : options.schema;
  if (!schema.empty()) schema_ = quoted(dialect, schema);
  table_ = (schema_.empty() ? "" : schema_ + ".") + quoted(dialect, options.table + "_seeds");
}

std::vector<std::string> SeedLedgerSql::create() const {
  const std::array<Pair, 2> names{Pair{"schema", schema_}, Pair{"seeds", table_}};
  std::vector<std::string> statements;
  for (const std::string& text : dialect_.seeds.create) statements.push_back(expanded(text, names));
  return statements;
}

std::string SeedLedgerSql::read() const {
  return "SELECT checksum, applied_at FROM " + table_ + " WHERE app = " + parameter(dialect_, 1) +
         " AND id = " + parameter(dialect_, 2);
}

std::string SeedLedgerSql::insert() const {
  std::string values;
  for (std::size_t i = 1; i <= 11; ++i) values += parameter(dialect_, i) + ", ";
  return "INSERT INTO " + table_ +
         " (name, mode, checksum, run_id, applied_by, tool_version, rows_inserted, rows_updated,"
         " rows_deleted, app, id, applied_at) VALUES (" +
         values + dialect_.now + ")";
}

std::string SeedLedgerSql::update() const {
  constexpr std::array<std::string_view, 9> names{"name",          "mode",         "checksum",
                                                  "run_id",        "applied_by",   "tool_version",
                                                  "rows_inserted", "rows_updated", "rows_deleted"};
  std::string text = "UPDATE " + table_ + " SET ";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += std::string(names.at(i)) + " = " + parameter(dialect_, i + 1) + ", ";
  return text + "applied_at = " + dialect_.now + " WHERE app = " + parameter(dialect_, 10) +
         " AND id = " + parameter(dialect_, 11);
}

SeedTableSql::SeedTableSql(const Dialect& dialect, const SeedTable& table)
    : dialect_(dialect), seed_(table), table_(table_of(dialect, table)) {}

std::string SeedTableSql::read_back(const std::string& column) const {
  std::string text = "SELECT " + quoted(dialect_, column) + " FROM " + table_;
  for (std::size_t i = 0; i < seed_.key.size(); ++i)
    text += (i == 0 ? " WHERE " : " AND ") + quoted(dialect_, seed_.key[i]) + " = " +
            parameter(dialect_, i + 1);
  return text;
}

std::string copy_statement(const Dialect& dialect, std::string_view table,
                           std::span<const std::string> columns) {
  const std::string list = joined(dialect, columns);
  const std::array<Pair, 2> names{Pair{"table", table}, Pair{"columns", list}};
  return expanded(dialect.seeds.copy, names);
}

std::string insert_statement(const Dialect& dialect, std::string_view table,
                             std::span<const std::string> columns, std::size_t rows) {
  std::string text =
      "INSERT INTO " + std::string(table) + " (" + joined(dialect, columns) + ") VALUES ";
  std::size_t number = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    text += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < columns.size(); ++i)
      text += (i == 0 ? "" : ", ") + parameter(dialect, ++number);
    text += ')';
  }
  return text;
}

StageSql::StageSql(const Dialect& dialect, const SeedTable& table, std::vector<std::string> columns,
                   std::size_t number)
    : dialect_(dialect),
      seed_(table),
      columns_(std::move(columns)),
      table_(table_of(dialect, table)),
      name_(quoted(dialect, table.name)) {
  const std::string plain = "garboard_seed_" + std::to_string(number);
  stage_ = quoted(dialect, plain);
  index_ = quoted(dialect, plain + "_key");
  column_list_ = joined(dialect, columns_);
  key_list_ = joined(dialect, seed_.key);
  for (const std::string& column : seed_.key)
    match_ += (match_.empty() ? "" : " AND ") + in_table(column) + " = " + in_stage(column);
  for (const std::string& column : columns_) {
    if (is_key(column)) continue;
    const std::string a = in_table(column), b = in_stage(column);
    const std::array<Pair, 2> both{Pair{"a", a}, Pair{"b", b}};
    differs_ += (differs_.empty() ? "" : " OR ") + expanded(dialect.seeds.differs, both);
    const std::string name = quoted(dialect, column);
    const std::array<Pair, 3> names{Pair{"column", name}, Pair{"stage", stage_},
                                    Pair{"name", name_}};
    assignments_ += (assignments_.empty() ? "" : ", ") + expanded(dialect.seeds.assignment, names);
  }
}

std::string StageSql::fill(std::string_view text) const {
  const std::array<Pair, 9> names{
      Pair{"table", table_}, Pair{"name", name_},           Pair{"stage", stage_},
      Pair{"index", index_}, Pair{"columns", column_list_}, Pair{"key", key_list_},
      Pair{"match", match_}, Pair{"differs", differs_},     Pair{"assignments", assignments_}};
  return expanded(text, names);
}

std::string StageSql::in_table(const std::string& column) const {
  return name_ + "." + quoted(dialect_, column);
}

std::string StageSql::in_stage(const std::string& column) const {
  return stage_ + "." + quoted(dialect_, column);
}

bool StageSql::is_key(const std::string& column) const {
  return std::ranges::find(seed_.key, column) != seed_.key.end();
}

std::vector<std::string> StageSql::create() const {
  std::vector<std::string> statements;
  for (const std::string& text : dialect_.seeds.stage) statements.push_back(fill(text));
  return statements;
}

std::vector<std::string> StageSql::ready() const {
  std::vector<std::string> statements;
  for (const std::string& text : dialect_.seeds.staged) statements.push_back(fill(text));
  return statements;
}

std::string StageSql::unusable() const {
  std::string is_null;
  for (const std::string& column : seed_.key)
    is_null += (is_null.empty() ? "" : " OR ") + quoted(dialect_, column) + " IS NULL";
  return "SELECT " + key_list_ + " FROM " + stage_ + " GROUP BY " + key_list_ +
         " HAVING COUNT(*) > 1 OR " + is_null + limited(1);
}

std::string StageSql::insert_missing() const {
  return "INSERT INTO " + table_ + " (" + column_list_ + ") SELECT " + column_list_ + " FROM " +
         stage_ + " WHERE NOT EXISTS (SELECT 1 FROM " + table_ + " WHERE " + match_ + ")";
}

std::string StageSql::update_differing() const {
  return assignments_.empty() ? std::string() : fill(dialect_.seeds.update);
}

std::string StageSql::missing(std::size_t limit) const {
  return "SELECT " + column_list_ + " FROM " + stage_ + " WHERE NOT EXISTS (SELECT 1 FROM " +
         table_ + " WHERE " + match_ + ")" + limited(limit);
}

std::string StageSql::differing(std::size_t limit) const {
  if (differs_.empty()) return {};
  std::string list;
  for (const std::string& column : columns_)
    list += (list.empty() ? "" : ", ") + in_table(column) + ", " + in_stage(column);
  return "SELECT " + list + " FROM " + table_ + " JOIN " + stage_ + " ON " + match_ + " WHERE " +
         differs_ + limited(limit);
}

std::string StageSql::lacks_row() const {
  return "NOT EXISTS (SELECT 1 FROM " + stage_ + " WHERE " + match_ + ")";
}

namespace {

std::string rest_of(const Dialect& dialect, const SeedTable& table,
                    std::span<const StageSql* const> stages) {
  std::string text = " FROM " + table_of(dialect, table) + " WHERE ";
  // on a line of its own, so that a comment at its end takes nothing along
  if (!table.delete_where.empty()) text += "(" + table.delete_where + "\n) AND ";
  bool is_first = true;
  for (const StageSql* stage : stages)
    text += (std::exchange(is_first, false) ? "" : " AND ") + stage->lacks_row();
  return text;
}

}  // namespace

std::string delete_rest(const Dialect& dialect, const SeedTable& table,
                        std::span<const StageSql* const> stages) {
  return "DELETE" + rest_of(dialect, table, stages);
}

std::string rest(const Dialect& dialect, const SeedTable& table,
                 std::span<const StageSql* const> stages, std::size_t limit) {
  return "SELECT " + joined(dialect, table.key) + rest_of(dialect, table, stages) + limited(limit);
}

}  // namespace garboard::execution
