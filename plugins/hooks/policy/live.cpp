// SPDX-License-Identifier: Apache-2.0
#include "live.hpp"

#include <charconv>

#include <garboard/hook.hpp>
#include <nlohmann/json.hpp>

namespace garboard::policy {
namespace {

using nlohmann::json;

std::int64_t number_in(const std::optional<std::string>& cell) {
  std::int64_t number = -1;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), number);
  return number;
}

bool is_true(const std::optional<std::string>& cell) {
  return cell && (*cell == "t" || *cell == "true" || *cell == "1");
}

std::string doubled(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += c;
    result += c;
  }
  return result + quote;
}

}  // namespace

std::string Live::identifier(std::string_view name) const {
  return doubled(name, is_mysql_family(dialect_) ? '`' : '"');
}

std::string Live::quoted(const Name& name) const {
  return (name.schema.empty() ? "" : identifier(name.schema) + ".") + identifier(name.name);
}

// A backslash means itself under any sql_mode when the text is given as bytes.
std::string Live::literal(std::string_view text) const {
  if (!is_mysql_family(dialect_)) return doubled(text, '\'');
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex = "CONVERT(X'";
  for (const char c : text) {
    hex += digits[static_cast<unsigned char>(c) >> 4U];
    hex += digits[static_cast<unsigned char>(c) & 15U];
  }
  return hex + "' USING utf8mb4)";
}

std::string Live::schema_of(const Name& name) const {
  return name.schema.empty() ? "DATABASE()" : literal(name.schema);
}

std::optional<Live::Rows> Live::ask(const std::string& sql) {
  if (is_offline_) return std::nullopt;
  const auto known = answers_.find(sql);
  if (known != answers_.end()) return known->second;
  std::optional<Rows> rows;
  try {
    rows.emplace();
    for (const json& row : json::parse(sdk::query(sql))) {
      auto& cells = rows->emplace_back();
      for (const json& cell : row)
        cells.push_back(cell.is_null() ? std::nullopt : std::optional(cell.get<std::string>()));
    }
  } catch (const sdk::Failure& failure) {
    rows.reset();
    if (failure.status == GBD_E_UNSUPPORTED)
      is_offline_ = true;
    else if (trouble_.empty())
      trouble_ = failure.message;
  }
  answers_.emplace(sql, rows);
  return rows;
}

std::optional<std::string> Live::cell(const std::string& sql) {
  const auto rows = ask(sql);
  if (!rows || rows->empty() || rows->front().empty()) return std::nullopt;
  return rows->front().front();
}

std::optional<bool> Live::yes(const std::string& sql) {
  const auto found = cell(sql);
  return found ? std::optional(is_true(found)) : std::nullopt;
}

std::string Live::tables_sql(const std::vector<Name>& tables) const {
  std::string list;
  for (const Name& name : tables) {
    if (!list.empty()) list += dialect_ == Dialect::postgres ? ", " : " UNION ALL ";
    const std::string key = literal(quoted(name));
    if (dialect_ == Dialect::postgres)
      list += "(" + key + ")";
    else if (dialect_ == Dialect::sqlite)
      list += "SELECT " + key + ", 0, -1, -1, '' FROM " +
              (name.schema.empty() ? "" : identifier(name.schema) + ".") +
              "sqlite_schema WHERE type = 'table' AND lower(name) = lower(" + literal(name.name) +
              ")";
    else
      list += "SELECT " + key + ", create_options LIKE '%partitioned%', table_rows, " +
              "data_length + index_length, engine FROM information_schema.tables WHERE " +
              "table_schema = " + schema_of(name) + " AND table_name = " + literal(name.name);
  }
  if (dialect_ != Dialect::postgres) return list;
  return "SELECT v.name, c.relkind = 'p', c.reltuples::bigint, coalesce((SELECT "
         "sum(pg_total_relation_size(t.relid))::bigint FROM pg_partition_tree(c.oid) t), "
         "pg_total_relation_size(c.oid)), '' FROM (VALUES " +
         list + ") v(name) JOIN pg_class c ON c.oid = to_regclass(v.name)";
}

void Live::load(const std::vector<Name>& tables) {
  std::vector<Name> asked;
  for (const Name& name : tables)
    if (!name.name.empty() && tables_.emplace(quoted(name), Table{}).second) asked.push_back(name);
  if (asked.empty() || dialect_ == Dialect::other) return;
  const auto rows = ask(tables_sql(asked));
  if (!rows) {
    for (const Name& name : asked) tables_.erase(quoted(name));
    return;
  }
  for (const auto& row : *rows) {
    Table& table = tables_[row.at(0).value_or("")];
    table.is_there = true;
    table.is_partitioned = is_true(row.at(1));
    table.rows = number_in(row.at(2));
    table.bytes = number_in(row.at(3));
    table.engine = row.at(4).value_or("");
  }
}

std::optional<Live::Table> Live::table(const Name& name) {
  if (is_offline_ || dialect_ == Dialect::other || name.name.empty()) return std::nullopt;
  load({name});
  const auto found = tables_.find(quoted(name));
  if (found == tables_.end()) return std::nullopt;
  Table& table = found->second;
  if (dialect_ == Dialect::sqlite && table.is_there && table.rows < 0)  // it keeps no number
    table.rows =
        number_in(cell("SELECT count(*) FROM (SELECT 1 FROM " + quoted(name) + " LIMIT 1000001)"));
  return table;
}

std::optional<bool> Live::is_empty(const Name& name) {
  const auto known = table(name);
  if (!known) return std::nullopt;
  if (!known->is_there) return true;
  return yes("SELECT NOT EXISTS (SELECT 1 FROM " + quoted(name) + ")");
}

std::optional<std::string> Live::column_type(const Name& name, std::string_view column) {
  if (dialect_ == Dialect::postgres)
    return cell(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
        "to_regclass(" +
        literal(quoted(name)) + ") AND NOT attisdropped AND attname = " + literal(column));
  return cell(
      "SELECT concat(column_type, coalesce(concat(' ', character_octet_length DIV nullif("
      "character_maximum_length, 0)), '')) FROM information_schema.columns WHERE table_schema = " +
      schema_of(name) + " AND table_name = " + literal(name.name) +
      " AND column_name = " + literal(column));
}

std::optional<bool> Live::is_never_null(const Name& name, std::string_view column) {
  const std::string table = "to_regclass(" + literal(quoted(name)) + ")";
  return yes("SELECT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = " + table +
             " AND a.attname = " + literal(column) +
             " AND (a.attnotnull OR EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conrelid = "
             "a.attrelid AND c.contype = 'c' AND c.convalidated AND pg_get_constraintdef(c.oid) = "
             "'CHECK ((' || quote_ident(a.attname) || ' IS NOT NULL))')))");
}

std::optional<bool> Live::is_index_invalid(const Name& index) {
  return yes("SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(" +
             literal(quoted(index)) + ") AND NOT indisvalid)");
}

std::optional<bool> Live::is_volatile(std::string_view function) {
  return yes("SELECT coalesce(bool_or(provolatile = 'v'), true) FROM pg_proc WHERE proname = " +
             literal(function));
}

std::optional<std::string> Live::setting(std::string_view name) {
  return cell("SELECT current_setting(" + literal(name) + ", true)");
}

std::optional<bool> Live::is_referenced(const Name& name) {
  return yes(
      "SELECT EXISTS (SELECT 1 FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE "
      "m.type = 'table' AND lower(f.\"table\") = lower(" +
      literal(name.name) + ") AND lower(m.name) <> lower(" + literal(name.name) + "))");
}

}  // namespace garboard::policy
