// SPDX-License-Identifier: Apache-2.0
// createView, dropView and comment.
#include <array>
#include <utility>

#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::array<string_view, 6> create_keys{"schema",  "name",    "query",
                                                 "columns", "replace", "was"};
constexpr std::array<string_view, 4> drop_keys{"schema", "name", "query", "columns"};
constexpr std::array<string_view, 5> comment_keys{"schema", "table", "column", "text", "was"};

Json view_of(OperationReader& reader, const Fields& in, const TableRef& view, string_view query,
             bool is_replacing) {
  Json made = operation_on("createView", view, "name");
  made["query"] = in.has(query) ? reader.text_by_database(in.value(query), query) : Json("");
  if (in.has("columns")) made["columns"] = reader.names(in.value("columns"), "columns");
  made["replace"] = is_replacing;
  return made;
}

}  // namespace

OperationSteps create_view(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "createView", create_keys);
  if (!in.is_mapping()) return {};
  const TableRef view = reader.table(in, "name");
  reader.require(in, "query", "a SELECT");
  const bool is_replacing = reader.is_on(in, "replace");
  OperationSteps steps{.up = {view_of(reader, in, view, "query", is_replacing)}};
  if (in.has("was")) {
    if (!is_replacing)
      reader.refuse(in.value("was"), "'was' stands without 'replace: true', expected both",
                    "a view that is new was nothing before");
    steps.down = {view_of(reader, in, view, "was", true)};
  } else if (is_replacing) {
    steps.irreversible =
        cannot_undo("createView", view.name, "what the view was", "its old query as 'was'");
  } else {
    steps.down = {operation_on("dropView", view, "name")};
  }
  return steps;
}

OperationSteps drop_view(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "dropView", drop_keys);
  if (!in.is_mapping()) return {};
  const TableRef view = reader.table(in, "name");
  OperationSteps steps{.up = {operation_on("dropView", view, "name")}};
  if (in.has("query"))
    steps.down = {view_of(reader, in, view, "query", false)};
  else if (in.has("columns"))
    reader.require(in, "query", "a SELECT");
  else
    steps.irreversible = cannot_undo("dropView", view.name, "what the view was", "its `query`");
  return steps;
}

OperationSteps comment_on(OperationReader& reader, NodeId body) {
  const Fields in = reader.fields(body, "comment", comment_keys);
  if (!in.is_mapping()) return {};
  const TableRef table = reader.table(in);
  Json base = operation_on("comment", table);
  if (in.has("column")) base["column"] = reader.name(in, "column");
  const auto text = [&](string_view key) {
    const NodeId id = in.value(key);
    return reader.at(id).kind == NodeKind::null ? Json(nullptr) : Json(reader.comment(id, key));
  };
  reader.require(in, "text", "a text, or null to remove the comment");
  OperationSteps steps{.up = {base}, .down = {base}};
  if (in.has("text")) steps.up.front()["text"] = text("text");
  if (in.has("was"))
    steps.down.front()["text"] = text("was");
  else
    steps.irreversible = cannot_undo(
        "comment",
        base.contains("column") ? table.name + "." + base["column"].get<string>() : table.name,
        "what the comment was", "it as 'was' (null for none)");
  return steps;
}

}  // namespace garboard::loading
