// SPDX-License-Identifier: Apache-2.0
// Columns, and the constraints and indexes of tables.
#include <algorithm>
#include <array>
#include <utility>

#include "loading/derived_names.hpp"
#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, 2> unique_keys{"name", "columns"};
constexpr std::array<string_view, 2> check_keys{"name", "expression"};
constexpr std::array<string_view, 3> foreign_key_keys{"name", "columns", "references"};
constexpr std::array<string_view, 7> references_keys{"schema",   "table",    "column", "columns",
                                                     "onDelete", "onUpdate", "name"};
/// Those beside the columns of a foreign key, which has a name of its own.
constexpr Keys unnamed_references_keys = Keys(references_keys).first(6);
constexpr std::array<string_view, 3> index_part_keys{"name", "expression", "order"};
constexpr std::array<string_view, 5> actions{"cascade", "restrict", "setNull", "setDefault",
                                             "noAction"};
constexpr std::array<string_view, 3> identity_types{"bigint", "integer", "smallint"};

}  // namespace

Json OperationReader::references(NodeId id, std::size_t columns, const TableRef& of, Keys known) {
  const Fields in = fields(id, "'references'", known);
  Json key = Json::object();
  if (!in.is_mapping()) return key;
  if (in.has("name")) key["name"] = name(in.value("name"), "name");
  TableRef referenced = table(in);
  if (referenced.schema.empty()) referenced.schema = of.schema;
  std::vector<string> others;
  if (in.has("column") == in.has("columns")) {
    if (!in.has_unknown())
      refuse(id, in.has("column")
                     ? "'references' has both 'column' and 'columns', expected one"
                     : "'references' has neither 'column' nor 'columns', expected one");
  } else if (in.has("column")) {
    others.push_back(name(in.value("column"), "column"));
  } else {
    others = names(in.value("columns"), "columns");
  }
  if (columns != 0 && !others.empty() && others.size() != columns)
    refuse(id, "'references' names " + std::to_string(others.size()) + " column(s), expected " +
                   std::to_string(columns) + ", as many as refer to them");
  Json target = Json::object();
  if (!referenced.schema.empty()) target["schema"] = referenced.schema;
  target["table"] = referenced.name;
  target["columns"] = others;
  key["referenced"] = std::move(target);
  for (const string_view action : {"onDelete", "onUpdate"}) {
    if (!in.has(action)) continue;
    const auto word = read_string(document_, in.value(action), action, problems_);
    if (word && std::ranges::find(actions, *word) == actions.end())
      refuse_type(document_, in.value(action), action,
                  "cascade, restrict, setNull, setDefault or noAction", problems_);
    key[string(action)] = word.value_or("");
  }
  return key;
}

Constraint OperationReader::foreign_key(const Fields& in, const TableRef& of) {
  Constraint made{.suffix = "fkey", .place = no_node};
  made.body["name"] = in.has("name") ? name(in.value("name"), "name") : string();
  require(in, "columns", "the columns that refer");
  if (in.has("columns")) made.words = names(in.value("columns"), "columns");
  made.body["columns"] = made.words;
  require(in, "references", "a table and its columns");
  if (!in.has("references")) return made;
  made.body.update(
      references(in.value("references"), made.words.size(), of, unnamed_references_keys));
  return made;
}

Constraint OperationReader::foreign_key(NodeId id, const TableRef& of) {
  const Fields in = fields(id, "a foreign key", foreign_key_keys);
  Constraint made = in.is_mapping() ? foreign_key(in, of) : Constraint{};
  made.place = id;
  return made;
}

Constraint OperationReader::unique(NodeId id) {
  Constraint made{.suffix = "key", .place = id};
  made.body["name"] = string();
  if (at(id).kind == NodeKind::sequence) {
    made.words = names(id, "unique");
  } else {
    const Fields in = fields(id, "a unique constraint", unique_keys);
    if (!in.is_mapping()) return made;
    if (in.has("name")) made.body["name"] = name(in.value("name"), "name");
    require(in, "columns", "a list of columns");
    if (in.has("columns")) made.words = names(in.value("columns"), "columns");
  }
  made.body["columns"] = made.words;
  return made;
}

Constraint OperationReader::check(const Fields& in) {
  Constraint made{.suffix = "check"};
  made.body["name"] = in.has("name") ? name(in.value("name"), "name") : string();
  require(in, "expression", "SQL that holds for every row");
  const string expression =
      in.has("expression") ? sql(in.value("expression"), "expression") : string();
  made.body["expression"] = expression;
  made.words = {short_hash(expression)};
  return made;
}

Constraint OperationReader::check(NodeId id) {
  if (at(id).kind == NodeKind::mapping) {
    Constraint made = check(fields(id, "a check", check_keys));
    made.place = id;
    return made;
  }
  Constraint made{.suffix = "check", .place = id};
  made.body["name"] = string();
  if (at(id).kind == NodeKind::scalar)
    made.body["expression"] = sql(id, "check");
  else
    loading::refuse_type(document_, id, "check", "SQL, or a mapping with 'name' and 'expression'",
                         problems_);
  made.words = {short_hash(made.body.value("expression", ""))};
  return made;
}

Json OperationReader::index_part(NodeId id, std::vector<string>& words) {
  if (at(id).kind != NodeKind::mapping) {
    words.push_back(name(id, "columns"));
    return Json{{"name", words.back()}};
  }
  const Fields in = fields(id, "a column of an index", index_part_keys);
  Json part = Json::object();
  if (in.has("name") == in.has("expression")) {
    if (!in.has_unknown())
      refuse(id, "a column of an index has " +
                     string(in.has("name") ? "both 'name' and" : "neither 'name' nor") +
                     " 'expression', expected one of them");
    return part;
  }
  if (in.has("name")) {
    words.push_back(name(in.value("name"), "name"));
    part["name"] = words.back();
  } else {
    const string expression = sql(in.value("expression"), "expression");
    words.push_back(short_hash(expression));
    part["expression"] = expression;
  }
  if (!in.has("order")) return part;
  const auto order = read_string(document_, in.value("order"), "order", problems_);
  if (order && *order != "asc" && *order != "desc")
    refuse_type(document_, in.value("order"), "order", "asc or desc", problems_);
  if (order == "desc") part["descending"] = true;
  return part;
}

Constraint OperationReader::index(const Fields& in, const TableRef& of) {
  Constraint made{.suffix = "idx", .place = no_node};
  made.body = operation_on("addIndex", of);
  made.body["name"] = in.has("name") ? name(in.value("name"), "name") : string();
  Json parts = Json::array();
  require(in, "columns", "a list of columns");
  if (in.has("columns"))
    for (const NodeId item : items(in.value("columns"), "columns", "a list of at least one column"))
      parts.push_back(index_part(item, made.words));
  made.body["columns"] = std::move(parts);
  made.body["unique"] = is_on(in, "unique");
  if (in.has("where")) made.body["where"] = sql(in.value("where"), "where");
  if (in.has("method")) made.body["method"] = name(in.value("method"), "method");
  made.body["concurrently"] = is_on(in, "concurrently");
  return made;
}

void OperationReader::read_column_keys(const Fields& in, Json& column, const string& column_name,
                                       const TableRef& of, Constraints& constraints) {
  if (is_on(in, "unique")) {
    Constraint made{.suffix = "key", .words = {column_name}, .place = in.value("unique")};
    made.body["name"] = string();
    made.body["columns"] = made.words;
    constraints.uniques.push_back(std::move(made));
  }
  if (in.has("check")) {
    Constraint made = check(in.value("check"));
    made.words = {column_name};
    constraints.checks.push_back(std::move(made));
  }
  if (in.has("references")) {
    Constraint made{.suffix = "fkey", .words = {column_name}, .place = in.value("references")};
    made.body["name"] = string();
    made.body["columns"] = made.words;
    made.body.update(references(made.place, 1, of, references_keys));
    constraints.foreign_keys.push_back(std::move(made));
  }
  if (in.has("comment")) column["comment"] = comment(in.value("comment"), "comment");
}

Json OperationReader::column(NodeId id, const TableRef& of, Constraints& constraints) {
  const Fields in = fields(id, "a column", column_keys);
  if (!in.is_mapping()) return {};
  Json column = Json::object();
  const string column_name = name(in, "name");
  column["name"] = column_name;
  require(in, "type", "a type such as bigint, varchar(100) or timestamptz");
  column["type"] = in.has("type") ? type(in.value("type")) : Json();
  const bool is_key = is_on(in, "primaryKey");
  const bool is_identity = is_on(in, "identity");
  bool is_nullable = !is_key && !is_identity;
  if (in.has("nullable")) {
    const bool said = is_on(in, "nullable");
    if (said && !is_nullable)
      refuse(in.value("nullable"), "'nullable' is true, expected false for " +
                                       string(is_key ? "a primary key" : "an identity column"));
    if (said) constraints.nullable.push_back(column_name);
    is_nullable = said;
  }
  column["nullable"] = is_nullable;
  if (in.has("default")) {
    if (is_identity)
      refuse(in.value("default"), "an identity column has a 'default', expected none",
             "the database numbers the rows");
    Json value = default_value(in.value("default"));
    if (!value.contains("value") || !value["value"].is_null()) column["default"] = std::move(value);
  }
  column["identity"] = is_identity;
  if (is_identity && column["type"].is_object() &&
      std::ranges::find(identity_types, column["type"].value("name", "")) == identity_types.end())
    refuse(in.value("identity"),
           "'identity' is true for another type, expected bigint, integer or smallint");
  if (is_key) {
    if (!constraints.primary_key.empty())
      refuse(in.value("primaryKey"), "a second column has 'primaryKey: true', expected one",
             "write 'primaryKey: [a, b]' beside 'columns' for a key of several columns");
    constraints.primary_key = {column_name};
    constraints.primary_key_place = in.value("primaryKey");
  }
  read_column_keys(in, column, column_name, of, constraints);
  return column;
}

void OperationReader::finish_names(Constraints& constraints, string_view table) {
  DerivedNames names(table);
  const std::array groups{&constraints.uniques, &constraints.foreign_keys, &constraints.checks,
                          &constraints.indexes};
  for (std::vector<Constraint>* group : groups)
    for (Constraint& each : *group) {
      const string given = each.body.value("name", "");
      if (!given.empty() && !names.take(given) && each.place != no_node)
        refuse(each.place, "the name '" + excerpt(given) +
                               "' is used for the second time in this table, "
                               "expected one of its own");
    }
  for (std::vector<Constraint>* group : groups)
    for (Constraint& each : *group)
      if (each.body.value("name", "").empty())
        each.body["name"] = names.derive(each.words, each.suffix);
}

}  // namespace garboard::loading
