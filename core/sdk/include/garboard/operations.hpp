// SPDX-License-Identifier: Apache-2.0
// Logical operations as C++ values, for drivers that render them: what docs/driver-operations.md
// says of each. operation_reader.hpp makes them of the JSON that `render` gets, sql_writer.hpp
// turns them into SQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace garboard::sdk {

using Names = std::vector<std::string>;

struct TableName {
  std::string schema;  ///< empty when not given
  std::string name;
};

/// One of the portable types, or text that is written as it is.
struct Type {
  std::string name;  ///< `bigint`, `varchar`, `decimal`, ..; `native` for the last field
  std::int64_t length = 0, precision = 0, scale = 0;
  std::string native;
};

struct Value {
  enum class Kind : std::uint8_t { null, boolean, number, text, sql };
  Kind kind = Kind::null;
  std::string text;  ///< `true` or `false`; digits; the text; the SQL
};

struct Column {
  std::string name;
  Type type;
  bool is_nullable = true;
  std::optional<Value> default_value;
  bool is_identity = false;
  std::optional<std::string> comment;
};

struct Unique {
  std::string name;
  Names columns;
};

struct ForeignKey {
  std::string name;
  Names columns;
  TableName referenced;
  Names referenced_columns;
  std::string on_delete, on_update;  ///< SQL words, `SET NULL`; empty when not given
};

struct Check {
  std::string name, expression;
};

struct IndexPart {
  std::string name;        ///< of a column; empty when it is an expression
  std::string expression;  ///< SQL
  bool is_descending = false;
};

struct Assignment {
  std::string name;
  Value value;
};

/// All rows, those that SQL tells, or those that match all the values of one list.
struct Condition {
  bool is_all = false;
  std::string sql;
  std::vector<std::vector<Assignment>> rows;
};

struct CreateTable {
  TableName table;
  std::vector<Column> columns;
  Names primary_key;
  std::vector<Unique> uniques;
  std::vector<ForeignKey> foreign_keys;
  std::vector<Check> checks;
  std::optional<std::string> comment;
};
struct DropTable {
  TableName table;
};
struct RenameTable {
  TableName table;
  std::string to;
};
struct AddColumn {
  TableName table;
  Column column;
};
struct DropColumn {
  TableName table;
  std::string name;
};
struct RenameColumn {
  TableName table;
  std::string name, to;
};
struct AlterColumn {
  TableName table;
  std::string name;
  std::optional<Type> type;
  std::optional<bool> is_nullable;
  bool drops_default = false;
  std::optional<Value> default_value;
  std::string using_sql;
};
struct AddIndex {
  TableName table;
  std::string name;
  std::vector<IndexPart> parts;
  bool is_unique = false;
  std::string where;
  std::string method;
  bool is_concurrent = false;
};
struct DropIndex {
  TableName table;
  std::string name;
  bool is_concurrent = false;
};
struct AddUnique {
  TableName table;
  Unique unique;
};
struct AddForeignKey {
  TableName table;
  ForeignKey key;
};
struct AddCheck {
  TableName table;
  Check check;
};
struct DropConstraint {
  enum class Kind : std::uint8_t { unique, foreign_key, check };
  TableName table;
  std::string name;
  Kind kind = Kind::unique;
};
struct CreateView {
  TableName view;
  std::string query;  ///< without a semicolon at its end
  Names columns;
  bool is_replacing = false;
};
struct DropView {
  TableName view;
};
struct Insert {
  TableName table;
  Names columns;
  std::vector<std::vector<Value>> rows;
};
struct Update {
  TableName table;
  std::vector<Assignment> set;
  Condition condition;
};
struct Delete {
  TableName table;
  Condition condition;
};
struct Comment {
  TableName table;
  std::optional<std::string> column;
  std::optional<std::string> text;  ///< nullopt removes it
};

using Operation =
    std::variant<CreateTable, DropTable, RenameTable, AddColumn, DropColumn, RenameColumn,
                 AlterColumn, AddIndex, DropIndex, AddUnique, AddForeignKey, AddCheck,
                 DropConstraint, CreateView, DropView, Insert, Update, Delete, Comment>;

}  // namespace garboard::sdk
