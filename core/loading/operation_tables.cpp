// SPDX-License-Identifier: Apache-2.0
// createTable, dropTable and renameTable.
#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, 9> table_keys{"schema",     "name",    "columns",
                                                "primaryKey", "unique",  "foreignKeys",
                                                "checks",     "indexes", "comment"};
constexpr std::array<string_view, 3> rename_keys{"schema", "name", "to"};
constexpr std::array<string_view, 6> index_keys{"name",  "columns", "unique",
                                                "where", "method",  "concurrently"};

/// What createTable and the definition in dropTable say.
class TableDefinition {
 public:
  TableDefinition(OperationReader& reader, const Fields& in, const TableRef& of)
      : reader_(reader), in_(in), of_(of) {}

  /// The table and its indexes.
  std::vector<Json> read() {
    const std::size_t before = reader_.problems().size();
    read_columns();
    read_constraints();
    if (reader_.problems().size() == before) check_meaning();
    reader_.finish_names(constraints_, of_.name);
    std::vector<Json> made{operation_on("createTable", of_, "name")};
    Json& create = made.front();
    create["columns"] = std::move(columns_);
    if (!constraints_.primary_key.empty()) create["primaryKey"] = constraints_.primary_key;
    create["uniques"] = bodies(constraints_.uniques);
    create["foreignKeys"] = bodies(constraints_.foreign_keys);
    create["checks"] = bodies(constraints_.checks);
    if (in_.has("comment")) create["comment"] = reader_.comment(in_.value("comment"), "comment");
    for (Constraint& index : constraints_.indexes) made.push_back(std::move(index.body));
    return made;
  }

 private:
  static Json bodies(std::vector<Constraint>& constraints) {
    Json list = Json::array();
    for (Constraint& each : constraints) list.push_back(std::move(each.body));
    return list;
  }

  std::vector<NodeId> list(string_view key, string_view expected) {
    return in_.has(key) ? reader_.items(in_.value(key), key, expected) : std::vector<NodeId>{};
  }

  void read_columns() {
    reader_.require(in_, "columns", "a list of at least one column");
    for (const NodeId item : list("columns", "a list of at least one column")) {
      Json column = reader_.column(item, of_, constraints_);
      string name = column.is_object() ? column.value("name", "") : string();
      if (!name.empty() && std::ranges::find(names_, name) != names_.end())
        reader_.refuse(item, "the column '" + excerpt(name) + "' stands here for the second time");
      names_.push_back(std::move(name));
      columns_.push_back(std::move(column));
    }
  }

  void read_constraints() {
    if (in_.has("primaryKey")) {
      if (!constraints_.primary_key.empty())
        reader_.refuse(
            in_.value("primaryKey"),
            "'primaryKey' stands beside 'columns' and in a column, expected one of them");
      constraints_.primary_key = reader_.names(in_.value("primaryKey"), "primaryKey");
      constraints_.primary_key_place = in_.value("primaryKey");
    }
    for (const NodeId item : list("unique", "a list of lists of columns"))
      constraints_.uniques.push_back(reader_.unique(item));
    for (const NodeId item : list("foreignKeys", "a list of foreign keys"))
      constraints_.foreign_keys.push_back(reader_.foreign_key(item, of_));
    for (const NodeId item : list("checks", "a list of checks"))
      constraints_.checks.push_back(reader_.check(item));
    for (const NodeId item : list("indexes", "a list of indexes")) {
      const Fields index = reader_.fields(item, "an index", index_keys);
      if (!index.is_mapping()) continue;
      constraints_.indexes.push_back(reader_.index(index, of_));
      constraints_.indexes.back().place = item;
    }
  }

  void check_columns(const std::vector<string>& columns, NodeId place, string_view what) {
    for (const string& column : columns)
      if (std::ranges::find(names_, column) == names_.end())
        reader_.refuse(place, string(what) + " names the column '" + excerpt(column) +
                                  "', which the table does not have");
  }

  /// What the parts say of each other.
  void check_meaning() {
    const std::vector<string>& key = constraints_.primary_key;
    if (!key.empty()) check_columns(key, constraints_.primary_key_place, "'primaryKey'");
    for (const Constraint& each : constraints_.uniques)
      check_columns(each.words, each.place, "'unique'");
    for (const Constraint& each : constraints_.foreign_keys)
      check_columns(each.words, each.place, "the foreign key");
    for (const Constraint& each : constraints_.indexes)
      for (const Json& part : each.body["columns"])
        if (part.contains("name"))
          check_columns({part["name"].get<string>()}, each.place, "the index");
    for (Json& column : columns_) {
      const auto name = column["name"].get<string>();
      const bool is_key = std::ranges::find(key, name) != key.end();
      if (is_key && std::ranges::find(constraints_.nullable, name) != constraints_.nullable.end())
        reader_.refuse(constraints_.primary_key_place,
                       "'primaryKey' names the column '" + excerpt(name) +
                           "' with 'nullable: true', expected one without");
      if (is_key) column["nullable"] = false;
      if (column["identity"].get<bool>()) check_identity(name, is_key && key.size() == 1);
    }
  }

  void check_identity(const string& name, bool is_whole_key) {
    if (has_identity_)
      reader_.refuse(in_.value("columns"), "a second column has 'identity: true', expected one");
    has_identity_ = true;
    const auto is_own = [&](const Constraint& each) {
      return each.words.size() == 1 && each.words.front() == name;
    };
    if (is_whole_key || std::ranges::any_of(constraints_.uniques, is_own)) return;
    reader_.refuse(in_.value("columns"),
                   "the identity column '" + excerpt(name) +
                       "' is neither the primary key nor unique by itself, expected one of these",
                   "add 'primaryKey: true' or 'unique: true'");
  }

  OperationReader& reader_;
  const Fields& in_;
  const TableRef& of_;
  Constraints constraints_ = {};
  std::vector<string> names_ = {};
  Json columns_ = Json::array();
  bool has_identity_ = false;
};

}  // namespace

OperationSteps create_table(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "createTable", table_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in, "name");
  return {.up = TableDefinition(reader, in, table).read(),
          .down = {operation_on("dropTable", table, "name")}};
}

OperationSteps drop_table(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "dropTable", table_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in, "name");
  OperationSteps steps{.up = {operation_on("dropTable", table, "name")}};
  const bool is_defined = std::ranges::any_of(Keys(table_keys).subspan(2),
                                              [&](string_view key) { return in.has(key); });
  if (is_defined)
    steps.down = TableDefinition(reader, in, table).read();
  else
    steps.irreversible =
        cannot_undo("dropTable", table.name, "what the table was", "its `columns` and the rest");
  return steps;
}

OperationSteps rename_table(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "renameTable", rename_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in, "name");
  const TableRef renamed{.schema = table.schema, .name = reader.name(in, "to")};
  OperationSteps steps{.up = {operation_on("renameTable", table, "name")},
                       .down = {operation_on("renameTable", renamed, "name")}};
  steps.up.front()["to"] = renamed.name;
  steps.down.front()["to"] = table.name;
  return steps;
}

}  // namespace garboard::loading
