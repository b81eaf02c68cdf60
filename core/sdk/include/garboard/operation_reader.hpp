// SPDX-License-Identifier: Apache-2.0
// Reads the JSON of one logical operation into the values of operations.hpp. Needs nlohmann/json.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <garboard/driver.hpp>
#include <garboard/operations.hpp>
#include <nlohmann/json.hpp>

namespace garboard::sdk {

/// GBD_E_UNSUPPORTED with the way out as its hint.
[[noreturn]] inline void refuse_operation(std::string message, std::string hint = {}) {
  Failure failure(GBD_E_UNSUPPORTED, std::move(message));
  failure.hint = std::move(hint);
  throw failure;
}

namespace detail {

/// The keys of one JSON object. `finish` refuses the ones that nobody asked for.
class Fields {
 public:
  using Json = nlohmann::json;
  Fields(const Json& object, std::string what) : object_(object), what_(std::move(what)) {
    if (!object_.is_object()) fail("is no object");
  }

  [[nodiscard]] const Json* find(const char* key) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  [[nodiscard]] const Json& get(const char* key) {
    const Json* found = find(key);
    if (found == nullptr) fail("lacks \"" + std::string(key) + "\"");
    return *found;
  }
  [[nodiscard]] std::string text(const char* key) { return string_of(get(key), key); }
  [[nodiscard]] std::optional<std::string> optional_text(const char* key) {
    const Json* found = find(key);
    return found == nullptr ? std::nullopt : std::optional(string_of(*found, key));
  }
  [[nodiscard]] std::string text_or_empty(const char* key) {
    return optional_text(key).value_or("");
  }
  [[nodiscard]] bool flag(const char* key) {
    const Json& found = get(key);
    if (!found.is_boolean()) fail("has a \"" + std::string(key) + "\" that is no boolean");
    return found.get<bool>();
  }
  [[nodiscard]] bool flag_or_false(const char* key) { return object_.contains(key) && flag(key); }
  [[nodiscard]] std::int64_t number(const char* key) {
    const Json& found = get(key);
    if (!found.is_number_integer()) fail("has a \"" + std::string(key) + "\" that is no number");
    return found.get<std::int64_t>();
  }
  /// What `read` makes of each element.
  template <class Read>
  [[nodiscard]] auto list(const char* key, const Read& read) {
    const Json& found = get(key);
    if (!found.is_array()) fail("has a \"" + std::string(key) + "\" that is no list");
    std::vector<decltype(read(found))> out;
    out.reserve(found.size());
    for (const Json& element : found) out.push_back(read(element));
    return out;
  }
  [[nodiscard]] Names names(const char* key) {
    return list(key, [&](const Json& name) { return string_of(name, key); });
  }
  [[nodiscard]] Names names_or_none(const char* key) {
    return object_.contains(key) ? names(key) : Names{};
  }

  void finish() const {
    for (const auto& [key, value] : object_.items())
      if (std::find(known_.begin(), known_.end(), key) == known_.end())
        refuse_operation(what_ + ": this driver does not know the key \"" + key + "\"",
                         "a newer version of the driver may know it");
  }
  [[noreturn]] void fail(const std::string& text) const {
    throw Failure(GBD_E_INVALID, what_ + " " + text);
  }

 private:
  [[nodiscard]] std::string string_of(const Json& value, const char* key) const {
    if (!value.is_string()) fail("has a \"" + std::string(key) + "\" that is no text");
    return value.get<std::string>();
  }

  const Json& object_;
  std::string what_;
  std::vector<std::string> known_;
};

/// Reads the parts of an operation, for the driver of one dialect.
class PartReader {
 public:
  using Json = nlohmann::json;
  explicit PartReader(std::string_view dialect) : dialect_(dialect) {}

  [[nodiscard]] static TableName table(Fields& in, const char* key) {
    return {in.text_or_empty("schema"), in.text(key)};
  }

  [[nodiscard]] Type type(const Json& json) const {
    Fields in(json, "a type");
    Type out;
    if (const Json* native = in.find("native"); native != nullptr) {
      out.name = "native";
      out.native = native->is_object() ? of_dialect(*native, "the type") : in.text("native");
    } else {
      out.name = in.text("name");
    }
    if (out.name == "varchar") out.length = in.number("length");
    if (out.name == "decimal") {
      out.precision = in.number("precision");
      out.scale = in.number("scale");
    }
    in.finish();
    return out;
  }

  [[nodiscard]] static Value value(const Json& json) {
    Fields in(json, "a value");
    Value out;
    if (in.find("sql") != nullptr) {
      out = {Value::Kind::sql, in.text("sql")};
    } else {
      const Json& plain = in.get("value");
      if (plain.is_string()) {
        out = {Value::Kind::text, plain.get<std::string>()};
      } else if (plain.is_boolean()) {
        out = {Value::Kind::boolean, plain.dump()};
      } else if (plain.is_number()) {
        out = {Value::Kind::number, plain.dump()};
      } else if (!plain.is_null()) {
        in.fail("is neither text, number, boolean nor null");
      }
    }
    in.finish();
    return out;
  }

  [[nodiscard]] Column column(const Json& json) const {
    Fields in(json, "a column");
    Column out{in.text("name"),     type(in.get("type")),       in.flag("nullable"), {},
               in.flag("identity"), in.optional_text("comment")};
    if (const Json* found = in.find("default"); found != nullptr) out.default_value = value(*found);
    in.finish();
    return out;
  }

  [[nodiscard]] static ForeignKey foreign_key(Fields& in) {
    Fields referenced(in.get("referenced"), "\"referenced\"");
    ForeignKey out{in.text("name"),
                   in.names("columns"),
                   table(referenced, "table"),
                   referenced.names("columns"),
                   action(in, "onDelete"),
                   action(in, "onUpdate")};
    referenced.finish();
    return out;
  }

  [[nodiscard]] static IndexPart index_part(const Json& json) {
    Fields in(json, "a column of the index");
    IndexPart out{in.text_or_empty("name"), in.text_or_empty("expression"),
                  in.flag_or_false("descending")};
    if (out.name.empty() == out.expression.empty()) in.fail("needs a name or an expression");
    in.finish();
    return out;
  }

  [[nodiscard]] static Assignment assignment(const Json& json) {
    Fields in(json, "an assignment");
    Assignment out{in.text("name"), value(in.get("value"))};
    in.finish();
    return out;
  }

  [[nodiscard]] static Condition condition(const Json& json) {
    Fields in(json, "a condition");
    Condition out;
    if (in.find("all") != nullptr) {
      out.is_all = in.flag("all");
      if (!out.is_all) in.fail("has an \"all\" that is not true");
    } else if (in.find("sql") != nullptr) {
      out.sql = in.text("sql");
    } else {
      out.rows = in.list("rows", [&](const Json& row) {
        if (!row.is_array() || row.empty()) in.fail("has a row that is no list of values");
        std::vector<Assignment> values;
        for (const Json& one : row) values.push_back(assignment(one));
        return values;
      });
      if (out.rows.empty()) in.fail("has no rows");
    }
    in.finish();
    return out;
  }

  /// The text for this dialect out of an object of texts by dialect.
  [[nodiscard]] std::string of_dialect(const Json& texts, const std::string& what) const {
    const auto found = texts.find(dialect_);
    if (found == texts.end())
      refuse_operation(what + " is not given for " + dialect_, "add the key \"" + dialect_ + "\"");
    if (!found->is_string()) throw Failure(GBD_E_INVALID, what + " is no text");
    return found->get<std::string>();
  }

 private:
  [[nodiscard]] static std::string action(Fields& in, const char* key) {
    const std::string name = in.text_or_empty(key);
    if (name.empty()) return {};
    if (name == "cascade") return "CASCADE";
    if (name == "restrict") return "RESTRICT";
    if (name == "setNull") return "SET NULL";
    if (name == "setDefault") return "SET DEFAULT";
    if (name == "noAction") return "NO ACTION";
    in.fail("has an unknown \"" + std::string(key) + "\"");
  }

  std::string dialect_;
};

inline Operation read_table(const std::string& op, Fields& in, const PartReader& parts) {
  using Json = nlohmann::json;
  if (op == "dropTable") return DropTable{parts.table(in, "name")};
  if (op == "renameTable") return RenameTable{parts.table(in, "name"), in.text("to")};
  CreateTable out;
  out.table = parts.table(in, "name");
  out.columns = in.list("columns", [&](const Json& json) { return parts.column(json); });
  out.primary_key = in.names_or_none("primaryKey");
  out.uniques = in.list("uniques", [](const Json& json) {
    Fields unique(json, "a unique constraint");
    Unique read{unique.text("name"), unique.names("columns")};
    unique.finish();
    return read;
  });
  out.foreign_keys = in.list("foreignKeys", [&](const Json& json) {
    Fields key(json, "a foreign key");
    ForeignKey read = parts.foreign_key(key);
    key.finish();
    return read;
  });
  out.checks = in.list("checks", [](const Json& json) {
    Fields check(json, "a check");
    Check read{check.text("name"), check.text("expression")};
    check.finish();
    return read;
  });
  out.comment = in.optional_text("comment");
  return out;
}

inline Operation read_column(const std::string& op, Fields& in, const PartReader& parts) {
  const TableName table = parts.table(in, "table");
  if (op == "addColumn") return AddColumn{table, parts.column(in.get("column"))};
  if (op == "dropColumn") return DropColumn{table, in.text("name")};
  if (op == "renameColumn") return RenameColumn{table, in.text("name"), in.text("to")};
  AlterColumn out;
  out.table = table;
  out.name = in.text("name");
  if (const auto* type = in.find("type"); type != nullptr) out.type = parts.type(*type);
  if (in.find("nullable") != nullptr) out.is_nullable = in.flag("nullable");
  if (const auto* value = in.find("default"); value != nullptr) {
    out.drops_default = value->is_null();
    if (!out.drops_default) out.default_value = parts.value(*value);
  }
  out.using_sql = in.text_or_empty("using");
  if (!out.type && !out.is_nullable && !out.drops_default && !out.default_value)
    in.fail("changes nothing");
  return out;
}

inline Operation read_index(const std::string& op, Fields& in, const PartReader& parts) {
  const TableName table = parts.table(in, "table");
  const std::string name = in.text("name");
  if (op == "dropIndex") return DropIndex{table, name, in.flag("concurrently")};
  AddIndex out{table,
               name,
               in.list("columns", &PartReader::index_part),
               in.flag("unique"),
               in.text_or_empty("where"),
               in.text_or_empty("method"),
               in.flag("concurrently")};
  const bool is_word = std::all_of(out.method.begin(), out.method.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  if (!is_word) in.fail("has a \"method\" that is no word");
  return out;
}

inline Operation read_constraint(const std::string& op, Fields& in, const PartReader& parts) {
  const TableName table = parts.table(in, "table");
  if (op == "addForeignKey") return AddForeignKey{table, parts.foreign_key(in)};
  const std::string name = in.text("name");
  if (op == "addUnique") return AddUnique{table, {name, in.names("columns")}};
  if (op == "addCheck") return AddCheck{table, {name, in.text("expression")}};
  using Kind = DropConstraint::Kind;
  const std::string kind = in.text("kind");
  if (kind == "unique") return DropConstraint{table, name, Kind::unique};
  if (kind == "foreignKey") return DropConstraint{table, name, Kind::foreign_key};
  if (kind == "check") return DropConstraint{table, name, Kind::check};
  in.fail("has an unknown \"kind\"");
}

inline Operation read_view(const std::string& op, Fields& in, const PartReader& parts) {
  const TableName view = parts.table(in, "name");
  if (op == "dropView") return DropView{view};
  const nlohmann::json& given = in.get("query");
  std::string query = given.is_object() ? parts.of_dialect(given, "the query") : in.text("query");
  query.erase(query.find_last_not_of("; \t\r\n") + 1);
  return CreateView{view, query, in.names_or_none("columns"), in.flag("replace")};
}

inline Operation read_rows(const std::string& op, Fields& in, const PartReader& parts) {
  using Json = nlohmann::json;
  const TableName table = parts.table(in, "table");
  if (op == "update")
    return Update{table, in.list("set", &PartReader::assignment), parts.condition(in.get("where"))};
  if (op == "delete") return Delete{table, parts.condition(in.get("where"))};
  if (op == "comment") {
    const bool is_removed = in.get("text").is_null();
    return Comment{table, in.optional_text("column"),
                   is_removed ? std::nullopt : std::optional(in.text("text"))};
  }
  Insert out{table, in.names("columns"), {}};
  out.rows = in.list("rows", [&](const Json& row) {
    if (!row.is_array() || row.size() != out.columns.size())
      in.fail("has a row that does not hold one value for each column");
    std::vector<Value> values;
    for (const Json& value : row) values.push_back(parts.value(value));
    return values;
  });
  if (out.columns.empty() || out.rows.empty()) in.fail("has no rows");
  return out;
}

}  // namespace detail

/// The operation in `text`, as the driver that describes itself as `dialect` is to render it.
/// Throws GBD_E_UNSUPPORTED for an operation or key that is not known, and for text that is given
/// for other dialects only; GBD_E_INVALID for what docs/driver-operations.md does not allow.
[[nodiscard]] inline Operation read_operation(std::string_view text, std::string_view dialect) {
  using Read = Operation (*)(const std::string&, detail::Fields&, const detail::PartReader&);
  static constexpr std::pair<std::string_view, Read> known[] = {
      {"createTable", &detail::read_table},
      {"dropTable", &detail::read_table},
      {"renameTable", &detail::read_table},
      {"addColumn", &detail::read_column},
      {"dropColumn", &detail::read_column},
      {"renameColumn", &detail::read_column},
      {"alterColumn", &detail::read_column},
      {"addIndex", &detail::read_index},
      {"dropIndex", &detail::read_index},
      {"addUnique", &detail::read_constraint},
      {"addForeignKey", &detail::read_constraint},
      {"addCheck", &detail::read_constraint},
      {"dropConstraint", &detail::read_constraint},
      {"createView", &detail::read_view},
      {"dropView", &detail::read_view},
      {"insert", &detail::read_rows},
      {"update", &detail::read_rows},
      {"delete", &detail::read_rows},
      {"comment", &detail::read_rows}};
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  const std::string op = detail::Fields(json, "the operation").text("op");
  const auto found = std::find_if(std::begin(known), std::end(known),
                                  [&](const auto& entry) { return entry.first == op; });
  if (found == std::end(known))
    refuse_operation("this driver does not know the operation \"" + op + "\"", "write it as sql");
  detail::Fields in(json, op);
  static_cast<void>(in.find("op"));
  Operation operation = found->second(op, in, detail::PartReader(dialect));
  in.finish();
  return operation;
}

}  // namespace garboard::sdk
