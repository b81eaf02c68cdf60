// SPDX-License-Identifier: Apache-2.0
#include "render.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <garboard/sql_writer.hpp>

#include "catalog.hpp"
#include "rebuild.hpp"
#include "table_text.hpp"
#include "table_tokens.hpp"

namespace garboard::sqlite {
namespace {

using sdk::refuse_operation;
using sdk::Rendering;
using Kind = sdk::Value::Kind;

constexpr const char* elsewhere = "say `database: [postgres, mysql]` on this migration";

// Those of dates and times have the affinity NUMERIC, which leaves ISO 8601 as it is; a uuid of
// digits, or JSON that is a number, would be changed by it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> types{{
    {"bigint", "BIGINT"},
    {"integer", "INTEGER"},
    {"smallint", "SMALLINT"},
    {"boolean", "BOOLEAN"},
    {"real", "REAL"},
    {"double", "DOUBLE"},
    {"text", "TEXT"},
    {"bytes", "BLOB"},
    {"date", "DATE"},
    {"time", "TIME"},
    {"timestamp", "TIMESTAMP"},
    {"timestamptz", "TIMESTAMPTZ"},
    {"uuid", "TEXT"},
    {"json", "TEXT"},
}};

bool is_whole_number(const sdk::Type& type) {
  return type.name == "bigint" || type.name == "integer" || type.name == "smallint";
}

// What ALTER TABLE ADD COLUMN takes as the default of a table with rows.
bool is_constant(const sdk::Value& value) {
  if (value.kind != Kind::sql) return true;
  std::vector<Token> tokens = tokens_of(value.text);
  if (!tokens.empty() && (tokens.front().text == "-" || tokens.front().text == "+"))
    tokens.erase(tokens.begin());
  if (tokens.empty()) return false;
  const char first = tokens.front().text.front();
  if (first >= '0' && first <= '9')  // 1.5 is three tokens
    return tokens.size() == 1 ||
           (tokens.size() == 3 && tokens[1].text == "." && tokens[2].begin == tokens[0].end + 1);
  if (tokens.size() > 1) return false;
  return first == '\'' || tokens.front().is_any({"NULL", "TRUE", "FALSE"});
}

bool is_null(const sdk::Value& value) {
  if (value.kind != Kind::sql) return value.kind == Kind::null;
  const std::vector<Token> tokens = tokens_of(value.text);
  return tokens.size() == 1 && tokens.front().is("NULL");
}

class Writer : public sdk::SqlWriter {
 public:
  explicit Writer(const Catalog* catalog) : catalog_(catalog) {}

 protected:
  using SqlWriter::constraint;
  using SqlWriter::write;

  std::string type(const sdk::Type& type) const override {
    if (type.name == "native") return type.native;
    if (type.name == "varchar") return "VARCHAR(" + std::to_string(type.length) + ")";
    if (type.name == "decimal")
      return "DECIMAL(" + std::to_string(type.precision) + ", " + std::to_string(type.scale) + ")";
    const auto found = std::find_if(types.begin(), types.end(),
                                    [&](const auto& entry) { return entry.first == type.name; });
    if (found == types.end())
      refuse_operation("the sqlite driver does not know the type \"" + type.name + "\"",
                       "write it as {native: ...}");
    return std::string(found->second);
  }

  std::string quoted(std::string_view name) const override {
    if (name.empty() || name.find('\0') != std::string_view::npos)
      throw sdk::Failure(GBD_E_INVALID, "a name is empty or holds a NUL byte");
    return quoted_name(name);
  }

  std::string literal(std::string_view text) const override {
    if (text.find('\0') != std::string_view::npos)
      throw sdk::Failure(GBD_E_INVALID, "a text holds a NUL byte, where SQLite would stop reading");
    return doubled(text, '\'');
  }

  std::string column(const sdk::Column& column) const override {
    if (column.comment) refuse_comment();
    if (!column.is_identity) return SqlWriter::column(column);
    if (!is_whole_number(column.type))
      refuse_operation("SQLite numbers only INTEGER columns", "make it a bigint or integer");
    return quoted(column.name) + " INTEGER PRIMARY KEY AUTOINCREMENT";
  }

  std::string constraint(const sdk::ForeignKey& key) const override {
    sdk::ForeignKey plain = key;
    plain.referenced.schema.clear();  // SQLite has no word for it: it is always the table's own
    return SqlWriter::constraint(plain);
  }

  Rendering write(const sdk::CreateTable& op) override {
    check_schema(op.table);
    if (op.comment) refuse_comment();
    for (const sdk::ForeignKey& key : op.foreign_keys) check_referenced(op.table, key);
    sdk::CreateTable made = op;
    for (const sdk::Column& one : op.columns) {
      if (!one.is_identity) continue;
      if (op.primary_key != sdk::Names{one.name})
        refuse_operation("SQLite numbers only the rows of a table whose primary key is that column",
                         "make \"" + one.name + "\" the primary key");
      made.primary_key.clear();  // said in the column's definition
    }
    return Rendering::of(table(made));
  }

  // With foreign keys on, dropping would first delete the rows, and cascade.
  Rendering write(const sdk::DropTable& op) override {
    check_schema(op.table);
    Rendering out = SqlWriter::write(op);
    out.has_unchecked_transaction = true;
    return out;
  }

  Rendering write(const sdk::RenameTable& op) override {
    check_schema(op.table);
    return SqlWriter::write(op);
  }

  Rendering write(const sdk::AddColumn& op) override {
    check_schema(op.table);
    const sdk::Column& added = op.column;
    const bool has_constant = !added.default_value || is_constant(*added.default_value);
    if (has_constant && !added.is_identity) {
      sdk::Column plain = added;
      // NOT NULL DEFAULT NULL says no more than NOT NULL, and is refused for tables with rows
      if (plain.default_value && is_null(*plain.default_value)) plain.default_value.reset();
      return alter(op.table, "ADD COLUMN " + column(plain));
    }
    return rebuilt(op.table, "the column " + column(added) + " is added", [&](TableText& text) {
      if (added.is_identity && !text.primary_key().empty())
        refuse_operation("the table " + op.table.name +
                             " has a primary key, and SQLite numbers the rows "
                             "of a primary key only",
                         "make a new table");
      text.add_column(column(added));
    });
  }

  Rendering write(const sdk::DropColumn& op) override {
    check_schema(op.table);
    if (catalog_ == nullptr) return outline(alter(op.table, "DROP COLUMN " + quoted(op.name)));
    return done(drop_column(*catalog_, catalog_->table(op.table), op.name));
  }

  Rendering write(const sdk::RenameColumn& op) override {
    check_schema(op.table);
    return SqlWriter::write(op);
  }

  Rendering write(const sdk::AlterColumn& op) override {
    check_schema(op.table);
    if (!op.using_sql.empty())
      refuse_operation("SQLite has no USING when a column gets another type",
                       "change the values with an update of their own");
    std::string what = "the column " + quoted(op.name) + " becomes";
    if (op.type) what += " " + type(*op.type);
    if (op.is_nullable) what += *op.is_nullable ? " NULL" : " NOT NULL";
    std::string given;
    if (op.default_value) given = default_of(*op.default_value, op.type.value_or(sdk::Type{}));
    if (op.default_value || op.drops_default)
      what += " DEFAULT " + (given.empty() ? "NULL" : given);
    if (catalog_ != nullptr && op.is_nullable && !*op.is_nullable) check_no_nulls(op);
    return rebuilt(op.table, what, [&](TableText& text) {
      const sdk::Names key = text.primary_key();
      // the name of the rowid has to be INTEGER, which holds every whole number
      const bool is_rowid = text.has_rowid_alias() && is_same_name(key.front(), op.name);
      if (op.type && !(is_rowid && is_whole_number(*op.type)))
        text.set_type(op.name, type(*op.type));
      if (op.is_nullable) text.set_not_null(op.name, !*op.is_nullable);
      if (op.drops_default || op.default_value) text.set_default(op.name, given);
    });
  }

  // A column between double quotes that the table does not have would be taken for a text.
  Rendering write(const sdk::AddIndex& op) override {
    check_schema(op.table);
    if (!op.method.empty())
      refuse_operation("SQLite has no index methods (\"" + op.method + "\")", elsewhere);
    std::vector<std::string> parts;
    for (const sdk::IndexPart& one : op.parts)
      parts.push_back((one.name.empty() ? "(" + one.expression + ")" : doubled(one.name, '`')) +
                      (one.is_descending ? " DESC" : ""));
    return Rendering::of(std::string("CREATE ") + (op.is_unique ? "UNIQUE " : "") + "INDEX " +
                         qualified({op.table.schema, op.name}) + " ON " + quoted(op.table.name) +
                         " (" + joined(parts, ", ") + ")" +
                         (op.where.empty() ? "" : " WHERE " + op.where));
  }

  Rendering write(const sdk::DropIndex& op) override {
    check_schema(op.table);
    return Rendering::of("DROP INDEX " + qualified({op.table.schema, op.name}));
  }

  Rendering write(const sdk::AddUnique& op) override {
    return add_constraint(op.table, constraint(op.unique));
  }
  Rendering write(const sdk::AddForeignKey& op) override {
    check_referenced(op.table, op.key);
    return add_constraint(op.table, constraint(op.key));
  }
  Rendering write(const sdk::AddCheck& op) override {
    return add_constraint(op.table, constraint(op.check));
  }

  Rendering write(const sdk::DropConstraint& op) override {
    check_schema(op.table);
    if (catalog_ == nullptr)
      return outline(
          Rendering::of(remark(op.table, "the constraint " + quoted(op.name) + " goes")));
    return done(drop_constraint(*catalog_, op));
  }

  Rendering write(const sdk::CreateView& op) override {
    check_schema(op.view);
    sdk::CreateView made = op;
    made.is_replacing = false;
    Rendering out = SqlWriter::write(made);
    if (!op.is_replacing) return out;
    out.statements.insert(out.statements.begin(), "DROP VIEW IF EXISTS " + qualified(op.view));
    out.needs_database = true;  // the triggers of the view went with it
    if (catalog_ != nullptr)
      for (std::string& trigger : catalog_->triggers_of_view(op.view))
        out.statements.push_back(std::move(trigger));
    return out;
  }

  Rendering write(const sdk::DropView& op) override {
    check_schema(op.view);
    return SqlWriter::write(op);
  }

  Rendering write(const sdk::Insert& op) override {
    check_schema(op.table);
    return SqlWriter::write(op);
  }

  Rendering write(const sdk::Update& op) override {
    check_schema(op.table);
    std::vector<std::string> parts;
    for (const sdk::Assignment& one : op.set)
      parts.push_back(quoted(one.name) + " = " + value(one.value));
    return Rendering::of("UPDATE " + qualified(op.table) + " SET " + joined(parts, ", ") +
                         rows_where(op.table, op.condition));
  }

  Rendering write(const sdk::Delete& op) override {
    check_schema(op.table);
    return Rendering::of("DELETE FROM " + qualified(op.table) + rows_where(op.table, op.condition));
  }

  Rendering write(const sdk::Comment&) override { refuse_comment(); }

 private:
  [[noreturn]] static void refuse_comment() {
    refuse_operation("SQLite keeps no comments of tables and columns", elsewhere);
  }

  static void check_schema(const sdk::TableName& table) {
    if (table.schema.empty() || is_same_name(table.schema, "main") ||
        is_same_name(table.schema, "temp"))
      return;
    refuse_operation("SQLite has no schema \"" + table.schema + "\", only main and temp",
                     "leave the schema out, or " + std::string(elsewhere));
  }

  static void check_referenced(const sdk::TableName& table, const sdk::ForeignKey& key) {
    const std::string own = table.schema.empty() ? "main" : table.schema;
    if (key.referenced.schema.empty() || is_same_name(key.referenced.schema, own)) return;
    refuse_operation("a foreign key of SQLite cannot refer to another schema (\"" +
                         key.referenced.schema + "\")",
                     "leave the schema out");
  }

  void check_no_nulls(const sdk::AlterColumn& op) const {
    const TableFacts table = catalog_->table(op.table);
    const std::string name = table.prefix + quoted(table.name);
    const std::int64_t rows = catalog_->number("SELECT count(*) FROM " + name + " AS t WHERE t." +
                                               quoted(op.name) + " IS NULL");
    if (rows == 0) return;
    sdk::Failure failure(GBD_E_SQL, "the column " + op.name + " of " + table.name +
                                        " cannot become NOT NULL: it is NULL in " +
                                        std::to_string(rows) + (rows == 1 ? " row" : " rows"));
    failure.sqlstate = "23000";
    failure.hint = "give these rows a value first, with an update";
    throw failure;
  }

  // Between double quotes alone, the name of a column that is not there would be taken for a text,
  // and the condition for true or false in every row.
  [[nodiscard]] std::string rows_where(const sdk::TableName& table,
                                       const sdk::Condition& condition) const {
    if (condition.is_all || condition.rows.empty()) return where(condition);
    std::vector<std::string> rows;
    for (const auto& row : condition.rows) {
      std::vector<std::string> parts;
      parts.reserve(row.size());
      for (const sdk::Assignment& one : row)
        parts.push_back(quoted(table.name) + "." + quoted(one.name) +
                        (is_null(one.value) ? " IS NULL" : " = " + value(one.value)));
      rows.push_back("(" + joined(parts, " AND ") + ")");
    }
    return " WHERE " + joined(rows, " OR ");
  }

  [[nodiscard]] std::string remark(const sdk::TableName& table, std::string what) const {
    std::replace(what.begin(), what.end(), '\n', ' ');
    std::string name = qualified(table);
    std::replace(name.begin(), name.end(), '\n', ' ');
    return "-- the table " + name + " is rebuilt from what it is then: " + what;
  }

  static Rendering outline(Rendering out) {
    out.needs_database = true;
    out.has_unchecked_transaction = true;
    return out;
  }

  static Rendering done(std::vector<std::string> statements) {
    return outline({std::move(statements)});
  }

  [[nodiscard]] Rendering rebuilt(const sdk::TableName& table, const std::string& what,
                                  const Edit& edit) const {
    if (catalog_ == nullptr) return outline(Rendering::of(remark(table, what)));
    return done(rebuild(*catalog_, catalog_->table(table), edit));
  }

  [[nodiscard]] Rendering add_constraint(const sdk::TableName& table,
                                         const std::string& definition) const {
    check_schema(table);
    return rebuilt(table, "with " + definition,
                   [&](TableText& text) { text.add_constraint(definition); });
  }

  const Catalog* catalog_;
};

}  // namespace

std::string render_operation(std::string_view op_json, const Catalog* catalog) {
  return Writer(catalog).render_json(op_json, "sqlite");
}

}  // namespace garboard::sqlite
