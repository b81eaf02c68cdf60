// SPDX-License-Identifier: Apache-2.0
// Indexes and constraints of tables that exist: addIndex, dropIndex, addUnique, addForeignKey,
// addCheck and dropConstraint.
#include <algorithm>
#include <array>
#include <utility>

#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, 8> index_keys{"schema", "table", "name",   "columns",
                                                "unique", "where", "method", "concurrently"};
constexpr std::array<string_view, 4> unique_keys{"schema", "table", "name", "columns"};
constexpr std::array<string_view, 5> foreign_key_keys{"schema", "table", "name", "columns",
                                                      "references"};
constexpr std::array<string_view, 4> check_keys{"schema", "table", "name", "expression"};
constexpr std::array<string_view, 7> drop_keys{"schema", "table",      "name", "kind",
                                               "unique", "foreignKey", "check"};
constexpr std::array<string_view, 2> dropped_key_keys{"columns", "references"};
constexpr std::array<string_view, 3> kinds{"unique", "foreignKey", "check"};

Json named(string_view op, const TableRef& table, const Json& name) {
  Json operation = operation_on(op, table);
  operation["name"] = name;
  return operation;
}

Json drop_of(const TableRef& table, const Json& name, string_view kind) {
  Json operation = named("dropConstraint", table, name);
  operation["kind"] = kind;
  return operation;
}

/// The constraint with its name, added and dropped.
OperationSteps added(OperationReader& reader, const TableRef& table, Constraint constraint,
                     string_view op, string_view kind) {
  Constraints all;
  all.uniques.push_back(std::move(constraint));
  reader.finish_names(all, table.name);
  const Json& body = all.uniques.front().body;
  OperationSteps steps{.up = {operation_on(op, table)},
                       .down = {drop_of(table, body["name"], kind)}};
  steps.up.front().update(body);
  return steps;
}

struct IndexSteps {
  Json add, drop;
};

IndexSteps index_steps(OperationReader& reader, const Fields& in, const TableRef& table) {
  Constraints all;
  all.indexes.push_back(reader.index(in, table));
  reader.finish_names(all, table.name);
  IndexSteps steps{.add = std::move(all.indexes.front().body), .drop = {}};
  steps.drop = named("dropIndex", table, steps.add["name"]);
  steps.drop["concurrently"] = steps.add["concurrently"];
  return steps;
}

/// What dropConstraint says of the constraint, as that is added again.
OperationSteps dropped(OperationReader& reader, const Fields& in, const TableRef& table,
                       const string& name, string_view kind) {
  const NodeId id = in.value(kind);
  Constraint constraint;
  string_view op = "addUnique";
  if (kind == "unique") {
    constraint.body["name"] = name;
    constraint.body["columns"] = reader.names(id, kind);
  } else if (kind == "foreignKey") {
    op = "addForeignKey";
    const Fields key = reader.fields(id, "'foreignKey'", dropped_key_keys);
    if (key.is_mapping()) constraint = reader.foreign_key(key, table);
    constraint.body["name"] = name;
  } else {
    op = "addCheck";
    constraint.body["name"] = name;
    constraint.body["expression"] = reader.sql(id, kind);
  }
  OperationSteps steps = added(reader, table, std::move(constraint), op, kind);
  std::swap(steps.up, steps.down);
  return steps;
}

}  // namespace

OperationSteps add_index(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "addIndex", index_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  IndexSteps steps = index_steps(reader, in, table);
  return {.up = {std::move(steps.add)}, .down = {std::move(steps.drop)}};
}

OperationSteps drop_index(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "dropIndex", index_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  const string name = reader.name(in, "name");
  if (in.has("columns") || in.has("unique") || in.has("where") || in.has("method")) {
    IndexSteps steps = index_steps(reader, in, table);
    return {.up = {std::move(steps.drop)}, .down = {std::move(steps.add)}};
  }
  OperationSteps steps{.up = {named("dropIndex", table, name)}};
  steps.up.front()["concurrently"] = reader.is_on(in, "concurrently");
  steps.irreversible = cannot_undo("dropIndex", name, "what the index was", "its `columns`");
  return steps;
}

OperationSteps add_unique(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "addUnique", unique_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  Constraint made{.suffix = "key"};
  made.body["name"] = in.has("name") ? reader.name(in, "name") : string();
  reader.require(in, "columns", "a list of columns");
  if (in.has("columns")) made.words = reader.names(in.value("columns"), "columns");
  made.body["columns"] = made.words;
  return added(reader, table, std::move(made), "addUnique", "unique");
}

OperationSteps add_foreign_key(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "addForeignKey", foreign_key_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  return added(reader, table, reader.foreign_key(in, table), "addForeignKey", "foreignKey");
}

OperationSteps add_check(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "addCheck", check_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  return added(reader, table, reader.check(in), "addCheck", "check");
}

OperationSteps drop_constraint(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "dropConstraint", drop_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  const string name = reader.name(in, "name");
  const auto present = std::ranges::count_if(Keys(drop_keys).subspan(3),
                                             [&](string_view key) { return in.has(key); });
  if (present != 1) {
    if (present > 1 || !in.has_unknown())
      reader.refuse(body,
                    "dropConstraint has " + string(present == 0 ? "none" : "more than one") +
                        " of 'unique', 'foreignKey', 'check' and 'kind', expected one of them",
                    "what the constraint was, or 'kind: unique|foreignKey|check'");
    return {};
  }
  if (!in.has("kind"))
    return dropped(reader, in, table, name,
                   *std::ranges::find_if(kinds, [&](string_view kind) { return in.has(kind); }));
  const auto kind = read_string(reader.document(), in.value("kind"), "kind", reader.problems());
  if (kind && std::ranges::find(kinds, *kind) == kinds.end())
    refuse_type(reader.document(), in.value("kind"), "kind", "unique, foreignKey or check",
                reader.problems());
  return {.up = {drop_of(table, name, kind.value_or(""))},
          .irreversible = cannot_undo("dropConstraint", name, "what the constraint was",
                                      "'unique', 'foreignKey' or 'check' instead of 'kind'")};
}

}  // namespace garboard::loading
