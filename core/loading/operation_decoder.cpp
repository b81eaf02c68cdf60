// SPDX-License-Identifier: Apache-2.0
#include "loading/operation_decoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;
using Decode = OperationSteps (*)(OperationReader&, NodeId);

constexpr std::array<string_view, 19> names{
    "createTable",   "dropTable",   "renameTable",    "addColumn",  "dropColumn",
    "renameColumn",  "alterColumn", "addIndex",       "dropIndex",  "addUnique",
    "addForeignKey", "addCheck",    "dropConstraint", "createView", "dropView",
    "insert",        "update",      "delete",         "comment"};
constexpr std::array<Decode, names.size()> decoders{
    create_table,    drop_table,   rename_table,    add_column,  drop_column,
    rename_column,   alter_column, add_index,       drop_index,  add_unique,
    add_foreign_key, add_check,    drop_constraint, create_view, drop_view,
    insert_rows,     update_rows,  delete_rows,     comment_on};

}  // namespace

OperationReader::OperationReader(const Document& document, std::span<const string> databases,
                                 Problems& problems)
    : document_(document), databases_(databases), problems_(problems) {}

Fields OperationReader::fields(NodeId id, string_view what, Keys known) {
  return {document_, id, what, known, problems_};
}

void OperationReader::refuse(NodeId id, string message, string hint) {
  problems_.add(document_, at(id).offset, std::move(message), std::move(hint));
}

void OperationReader::require(const Fields& in, string_view key, string_view expected) {
  if (in.is_mapping()) in.require(key, expected);
}

std::vector<NodeId> OperationReader::items(NodeId id, string_view key, string_view expected) {
  std::vector<NodeId> found;
  const TreeNode& list = at(id);
  if (list.kind != NodeKind::sequence || list.end == id + 1) {
    loading::refuse_type(document_, id, key, expected, problems_);
    return found;
  }
  for (NodeId item = id + 1; item < list.end; item = at(item).end) found.push_back(item);
  return found;
}

Json operation_on(string_view op, const TableRef& table, string_view key) {
  Json made = Json::object();
  made["op"] = op;
  if (!table.schema.empty()) made["schema"] = table.schema;
  made[string(key)] = table.name;
  return made;
}

string cannot_undo(string_view op, string_view target, string_view lacks, string_view remedy) {
  return "'" + string(op) + " " + string(target) + "' does not say " + string(lacks) +
         ": write a `down`, or " + string(remedy) + " here";
}

std::span<const string_view> operation_names() noexcept { return names; }

DecodedOperation decode_operation(const Document& document, string_view name, NodeId body,
                                  std::span<const string> databases, Problems& problems) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return {};
  OperationReader reader(document, databases, problems);
  const std::size_t before = problems.size();
  const OperationSteps steps =
      decoders.at(static_cast<std::size_t>(found - names.begin()))(reader, body);
  if (problems.size() != before) return {};
  DecodedOperation decoded{.irreversible = steps.irreversible};
  for (const Json& each : steps.up) decoded.up.push_back(each.dump());
  if (decoded.irreversible.empty())
    for (const Json& each : steps.down) decoded.down.push_back(each.dump());
  return decoded;
}

}  // namespace garboard::loading
