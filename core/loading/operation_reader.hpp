// SPDX-License-Identifier: Apache-2.0
// The parts that operations are made of: names, types, values, columns, constraints, conditions;
// each read from the plan and returned as canonical JSON. A mistake adds a problem, and what is
// returned then is of no further use.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "loading/document.hpp"
#include "loading/fields.hpp"
#include "loading/problems.hpp"

namespace garboard::loading {

using Json = nlohmann::ordered_json;
using Keys = std::span<const std::string_view>;

struct TableRef {
  std::string schema = {};  ///< empty when not given
  std::string name = {};
};

/// `{"op": op, "schema": .., key: name}`, the beginning of every operation.
[[nodiscard]] Json operation_on(std::string_view op, const TableRef& table,
                                std::string_view key = "table");

/// A constraint or index whose name, when its author gave none, is still to be made.
struct Constraint {
  std::string_view suffix = {};         ///< of a made name: "key", "fkey", "check" or "idx"
  Json body = Json::object();           ///< with an empty "name" when there is none yet
  std::vector<std::string> words = {};  ///< what the name is made of
  NodeId place = no_node;
};

/// What columns and tables say besides columns.
struct Constraints {
  std::vector<Constraint> uniques = {};
  std::vector<Constraint> foreign_keys = {};
  std::vector<Constraint> checks = {};
  std::vector<Constraint> indexes = {};
  std::vector<std::string> primary_key = {};
  NodeId primary_key_place = no_node;
  std::vector<std::string> nullable = {};  ///< columns whose author says so
};

struct OperationSteps {
  std::vector<Json> up = {};
  std::vector<Json> down = {};
  std::string irreversible = {};
};

class OperationReader {
 public:
  /// All borrowed.
  OperationReader(const Document& document, std::span<const std::string> databases,
                  Problems& problems);

  [[nodiscard]] const Document& document() const noexcept { return document_; }
  [[nodiscard]] Problems& problems() noexcept { return problems_; }
  [[nodiscard]] const TreeNode& at(NodeId id) const { return document_.at(id); }
  [[nodiscard]] Fields fields(NodeId id, std::string_view what, Keys known);
  void refuse(NodeId id, std::string message, std::string hint = {});
  /// Refuses a mapping that lacks `key`.
  void require(const Fields& in, std::string_view key, std::string_view expected);
  /// The items of a list that must not be empty; none, with a problem, when it is no such list.
  [[nodiscard]] std::vector<NodeId> items(NodeId id, std::string_view key,
                                          std::string_view expected);

  // operation_values.cpp
  [[nodiscard]] std::string name(NodeId id, std::string_view key);
  /// Of a required key; empty, with a problem, when it is missing.
  [[nodiscard]] std::string name(const Fields& in, std::string_view key);
  [[nodiscard]] std::vector<std::string> names(NodeId id, std::string_view key);
  [[nodiscard]] TableRef table(const Fields& in, std::string_view key = "table");
  [[nodiscard]] bool is_on(const Fields& in, std::string_view key);
  /// SQL that must not be blank.
  [[nodiscard]] std::string sql(NodeId id, std::string_view key);
  /// A comment; an empty one cannot be told from none.
  [[nodiscard]] std::string comment(NodeId id, std::string_view key);
  /// One text, or an object of texts by database.
  [[nodiscard]] Json text_by_database(NodeId id, std::string_view key);
  /// `{"value": ..}` or `{"sql": ..}`.
  [[nodiscard]] Json value(NodeId id, std::string_view key);
  /// The same of a default, where a bare function is most likely no text.
  [[nodiscard]] Json default_value(NodeId id);
  [[nodiscard]] Json type(NodeId id);

  // operation_rows.cpp
  /// `[{"name": .., "value": ..}, ..]` of a mapping from columns to values.
  [[nodiscard]] Json assignments(NodeId id, std::string_view key);
  /// Of `where` or `all`.
  [[nodiscard]] Json condition(const Fields& in);

  // operation_columns.cpp
  /// A column; what it says of constraints goes into `constraints`.
  [[nodiscard]] Json column(NodeId id, const TableRef& of, Constraints& constraints);
  [[nodiscard]] Constraint unique(NodeId id);
  [[nodiscard]] Constraint check(NodeId id);
  /// The keys `name` and `expression` of a check.
  [[nodiscard]] Constraint check(const Fields& in);
  [[nodiscard]] Constraint foreign_key(NodeId id, const TableRef& of);
  /// The keys `name`, `columns`, `references` of a foreign key.
  [[nodiscard]] Constraint foreign_key(const Fields& in, const TableRef& of);
  /// The keys of an index besides `table`, as the addIndex that makes it.
  [[nodiscard]] Constraint index(const Fields& in, const TableRef& of);
  /// Gives every constraint a name, unique within the table.
  void finish_names(Constraints& constraints, std::string_view table);

 private:
  [[nodiscard]] Json native_type(NodeId id);
  [[nodiscard]] Json sized_type(NodeId id);
  [[nodiscard]] Json type_word(NodeId id);
  void refuse_type_word(NodeId id, std::string_view word);
  [[nodiscard]] Json references(NodeId id, std::size_t columns, const TableRef& of, Keys known);
  [[nodiscard]] Json index_part(NodeId id, std::vector<std::string>& words);
  void read_column_keys(const Fields& in, Json& column, const std::string& name, const TableRef& of,
                        Constraints& constraints);

  const Document& document_;
  std::span<const std::string> databases_;
  Problems& problems_;
};

inline constexpr std::array<std::string_view, 10> column_keys{
    "name",       "type",   "nullable", "default",    "identity",
    "primaryKey", "unique", "check",    "references", "comment"};

// One for each operation: operation_tables.cpp, operation_alterations.cpp, operation_indexes.cpp,
// operation_views.cpp, operation_rows.cpp.
OperationSteps create_table(OperationReader& reader, NodeId body);
OperationSteps drop_table(OperationReader& reader, NodeId body);
OperationSteps rename_table(OperationReader& reader, NodeId body);
OperationSteps add_column(OperationReader& reader, NodeId body);
OperationSteps drop_column(OperationReader& reader, NodeId body);
OperationSteps rename_column(OperationReader& reader, NodeId body);
OperationSteps alter_column(OperationReader& reader, NodeId body);
OperationSteps add_index(OperationReader& reader, NodeId body);
OperationSteps drop_index(OperationReader& reader, NodeId body);
OperationSteps add_unique(OperationReader& reader, NodeId body);
OperationSteps add_foreign_key(OperationReader& reader, NodeId body);
OperationSteps add_check(OperationReader& reader, NodeId body);
OperationSteps drop_constraint(OperationReader& reader, NodeId body);
OperationSteps create_view(OperationReader& reader, NodeId body);
OperationSteps drop_view(OperationReader& reader, NodeId body);
OperationSteps insert_rows(OperationReader& reader, NodeId body);
OperationSteps update_rows(OperationReader& reader, NodeId body);
OperationSteps delete_rows(OperationReader& reader, NodeId body);
OperationSteps comment_on(OperationReader& reader, NodeId body);

/// "'dropTable users' does not say what the table was: write a `down`, or its `columns` here".
[[nodiscard]] std::string cannot_undo(std::string_view op, std::string_view target,
                                      std::string_view lacks, std::string_view remedy);

}  // namespace garboard::loading
