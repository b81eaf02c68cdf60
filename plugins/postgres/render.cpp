// SPDX-License-Identifier: Apache-2.0
#include "render.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <garboard/sql_writer.hpp>

namespace garboard::postgres {

namespace {

using sdk::Rendering;

constexpr std::size_t longest_name = 63;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> types{{
    {"bigint", "bigint"},
    {"integer", "integer"},
    {"smallint", "smallint"},
    {"boolean", "boolean"},
    {"real", "real"},
    {"double", "double precision"},
    {"text", "text"},
    {"bytes", "bytea"},
    {"date", "date"},
    {"time", "time"},
    {"timestamp", "timestamp"},
    {"timestamptz", "timestamptz"},
    {"uuid", "uuid"},
    {"json", "jsonb"},
}};

/// The greatest whole number above 0 that the column at `index` is given as a literal.
std::optional<std::int64_t> greatest(const std::vector<std::vector<sdk::Value>>& rows,
                                     std::size_t index) {
  std::int64_t top = 0;
  for (const auto& row : rows) {
    const sdk::Value& value = row[index];
    if (value.kind != sdk::Value::Kind::number) continue;
    std::int64_t number = 0;
    const char* end = value.text.data() + value.text.size();
    const auto read = std::from_chars(value.text.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end) top = std::max(top, number);
  }
  return top > 0 ? std::optional(top) : std::nullopt;
}

class Writer : public sdk::SqlWriter {
 protected:
  using SqlWriter::write;

  std::string type(const sdk::Type& type) const override {
    if (type.name == "native") return type.native;
    if (type.name == "varchar") return "varchar(" + std::to_string(type.length) + ")";
    if (type.name == "decimal")
      return "numeric(" + std::to_string(type.precision) + ", " + std::to_string(type.scale) + ")";
    const auto found = std::find_if(types.begin(), types.end(),
                                    [&](const auto& entry) { return entry.first == type.name; });
    if (found == types.end())
      sdk::refuse_operation("the postgres driver does not know the type \"" + type.name + "\"",
                            "write it as {native: ...}");
    return std::string(found->second);
  }

  std::string quoted(std::string_view name) const override {
    if (name.size() > longest_name)
      sdk::refuse_operation(
          "PostgreSQL would cut the name \"" + std::string(name) + "\" off after 63 bytes",
          "choose a shorter name");
    return SqlWriter::quoted(name);
  }

  std::string literal(std::string_view text) const override {
    if (text.find('\0') != std::string_view::npos)
      throw sdk::Failure(GBD_E_INVALID, "PostgreSQL has no text with a NUL byte in it");
    if (text.find('\\') == std::string_view::npos) return SqlWriter::literal(text);
    std::string escaped;
    for (const char c : text) escaped.append(c == '\\' ? 2 : 1, c);
    return "E" + SqlWriter::literal(escaped);
  }

  Rendering write(const sdk::CreateTable& op) override {
    Rendering out = Rendering::of(table(op));
    if (op.comment) out.statements.push_back(comment_on(op.table, {}, op.comment));
    for (const sdk::Column& one : op.columns)
      if (one.comment) out.statements.push_back(comment_on(op.table, one.name, one.comment));
    return out;
  }

  Rendering write(const sdk::AddColumn& op) override {
    Rendering out = SqlWriter::write(op);
    const sdk::Column& added = op.column;
    if (added.comment) out.statements.push_back(comment_on(op.table, added.name, added.comment));
    return out;
  }

  Rendering write(const sdk::AlterColumn& op) override {
    const std::string column = "ALTER COLUMN " + quoted(op.name) + " ";
    std::vector<std::string> actions;
    // A default of the old type can be in the way of the new one, so it goes first.
    if (op.drops_default || (op.type && op.default_value))
      actions.push_back(column + "DROP DEFAULT");
    if (op.type) actions.push_back(column + "TYPE " + type(*op.type) + conversion(op));
    if (op.is_nullable)
      actions.push_back(column + (*op.is_nullable ? "DROP NOT NULL" : "SET NOT NULL"));
    if (op.default_value)
      actions.push_back(column + "SET DEFAULT " +
                        default_of(*op.default_value, op.type.value_or(sdk::Type{})));
    return alter(op.table, joined(actions, ", "));
  }

  Rendering write(const sdk::AddIndex& op) override {
    return Rendering::of(std::string("CREATE ") + (op.is_unique ? "UNIQUE " : "") + "INDEX " +
                         (op.is_concurrent ? "CONCURRENTLY " : "") + quoted(op.name) + " ON " +
                         qualified(op.table) + (op.method.empty() ? "" : " USING " + op.method) +
                         " " + index_parts(op.parts) +
                         (op.where.empty() ? "" : " WHERE " + op.where));
  }

  Rendering write(const sdk::DropIndex& op) override {
    return Rendering::of(std::string("DROP INDEX ") + (op.is_concurrent ? "CONCURRENTLY " : "") +
                         qualified({op.table.schema, op.name}));
  }

  Rendering write(const sdk::Insert& op) override {
    Rendering out = SqlWriter::write(op);
    if (std::string next = numbering_behind(op); !next.empty())
      out.statements.push_back(std::move(next));
    return out;
  }

  Rendering write(const sdk::Comment& op) override {
    return Rendering::of(comment_on(op.table, op.column, op.text));
  }

 private:
  std::string comment_on(const sdk::TableName& table, const std::optional<std::string>& column,
                         const std::optional<std::string>& text) const {
    return (column ? "COMMENT ON COLUMN " + qualified(table) + "." + quoted(*column)
                   : "COMMENT ON TABLE " + qualified(table)) +
           " IS " + (text ? literal(*text) : "NULL");
  }

  // To text every type is converted without being asked. An explicit cast to varchar(n), or to a
  // native type like it, would cut values off in silence, where an assignment fails.
  std::string conversion(const sdk::AlterColumn& op) const {
    if (!op.using_sql.empty()) return " USING (" + op.using_sql + ")";
    const std::string& name = op.type->name;
    if (name == "varchar" || name == "text" || name == "native") return {};
    return " USING " + quoted(op.name) + "::" + type(*op.type);
  }

  // PostgreSQL goes on numbering where it stopped, and so would run into rows that were given
  // numbers. Moves the sequences of such columns behind them, as other databases do by themselves.
  std::string numbering_behind(const sdk::Insert& op) const {
    std::vector<std::string> tops;
    for (std::size_t i = 0; i < op.columns.size(); ++i)
      if (const auto top = greatest(op.rows, i))
        tops.push_back("(" + literal(op.columns[i]) + ", " + std::to_string(*top) + "::bigint)");
    if (tops.empty()) return {};
    return "SELECT pg_catalog.setval(s.seqrelid, v.top)\n  FROM (VALUES " + joined(tops, ", ") +
           ") AS v (name, top)\n  JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = "
           "pg_catalog.pg_get_serial_sequence(" +
           literal(qualified(op.table)) +
           ", v.name)::regclass\n  WHERE s.seqincrement > 0 AND v.top <= s.seqmax AND v.top > "
           "coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid), s.seqstart - 1)";
  }
};

}  // namespace

std::string render_operation(std::string_view op_json) {
  return Writer().render_json(op_json, "postgres");
}

}  // namespace garboard::postgres
