// SPDX-License-Identifier: Apache-2.0
#include "render.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <garboard/sql_writer.hpp>

#include "column_definition.hpp"
#include "placeholders.hpp"

namespace garboard::mysql {
namespace {

using sdk::refuse_operation;
using sdk::Rendering;

constexpr std::size_t longest_name = 64;  // characters
constexpr unsigned oldest_mysql = 80019, oldest_mariadb = 100502, first_with_uuid = 100700;

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> types{{
    {"bigint", "bigint"},
    {"integer", "int"},
    {"smallint", "smallint"},
    {"boolean", "boolean"},
    {"real", "float"},
    {"double", "double"},
    {"text", "longtext"},  // text ends at 64 KiB
    {"bytes", "longblob"},
    {"date", "date"},
    {"time", "time(6)"},
    {"timestamp", "datetime(6)"},
    {"timestamptz", "timestamp(6)"},  // the only type that is an instant, whatever the time zone
    {"json", "json"},
}};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool contains(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

// Whose literal defaults MySQL takes in parentheses only.
bool is_large(const sdk::Type& type) {
  const std::string native = lower(type.native);
  return type.name == "text" || type.name == "bytes" || type.name == "json" ||
         contains(native, "text") || contains(native, "blob") || contains(native, "json");
}

// Whose column keeps its character set and collation.
bool has_charset(const sdk::Type& type) {
  const std::string native = lower(type.native);
  if (contains(native, "charset") || contains(native, "character") || contains(native, "collate"))
    return false;
  return type.name == "varchar" || type.name == "text" || contains(native, "char") ||
         contains(native, "text");
}

bool is_time(const sdk::Type& type) {
  return type.name == "timestamp" || type.name == "timestamptz";
}

class Writer : public sdk::SqlWriter {
 public:
  explicit Writer(const Server* server) : server_(server) {
    if (server_ != nullptr &&
        server_->version < (server_->is_mariadb ? oldest_mariadb : oldest_mysql))
      refuse_operation("logical operations need MySQL 8.0.19 or MariaDB 10.5.2",
                       "write the migration as sql");
  }

 protected:
  using SqlWriter::constraint;
  using SqlWriter::write;

  std::string type(const sdk::Type& type) const override;
  std::string default_of(const sdk::Value& given, const sdk::Type& type) const override;
  std::string column(const sdk::Column& column) const override;
  std::string constraint(const sdk::ForeignKey& key) const override;

  std::string quoted(std::string_view name) const override {
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
    const auto characters =
        name.size() - static_cast<std::size_t>(std::count_if(name.begin(), name.end(), continues));
    if (characters > longest_name)
      refuse_operation(
          "MySQL allows 64 characters in a name, and \"" + std::string(name) + "\" has more",
          "choose a shorter name");
    return doubled(name, '`');
  }
  // What a backslash means depends on sql_mode; hexadecimal reads the same in all.
  std::string literal(std::string_view text) const override {
    return contains(text, "\\") ? mysql::literal(sdk::cell(text)) : SqlWriter::literal(text);
  }

  Rendering write(const sdk::CreateTable& op) override {
    return Rendering::of(table(op) +
                         (op.comment ? " COMMENT = " + plain_literal(*op.comment) : ""));
  }
  Rendering write(const sdk::RenameTable& op) override {
    return alter(op.table, "RENAME TO " + qualified({op.table.schema, op.to}));
  }
  Rendering write(const sdk::AddColumn& op) override {
    const std::string added = "ADD COLUMN " + column(op.column);
    return alter(op.table, op.column.is_identity
                               ? added + ", ADD UNIQUE " + name_list({op.column.name})
                               : added);
  }
  Rendering write(const sdk::AlterColumn& op) override;
  Rendering write(const sdk::AddIndex& op) override;
  Rendering write(const sdk::DropIndex& op) override {
    return alter(op.table,
                 "DROP INDEX " + quoted(op.name) + (op.is_concurrent ? ", LOCK=NONE" : ""));
  }
  Rendering write(const sdk::DropConstraint& op) override;
  Rendering write(const sdk::Comment& op) override;

 private:
  // A comment has to be a plain literal, and MariaDB stores a default wrongly that is hexadecimal
  // and holds a quote.
  std::string plain_literal(std::string_view text) const {
    if (server_ != nullptr && !server_->has_backslash_escapes) return SqlWriter::literal(text);
    std::string escaped;
    for (const char c : text) escaped.append(c == '\\' ? 2 : 1, c);
    return SqlWriter::literal(escaped);
  }
  ColumnDefinition read_column(const sdk::TableName& table, const std::string& name) const;
  void retype(ColumnDefinition& column, const sdk::Type& to) const;
  bool takes_index_along(const sdk::DropConstraint& op) const;
  std::string neighbour_of(const sdk::DropConstraint& op) const;
  bool has_index(const sdk::TableName& table, const std::string& name) const;
  /// What follows the schema's column to find the table in the catalog.
  std::string is_table(const sdk::TableName& table) const {
    const std::string place = table.schema.empty() ? "DATABASE()" : literal(table.schema);
    return " = " + place + " AND TABLE_NAME = " + literal(table.name);
  }

  const Server* server_;
};

std::string Writer::type(const sdk::Type& type) const {
  if (type.name == "native") return type.native;
  if (type.name == "varchar") return "varchar(" + std::to_string(type.length) + ")";
  if (type.name == "decimal")
    return "decimal(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
  if (type.name == "uuid") {
    const bool has_uuid =
        server_ != nullptr && server_->is_mariadb && server_->version >= first_with_uuid;
    return has_uuid ? "uuid" : "char(36) CHARACTER SET ascii";
  }
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const auto& entry) { return entry.first == type.name; });
  if (found == types.end())
    refuse_operation("the mysql driver does not know the type \"" + type.name + "\"",
                     "write it as {native: ...}");
  return std::string(found->second);
}

std::string Writer::default_of(const sdk::Value& given, const sdk::Type& type) const {
  using Kind = sdk::Value::Kind;
  // the fraction has to be that of the column
  if (given.kind == Kind::sql && is_time(type) && lower(given.text) == "current_timestamp")
    return "CURRENT_TIMESTAMP(6)";
  const std::string text = given.kind == Kind::text ? plain_literal(given.text) : value(given);
  const bool is_expression =
      given.kind == Kind::sql || (given.kind != Kind::null && is_large(type));
  return is_expression ? "(" + text + ")" : text;
}

std::string Writer::column(const sdk::Column& column) const {
  const bool is_instant = column.type.name == "timestamptz";
  if (server_ != nullptr && is_instant && !column.is_nullable && !column.default_value &&
      server_->query("SELECT @@explicit_defaults_for_timestamp").at(0).at(0) == "0")
    refuse_operation(
        "with explicit_defaults_for_timestamp=OFF this server would give the column \"" +
            column.name + "\" a default, and change it with every update",
        "give the column a default, or turn explicit_defaults_for_timestamp on");
  std::string out = quoted(column.name) + " " + type(column.type);
  out += column.is_nullable ? " NULL" : " NOT NULL";
  if (column.is_identity) out += " AUTO_INCREMENT";
  if (column.default_value) out += " DEFAULT " + default_of(*column.default_value, column.type);
  if (column.comment) out += " COMMENT " + plain_literal(*column.comment);
  return out;
}

std::string Writer::constraint(const sdk::ForeignKey& key) const {
  if (key.on_delete == "SET DEFAULT" || key.on_update == "SET DEFAULT")
    refuse_operation("InnoDB does not do SET DEFAULT in a foreign key",
                     "use setNull, or a trigger written as sql");
  return SqlWriter::constraint(key);
}

ColumnDefinition Writer::read_column(const sdk::TableName& table, const std::string& name) const {
  const auto rows = server_->query("SHOW CREATE TABLE " + qualified(table));
  auto found = find_column(rows.at(0).at(1), name);
  if (!found) {
    sdk::Failure failure(GBD_E_SQL,
                         "the table \"" + table.name + "\" has no column \"" + name + "\"");
    failure.sqlstate = "42S22";
    throw failure;
  }
  // SHOW writes each backslash twice, which only the other mode reads back as one
  if (!server_->has_backslash_escapes && contains(found->sql(), "\\"))
    refuse_operation("the definition of the column \"" + name +
                         "\" holds a backslash, and this session has sql_mode NO_BACKSLASH_ESCAPES",
                     "leave that mode out, or write the ALTER TABLE as sql");
  return *found;
}

void Writer::retype(ColumnDefinition& column, const sdk::Type& to) const {
  column.type = type(to);
  if (!has_charset(to)) column.charset.clear();
  // MariaDB's json is a longtext with this check
  column.others.erase(std::remove_if(column.others.begin(), column.others.end(),
                                     [](const std::string& part) {
                                       return part.starts_with("CHECK (json_valid(");
                                     }),
                      column.others.end());
  if (server_->is_mariadb || !column.default_sql) return;
  column.default_sql = is_large(to) ? default_in_parentheses(*column.default_sql)
                                    : default_without_parentheses(*column.default_sql);
}

Rendering Writer::write(const sdk::AlterColumn& op) {
  using Kind = sdk::Value::Kind;
  if (!op.using_sql.empty())
    refuse_operation("MySQL has no USING when a column gets another type",
                     "convert the values with an update, or keep this for database: postgres");
  const std::string name = quoted(op.name);
  if (op.default_value && !op.type && !op.is_nullable &&
      (op.default_value->kind == Kind::number || op.default_value->kind == Kind::boolean))
    return alter(op.table, "ALTER COLUMN " + name + " SET DEFAULT " + value(*op.default_value));

  const sdk::Type unchanged;
  if (server_ == nullptr) {
    std::string outline = "MODIFY COLUMN " + name;
    if (op.type) outline += " " + type(*op.type);
    if (op.is_nullable) outline += *op.is_nullable ? " NULL" : " NOT NULL";
    if (op.default_value)
      outline += " DEFAULT " + default_of(*op.default_value, op.type.value_or(unchanged));
    Rendering out = alter(op.table, outline + " /* and the rest of its definition as it is */");
    out.needs_database = true;
    return out;
  }
  ColumnDefinition column = read_column(op.table, op.name);
  const sdk::Type current{"native", 0, 0, 0, column.type};
  if (op.type) retype(column, *op.type);
  if (op.is_nullable) column.is_nullable = *op.is_nullable;
  if (op.drops_default) column.default_sql.reset();
  if (op.default_value)
    column.default_sql = default_of(*op.default_value, op.type.value_or(current));
  Rendering out = alter(op.table, "MODIFY COLUMN " + name + " " + column.sql());
  out.needs_database = true;
  return out;
}

Rendering Writer::write(const sdk::AddIndex& op) {
  if (!op.where.empty())
    refuse_operation("MySQL has no partial indexes (the index's \"where\")",
                     "leave the condition out, or keep the index for database: postgres");
  if (!op.method.empty() && lower(op.method) != "btree")
    refuse_operation("InnoDB has no index method \"" + op.method + "\"",
                     "leave the method out; write FULLTEXT and SPATIAL indexes as sql");
  const bool has_expression = std::any_of(op.parts.begin(), op.parts.end(),
                                          [](const auto& part) { return part.name.empty(); });
  if (has_expression && server_ != nullptr && server_->is_mariadb)
    refuse_operation("MariaDB has no indexes on expressions",
                     "add a generated column as sql, and index that");
  return Rendering::of(std::string("CREATE ") + (op.is_unique ? "UNIQUE " : "") + "INDEX " +
                       quoted(op.name) + " ON " + qualified(op.table) + " " +
                       index_parts(op.parts) + (op.is_concurrent ? " LOCK=NONE" : ""));
}

bool Writer::has_index(const sdk::TableName& table, const std::string& name) const {
  const auto rows = server_->query(
      "SELECT EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA" +
      is_table(table) + " AND INDEX_NAME = " + literal(name) + ")");
  return rows.at(0).at(0) == "1";
}

// Another foreign key over the same column; empty when there is none.
std::string Writer::neighbour_of(const sdk::DropConstraint& op) const {
  const std::string keys =
      "(SELECT CONSTRAINT_NAME, COLUMN_NAME FROM "
      "information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA" +
      is_table(op.table) + " AND ORDINAL_POSITION = 1 AND REFERENCED_TABLE_NAME IS NOT NULL)";
  const auto rows =
      server_->query("SELECT MIN(other.CONSTRAINT_NAME) FROM " + keys + " AS own, " + keys +
                     " AS other WHERE own.CONSTRAINT_NAME = " + literal(op.name) +
                     " AND other.COLUMN_NAME = own.COLUMN_NAME"
                     " AND other.CONSTRAINT_NAME <> own.CONSTRAINT_NAME");
  return rows.at(0).at(0);
}

// For a foreign key that no index serves the server makes one with the key's name, and forgets it
// when the key goes. Once both are gone it is taken to have been so.
bool Writer::takes_index_along(const sdk::DropConstraint& op) const {
  const std::string same = is_table(op.table);
  const auto rows = server_->query(
      "SELECT EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA" +
      same + " AND CONSTRAINT_TYPE = 'FOREIGN KEY' AND CONSTRAINT_NAME = " + literal(op.name) +
      ")");
  return has_index(op.table, op.name) == (rows.at(0).at(0) == "1");
}

Rendering Writer::write(const sdk::DropConstraint& op) {
  using Kind = sdk::DropConstraint::Kind;
  const std::string name = quoted(op.name);
  if (op.kind == Kind::unique) return alter(op.table, "DROP INDEX " + name);
  if (op.kind == Kind::check) return alter(op.table, "DROP CONSTRAINT " + name);
  std::string action = "DROP FOREIGN KEY " + name;
  if (server_ == nullptr)
    action += " /* and its index, if the server made it */";
  else if (const std::string other = neighbour_of(op); !other.empty())
    action += has_index(op.table, op.name) && !has_index(op.table, other)
                  ? ", RENAME INDEX " + name + " TO " + quoted(other)  // as it was before this key
                  : "";
  else if (server_->is_mariadb)
    action += ", DROP INDEX IF EXISTS " + name;
  else if (takes_index_along(op))
    action += ", DROP INDEX " + name;
  Rendering out = alter(op.table, action);
  out.needs_database = true;
  return out;
}

Rendering Writer::write(const sdk::Comment& op) {
  const std::string text = plain_literal(op.text.value_or(""));
  if (!op.column) return alter(op.table, "COMMENT = " + text);
  const std::string modify = "MODIFY COLUMN " + quoted(*op.column);
  Rendering out = alter(op.table, modify + " /* its definition as it is */ COMMENT " + text);
  if (server_ != nullptr) {
    ColumnDefinition column = read_column(op.table, *op.column);
    column.comment = op.text && !op.text->empty() ? text : "";
    out = alter(op.table, modify + " " + column.sql());
  }
  out.needs_database = true;
  return out;
}

}  // namespace

unsigned version_number(std::string_view full_version) {
  // what MariaDB says to clients that know MySQL's versions only
  if (constexpr std::string_view prefix = "5.5.5-"; full_version.starts_with(prefix))
    full_version.remove_prefix(prefix.size());
  unsigned number = 0;
  for (int part = 0; part < 3; ++part) {
    unsigned value = 0;
    const char* end = full_version.data() + full_version.size();
    const auto read = std::from_chars(full_version.data(), end, value);
    number = number * 100 + value;
    full_version.remove_prefix(static_cast<std::size_t>(read.ptr - full_version.data()));
    if (!full_version.empty()) full_version.remove_prefix(1);
  }
  return number;
}

std::string render_operation(std::string_view op_json, const Server* server) {
  return Writer(server).render_json(op_json, "mysql");
}

}  // namespace garboard::mysql
