// SPDX-License-Identifier: Apache-2.0
// insert, update and delete.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, 4> insert_keys{"schema", "table", "rows", "key"};
constexpr std::array<string_view, 6> update_keys{"schema", "table", "set", "where", "all", "was"};
constexpr std::array<string_view, 5> delete_keys{"schema", "table", "where", "all", "rows"};
constexpr string_view expected_rows = "a list of at least one mapping from columns to values";

const Json* value_of(const Json& row, const Json& column) {
  const auto found =
      std::ranges::find_if(row, [&](const Json& each) { return each["name"] == column; });
  return found == row.end() ? nullptr : &(*found)["value"];
}

bool is_plain(const Json& value) { return value.contains("value"); }

/// The rows as inserts, in their order; rows with the same columns together.
std::vector<Json> inserts_of(const TableRef& table, const std::vector<Json>& rows) {
  std::vector<Json> made;
  for (const Json& row : rows) {
    const auto has_all = [&](const Json& columns) {
      return columns.size() == row.size() && std::ranges::all_of(columns, [&](const Json& column) {
               return value_of(row, column) != nullptr;
             });
    };
    if (made.empty() || !has_all(made.back()["columns"])) {
      made.push_back(operation_on("insert", table));
      for (const Json& each : row) made.back()["columns"].push_back(each["name"]);
      made.back()["rows"] = Json::array();
    }
    Json values = Json::array();
    for (const Json& column : made.back()["columns"]) values.push_back(*value_of(row, column));
    made.back()["rows"].push_back(std::move(values));
  }
  return made;
}

/// What finds the row again; empty when nothing does.
Json finder_of(const Json& row, const std::vector<string>& key) {
  Json finder = Json::array();
  for (const Json& each : row) {
    const bool is_key = std::ranges::find(key, each["name"].get<string>()) != key.end();
    if (!key.empty() && !is_key) continue;
    if (is_plain(each["value"]))
      finder.push_back(each);
    else if (is_key)
      return Json::array();
  }
  return finder;
}

std::vector<Json> rows_of(OperationReader& reader, NodeId id) {
  std::vector<Json> rows;
  for (const NodeId item : reader.items(id, "rows", expected_rows))
    rows.push_back(reader.assignments(item, "rows"));
  return rows;
}

/// The condition that finds the rows after `set` changed them; nullopt when none can be told.
std::optional<Json> after(const Json& condition, const Json& set) {
  if (!condition.contains("rows")) return condition;
  Json moved = condition;
  for (Json& row : moved["rows"])
    for (Json& each : row) {
      const Json* now = value_of(set, each["name"]);
      if (now == nullptr) continue;
      if (!is_plain(*now)) return std::nullopt;
      each["value"] = *now;
    }
  return moved;
}

bool have_same_columns(const Json& a, const Json& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const Json& each) {
           return value_of(b, each["name"]) != nullptr;
         });
}

}  // namespace

Json OperationReader::assignments(NodeId id, string_view key) {
  Json list = Json::array();
  const TreeNode& node = at(id);
  if (node.kind != NodeKind::mapping || node.end == id + 1) {
    loading::refuse_type(document_, id, key, "a mapping from columns to values", problems_);
    return list;
  }
  for (NodeId column = id + 1; column < node.end;) {
    const NodeId held = at(column).end;
    if (at(column).text.empty())
      refuse(column, "'" + string(key) + "' has a column without a name");
    list.push_back(Json{{"name", at(column).text}, {"value", value(held, at(column).text)}});
    column = at(held).end;
  }
  return list;
}

Json OperationReader::condition(const Fields& in) {
  if (in.has("all") == in.has("where")) {
    if (in.is_mapping() && !in.has_unknown())
      problems_.add(document_, in.offset(),
                    in.has("all")
                        ? "'where' and 'all' stand together, expected one of them"
                        : "'where' is missing, expected the columns and values of some rows",
                    "'all: true' means every row");
    return Json::object();
  }
  if (in.has("all")) {
    if (!is_on(in, "all"))
      loading::refuse_type(document_, in.value("all"), "all", "true, or 'where' instead",
                           problems_);
    return Json{{"all", true}};
  }
  const NodeId id = in.value("where");
  const TreeNode& node = at(id);
  Json rows = Json::array();
  if (node.kind == NodeKind::mapping && node.end != id + 1 && at(id + 1).text == "sql" &&
      at(at(id + 1).end).end == node.end)
    return Json{{"sql", sql(at(id + 1).end, "sql")}};
  if (node.kind == NodeKind::mapping) {
    rows.push_back(assignments(id, "where"));
  } else {
    for (const NodeId item :
         items(id, "where", "a mapping from columns to values, a list of such, or {sql: ...}"))
      rows.push_back(assignments(item, "where"));
  }
  return Json{{"rows", std::move(rows)}};
}

OperationSteps insert_rows(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "insert", insert_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  std::vector<string> key;
  if (in.has("key")) key = reader.names(in.value("key"), "key");
  reader.require(in, "rows", expected_rows);
  if (!in.has("rows")) return {};
  const std::vector<Json> rows = rows_of(reader, in.value("rows"));
  for (const string& column : key)
    for (const Json& row : rows)
      if (!row.empty() && value_of(row, column) == nullptr)
        reader.refuse(in.value("key"), "'key' names the column '" + excerpt(column) +
                                           "', which is not in every row");
  OperationSteps steps{.up = inserts_of(table, rows)};
  Json found = Json::array();
  for (const Json& row : rows) {
    found.push_back(finder_of(row, key));
    if (found.back().empty())
      steps.irreversible = cannot_undo("insert", table.name, "how to find its rows again",
                                       "a 'key' of columns with plain values");
  }
  std::ranges::reverse(found);
  steps.down = {operation_on("delete", table)};
  steps.down.front()["where"] = Json{{"rows", std::move(found)}};
  return steps;
}

OperationSteps update_rows(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "update", update_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  OperationSteps steps{.up = {operation_on("update", table)}};
  reader.require(in, "set", "a mapping from columns to values");
  const Json set = in.has("set") ? reader.assignments(in.value("set"), "set") : Json::array();
  const Json where = reader.condition(in);
  steps.up.front()["set"] = set;
  steps.up.front()["where"] = where;
  if (!in.has("was")) {
    steps.irreversible = cannot_undo("update", table.name, "what the values were", "them as 'was'");
    return steps;
  }
  const Json was = reader.assignments(in.value("was"), "was");
  if (!set.empty() && !was.empty() && !have_same_columns(set, was))
    reader.refuse(in.value("was"), "'was' has other columns than 'set', expected the same");
  const std::optional<Json> found = after(where, set);
  if (!found)
    steps.irreversible = cannot_undo("update", table.name, "how to find its rows again",
                                     "a 'where' whose columns 'set' leaves alone");
  steps.down = {operation_on("update", table)};
  steps.down.front()["set"] = was;
  steps.down.front()["where"] = found.value_or(where);
  return steps;
}

OperationSteps delete_rows(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "delete", delete_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  OperationSteps steps{.up = {operation_on("delete", table)}};
  steps.up.front()["where"] = reader.condition(in);
  if (in.has("rows"))
    steps.down = inserts_of(table, rows_of(reader, in.value("rows")));
  else
    steps.irreversible = cannot_undo("delete", table.name, "what the rows were", "them as 'rows'");
  return steps;
}

}  // namespace garboard::loading
