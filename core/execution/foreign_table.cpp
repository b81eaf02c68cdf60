// SPDX-License-Identifier: Apache-2.0
#include "execution/foreign_table.hpp"

#include <utility>

#include "execution/ledger_sql.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using std::string;
using std::string_view;

}  // namespace

ForeignTable::ForeignTable(ports::Session& session, string_view name)
    : session_(session), name_(name) {
  const std::size_t dot = name.find('.');
  if (dot != string_view::npos) quoted_ = quoted(session.dialect(), name.substr(0, dot)) + ".";
  quoted_ += quoted(session.dialect(), name.substr(dot == string_view::npos ? 0 : dot + 1));
}

/// False when the server refuses the statement for what it says.
Result<bool> ForeignTable::answers(const string& sql) {
  auto asked = session_.exec(sql);
  if (asked) return true;
  const base::Error& error = asked.error();
  if (error.code == Code::statement_failed && !error.is_connection_lost) return false;
  return std::move(asked).error().in("reading " + name_);
}

Result<bool> ForeignTable::exists() { return answers("SELECT 1 FROM " + quoted_ + " WHERE 1 = 0"); }

Result<bool> ForeignTable::has_column(string_view column) {
  // qualified: SQLite takes a quoted name that it does not know for a string
  return answers("SELECT t." + quoted(session_.dialect(), column) + " FROM " + quoted_ +
                 " t WHERE 1 = 0");
}

Result<bool> ForeignTable::has_columns(std::span<const string_view> columns) {
  string list;
  for (const string_view column : columns)
    list += (list.empty() ? "t." : ", t.") + quoted(session_.dialect(), column);
  return answers("SELECT " + list + " FROM " + quoted_ + " t WHERE 1 = 0");
}

Result<std::vector<ForeignRow>> ForeignTable::rows(std::span<const string_view> columns,
                                                   string_view order_by) {
  string sql;
  for (const string_view column : columns)
    sql += (sql.empty() ? "SELECT t." : ", t.") + quoted(session_.dialect(), column);
  sql += " FROM " + quoted_ + " t";
  if (!order_by.empty()) sql += " ORDER BY t." + quoted(session_.dialect(), order_by);
  std::vector<ForeignRow> rows;
  auto read = session_.exec(sql, {}, [&](std::span<const ports::Cell> cells) {
    ForeignRow& row = rows.emplace_back();
    for (const ports::Cell& cell : cells)
      row.push_back(cell ? std::optional<string>(string(*cell)) : std::nullopt);
    return true;
  });
  if (!read) return std::move(read).error().in("reading " + name_);
  return rows;
}

bool is_true(const std::optional<string>& cell) {
  return cell && (*cell == "t" || *cell == "1" || *cell == "true" || *cell == "TRUE" ||
                  *cell == string_view("\x01", 1));
}

string text_of(const std::optional<string>& cell) { return cell.value_or(string()); }

}  // namespace garboard::execution
