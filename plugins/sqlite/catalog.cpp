// SPDX-License-Identifier: Apache-2.0
#include "catalog.hpp"

#include <memory>
#include <utility>

#include <garboard/operation_reader.hpp>

#include "errors.hpp"
#include "table_text.hpp"

namespace garboard::sqlite {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

}  // namespace

void for_each_row(sqlite3* handle, const std::string& sql, const std::vector<std::string>& params,
                  const std::function<void(const Row&)>& take) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(handle, sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(raw);
  for (int i = 0; code == SQLITE_OK && i < static_cast<int>(params.size()); ++i) {
    const std::string& param = params[static_cast<std::size_t>(i)];
    code = sqlite3_bind_text64(raw, i + 1, param.data(), param.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (code == SQLITE_OK) code = sqlite3_step(raw);
  for (; code == SQLITE_ROW; code = sqlite3_step(raw)) {
    Row row;
    for (int i = 0; i < sqlite3_column_count(raw); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, i));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(raw, i));
      row.push_back(text == nullptr ? std::nullopt : std::optional(std::string(text, size)));
    }
    take(row);
  }
  if (code != SQLITE_DONE) throw failure_of(handle, code, "the database file");
}

std::string quoted_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted += '"';
}

std::vector<std::string> Catalog::texts(const std::string& sql,
                                        const std::vector<std::string>& params) const {
  std::vector<std::string> found;
  for_each_row(handle_, sql, params,
               [&](const Row& row) { found.push_back(row.front().value_or("")); });
  return found;
}

std::int64_t Catalog::number(const std::string& sql) const {
  const std::vector<std::string> found = texts(sql, {});
  return found.empty() ? 0 : std::stoll(found.front());
}

// Where SQLite would look, too.
std::string Catalog::schema_of(const sdk::TableName& name) const {
  const bool is_shadowed =
      !texts("SELECT 1 FROM temp.sqlite_master WHERE name = ? COLLATE NOCASE", {name.name}).empty();
  if (name.schema.empty()) return is_shadowed ? "temp" : "main";
  if (is_same_name(name.schema, "temp")) return "temp";
  // the indexes and triggers of the one would be made on the other
  if (is_shadowed)
    sdk::refuse_operation("the temporary table " + name.name + " hides the one of this name",
                          "drop the temporary one first");
  return "main";
}

bool Catalog::has_object(const std::string& schema, const std::string& name) const {
  return !texts("SELECT 1 FROM " + schema + ".sqlite_master WHERE name = ? COLLATE NOCASE", {name})
              .empty();
}

TableFacts Catalog::table(const sdk::TableName& name) const {
  TableFacts facts;
  facts.schema = schema_of(name);
  const bool needs_prefix = !name.schema.empty() || facts.schema == "temp";
  if (needs_prefix) facts.prefix = quoted_name(facts.schema) + ".";
  std::string kind;
  for_each_row(handle_,
               "SELECT l.name, l.type, s.sql FROM pragma_table_list(?) l LEFT JOIN " +
                   facts.schema +
                   ".sqlite_master s ON s.name = l.name AND s.type = 'table' WHERE l.schema = ?",
               {name.name, facts.schema}, [&](const Row& row) {
                 facts.name = row[0].value_or("");
                 kind = row[1].value_or("");
                 facts.sql = row[2].value_or("");
               });
  if (kind.empty()) {
    sdk::Failure failure(GBD_E_SQL, "no such table: " + name.name);
    failure.sqlstate = "42S02";
    throw failure;
  }
  if (kind != "table" || facts.sql.empty() || facts.name.starts_with("sqlite_"))
    sdk::refuse_operation(facts.name + " is no table that can be rebuilt, but " +
                              (kind == "table" ? "one of SQLite's own"
                                               : "a " + kind + (kind == "view" ? "" : " table")),
                          kind == "view" ? "" : "write the change as sql");
  for_each_row(handle_, "SELECT name, hidden FROM pragma_table_xinfo(?, ?) ORDER BY cid",
               {facts.name, facts.schema}, [&](const Row& row) {
                 facts.columns.push_back({row[0].value_or(""), row[1].value_or("0") != "0"});
               });
  const auto followers = [&](const char* type, const std::string& schema) {
    return texts("SELECT sql FROM " + schema +
                     ".sqlite_master WHERE type = ? AND tbl_name = ? "
                     "COLLATE NOCASE AND sql IS NOT NULL ORDER BY rowid",
                 {type, facts.name});
  };
  facts.indexes = followers("index", facts.schema);
  facts.triggers = followers("trigger", facts.schema);
  if (facts.schema == "main" && !followers("trigger", "temp").empty())
    sdk::refuse_operation("the table " + facts.name + " has a temporary trigger",
                          "drop the temporary trigger first");
  return facts;
}

std::vector<std::string> Catalog::triggers_of_view(const sdk::TableName& view) const {
  return texts("SELECT sql FROM " + schema_of(view) +
                   ".sqlite_master WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE "
                   "ORDER BY rowid",
               {view.name});
}

bool Catalog::has_unique_index(const TableFacts& table, const std::string& name) const {
  return !texts(
              "SELECT 1 FROM pragma_index_list(?, ?) WHERE origin = 'c' AND \"unique\" AND "
              "name = ? COLLATE NOCASE",
              {table.name, table.schema, name})
              .empty();
}

}  // namespace garboard::sqlite
