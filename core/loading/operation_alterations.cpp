// SPDX-License-Identifier: Apache-2.0
// addColumn, dropColumn, renameColumn and alterColumn.
#include <algorithm>
#include <array>
#include <utility>

#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, 3> add_keys{"schema", "table", "column"};
constexpr std::array<string_view, 4> drop_keys{"schema", "table", "name", "was"};
constexpr std::array<string_view, 4> rename_keys{"schema", "table", "name", "to"};
constexpr std::array<string_view, 8> alter_keys{"schema",   "table",   "name",  "type",
                                                "nullable", "default", "using", "was"};
constexpr std::array<string_view, 4> was_keys{"type", "nullable", "default", "using"};

string shown(const TableRef& table, string_view column) {
  return table.name + "." + string(column);
}

Json with(Json operation, const Json& body) {
  operation.update(body);
  return operation;
}

/// What makes a column with its constraints, and what takes it away.
struct ColumnSteps {
  std::vector<Json> add, drop;
};

ColumnSteps column_steps(OperationReader& reader, NodeId id, const TableRef& table) {
  Constraints constraints;
  const Json column = reader.column(id, table, constraints);
  ColumnSteps steps;
  if (!column.is_object()) return steps;
  if (!constraints.primary_key.empty())
    reader.refuse(
        constraints.primary_key_place,
        "'primaryKey' is true in a column of a table that exists, expected it in createTable");
  if (column.value("identity", false))
    reader.refuse(
        id, "'identity' is true in a column of a table that exists, expected it in createTable",
        "write the step as SQL");
  reader.finish_names(constraints, table.name);
  steps.add.push_back(operation_on("addColumn", table));
  steps.add.back()["column"] = column;
  const auto add = [&](const std::vector<Constraint>& all, string_view op, string_view kind) {
    for (const Constraint& each : all) {
      steps.add.push_back(with(operation_on(op, table), each.body));
      steps.drop.push_back(operation_on("dropConstraint", table));
      steps.drop.back()["name"] = each.body["name"];
      steps.drop.back()["kind"] = kind;
    }
  };
  add(constraints.uniques, "addUnique", "unique");
  add(constraints.checks, "addCheck", "check");
  add(constraints.foreign_keys, "addForeignKey", "foreignKey");
  std::ranges::reverse(steps.drop);
  steps.drop.push_back(operation_on("dropColumn", table));
  steps.drop.back()["name"] = column["name"];
  return steps;
}

/// alterColumn and what undoes it, key by key.
class Alteration {
 public:
  Alteration(OperationReader& reader, const Fields& in, const TableRef& table, string column)
      : reader_(reader), in_(in), table_(table), column_(std::move(column)) {}

  OperationSteps read() {
    up_ = down_ = with(operation_on("alterColumn", table_), {{"name", column_}});
    if (in_.has("was")) {
      const Fields was = reader_.fields(in_.value("was"), "'was'", was_keys);
      if (was.is_mapping()) read_keys(&was);
    } else {
      read_keys(nullptr);
    }
    return {.up = {up_}, .down = {down_}, .irreversible = irreversible_};
  }

 private:
  static bool has(const Fields* was, string_view key) { return was != nullptr && was->has(key); }

  void lacks(string_view what) {
    irreversible_ =
        cannot_undo("alterColumn", shown(table_, column_), "what the " + string(what) + " was",
                    "'was: {" + string(what) + ": ..}'");
  }

  void read_keys(const Fields* was) {
    const auto needless = [&](string_view key) {
      if (has(was, key) && !in_.has(key) && key != "using")
        reader_.refuse(was->value(key), "'was' says what '" + string(key) +
                                            "' was, which is not altered, expected only what is");
    };
    for (const string_view key : was_keys) needless(key);
    read_type(was);
    if (in_.has("nullable")) {
      const bool is_nullable = reader_.is_on(in_, "nullable");
      up_["nullable"] = is_nullable;
      down_["nullable"] = has(was, "nullable") ? reader_.is_on(*was, "nullable") : !is_nullable;
    }
    if (in_.has("default")) {
      up_["default"] = default_of(in_.value("default"));
      if (has(was, "default"))
        down_["default"] = default_of(was->value("default"));
      else
        lacks("default");
    }
    if (in_.has("using")) up_["using"] = reader_.sql(in_.value("using"), "using");
    if (has(was, "using")) down_["using"] = reader_.sql(was->value("using"), "using");
    for (const Fields* each : {&in_, was})
      if (each != nullptr && each->has("using") && !each->has("type"))
        reader_.refuse(each->value("using"), "'using' stands without 'type', expected both",
                       "'using' says how old values become values of the new type");
  }

  void read_type(const Fields* was) {
    if (!in_.has("type")) return;
    up_["type"] = reader_.type(in_.value("type"));
    if (has(was, "type"))
      down_["type"] = reader_.type(was->value("type"));
    else
      lacks("type");
  }

  /// `null` drops the default.
  Json default_of(NodeId id) {
    Json value = reader_.default_value(id);
    const bool is_null = value.contains("value") && value["value"].is_null();
    return is_null ? Json(nullptr) : value;
  }

  OperationReader& reader_;
  const Fields& in_;
  const TableRef& table_;
  string column_;
  Json up_ = {}, down_ = {};
  string irreversible_ = {};
};

}  // namespace

OperationSteps add_column(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "addColumn", add_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  reader.require(in, "column", "a mapping with 'name' and 'type'");
  if (!in.has("column")) return {};
  ColumnSteps steps = column_steps(reader, in.value("column"), table);
  return {.up = std::move(steps.add), .down = std::move(steps.drop)};
}

OperationSteps drop_column(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "dropColumn", drop_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  const string name = reader.name(in, "name");
  if (in.has("was")) {
    ColumnSteps steps = column_steps(reader, in.value("was"), table);
    if (!steps.add.empty() && steps.add.front()["column"]["name"] != name)
      reader.refuse(in.value("was"), "'was' is another column, expected '" + excerpt(name) + "'");
    return {.up = std::move(steps.drop), .down = std::move(steps.add)};
  }
  OperationSteps steps{.up = {with(operation_on("dropColumn", table), {{"name", name}})}};
  steps.irreversible = cannot_undo("dropColumn", shown(table, name), "what the column was",
                                   "'was: {name: .., type: ..}'");
  return steps;
}

OperationSteps rename_column(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "renameColumn", rename_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  const string name = reader.name(in, "name");
  const string to = reader.name(in, "to");
  const Json rename = operation_on("renameColumn", table);
  return {.up = {with(rename, {{"name", name}, {"to", to}})},
          .down = {with(rename, {{"name", to}, {"to", name}})}};
}

OperationSteps alter_column(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "alterColumn", alter_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  const string name = reader.name(in, "name");
  if (!in.has("type") && !in.has("nullable") && !in.has("default") && !in.has_unknown())
    reader.refuse(
        body, "alterColumn has neither 'type' nor 'nullable' nor 'default', expected at least one");
  return Alteration(reader, in, table, name).read();
}

}  // namespace garboard::loading
