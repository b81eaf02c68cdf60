// SPDX-License-Identifier: Apache-2.0
// Names, SQL, types and values.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "base/number.hpp"
#include "base/text.hpp"
#include "loading/database_names.hpp"
#include "loading/operation_reader.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::size_t max_name = 255;
constexpr std::int64_t max_varchar = 65535;  // what each database can hold
constexpr std::int64_t max_precision = 65;
constexpr std::int64_t max_scale = 30;
constexpr std::array<string_view, 13> plain_types{
    "bigint", "integer", "smallint", "boolean",   "real",        "double", "text",
    "bytes",  "date",    "time",     "timestamp", "timestamptz", "uuid"};
constexpr string_view expected_type =
    "bigint, integer, smallint, boolean, decimal(p,s), real, double, varchar(n), text, bytes, "
    "date, "
    "time, timestamp, timestamptz, uuid, json or {native: ...}";

/// What people know the types by elsewhere.
constexpr std::array<std::pair<string_view, string_view>, 26> other_types{
    {{"int", "integer"},
     {"int4", "integer"},
     {"int8", "bigint"},
     {"int2", "smallint"},
     {"bool", "boolean"},
     {"float", "real or double"},
     {"float8", "double"},
     {"double precision", "double"},
     {"numeric", "decimal(p,s)"},
     {"string", "varchar(n) or text"},
     {"char", "varchar(n)"},
     {"bytea", "bytes"},
     {"blob", "bytes"},
     {"binary", "bytes"},
     {"datetime", "timestamp"},
     {"jsonb", "json"},
     {"clob", "text"},
     {"longtext", "text"},
     {"serial", "integer, with 'identity: true'"},
     {"bigserial", "bigint, with 'identity: true'"},
     {"tinyint", "smallint or boolean"},
     {"guid", "uuid"},
     {"varchar", "varchar(n), with a length"},
     {"decimal", "decimal(p,s), with precision and scale"},
     {"timestamp with time zone", "timestamptz"},
     {"timestamp without time zone", "timestamp"}}};

bool is_space(char c) noexcept { return c == ' '; }

string_view trimmed(string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// A whole number without sign and leading zeros; nullopt for anything else.
std::optional<std::int64_t> count_of(string_view text) {
  if (text.size() > 1 && (text.front() == '0' || text.front() == '-')) return std::nullopt;
  return base::number_of<std::int64_t>(text);
}

std::optional<Json> varchar_of(string_view length) {
  const auto n = count_of(length);
  if (!n || *n < 1 || *n > max_varchar) return std::nullopt;
  return Json{{"name", "varchar"}, {"length", *n}};
}

std::optional<Json> decimal_of(string_view precision, string_view scale) {
  const auto p = count_of(precision);
  const auto s = count_of(scale);
  if (!p || !s || *p < 1 || *p > max_precision || *s > max_scale) return std::nullopt;
  return Json{{"name", "decimal"}, {"precision", *p}, {"scale", *s}};
}

/// "varchar(n)" or "decimal(p,s)".
std::optional<Json> sized_word(string_view word) {
  const std::size_t open = word.find('(');
  if (open == string_view::npos || !word.ends_with(')')) return std::nullopt;
  const string_view inner = word.substr(open + 1, word.size() - open - 2);
  if (word.starts_with("varchar(")) return varchar_of(trimmed(inner));
  const std::size_t comma = inner.find(',');
  if (!word.starts_with("decimal(") || comma == string_view::npos) return std::nullopt;
  return decimal_of(trimmed(inner.substr(0, comma)), trimmed(inner.substr(comma + 1)));
}

/// A number as it is written, where that is what JSON's readers give back; else as SQL, which
/// keeps every digit.
Json number_value(string_view text) {
  Json number = Json::parse(text);
  if (number.dump() == text) return Json{{"value", std::move(number)}};
  return Json{{"sql", text}};
}

bool is_number(string_view text) {
  return !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')) &&
         Json::accept(text);
}

/// CURRENT_TIMESTAMP, now(), gen_random_uuid(): without quotes hardly ever meant as text.
bool looks_like_function(string_view text) {
  constexpr std::array<string_view, 5> words{"current_timestamp", "current_date", "current_time",
                                             "localtimestamp", "localtime"};
  string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (std::ranges::find(words, lower) != words.end()) return true;
  const std::size_t open = lower.find('(');
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return open != string::npos && open > 0 && lower.ends_with(')') &&
         std::ranges::all_of(lower.substr(0, open), is_word);
}

}  // namespace

string OperationReader::name(NodeId id, string_view key) {
  const auto text = read_string(document_, id, key, problems_);
  if (!text) return {};
  if (text->empty())
    refuse_type(document_, id, key, "a name", problems_);
  else if (base::count_code_points(*text) > max_name)
    refuse(id, "'" + string(key) + "' is too long, expected at most " + std::to_string(max_name) +
                   " characters");
  return string(*text);
}

string OperationReader::name(const Fields& in, string_view key) {
  require(in, key, "a name");
  return in.has(key) ? name(in.value(key), key) : string();
}

std::vector<string> OperationReader::names(NodeId id, string_view key) {
  std::vector<string> found;
  for (const NodeId item : items(id, key, "a list of at least one column")) {
    string each = name(item, key);
    if (!each.empty() && std::ranges::find(found, each) != found.end())
      refuse(item, "'" + string(key) + "' has '" + excerpt(each) + "' twice");
    found.push_back(std::move(each));
  }
  return found;
}

TableRef OperationReader::table(const Fields& in, string_view key) {
  TableRef table;
  if (in.has("schema")) table.schema = name(in.value("schema"), "schema");
  table.name = name(in, key);
  return table;
}

bool OperationReader::is_on(const Fields& in, string_view key) {
  return in.has(key) && read_bool(document_, in.value(key), key, problems_).value_or(false);
}

string OperationReader::sql(NodeId id, string_view key) {
  const auto text = read_string(document_, id, key, problems_);
  if (text && base::is_blank(*text)) refuse(id, "'" + string(key) + "' is empty, expected SQL");
  return string(text.value_or(""));
}

string OperationReader::comment(NodeId id, string_view key) {
  const auto text = read_string(document_, id, key, problems_);
  if (text && text->empty()) refuse_type(document_, id, key, "a text", problems_);
  return string(text.value_or(""));
}

Json OperationReader::text_by_database(NodeId id, string_view key) {
  if (at(id).kind != NodeKind::mapping) {
    if (at(id).kind == NodeKind::scalar) return sql(id, key);
    refuse_type(document_, id, key, "SQL, or a mapping from databases to SQL", problems_);
    return {};
  }
  std::map<string, string> texts;
  const std::size_t before = problems_.size();
  for (NodeId item = id + 1; item < at(id).end;) {
    const NodeId held = at(item).end;
    const string database(at(item).text);
    if (auto wrong = database_name_problem(database))
      refuse(item, "'" + string(key) + "' " + wrong->message, std::move(wrong->hint));
    texts[database] = sql(held, key);
    item = at(held).end;
  }
  if (texts.empty()) refuse_type(document_, id, key, "SQL for at least one database", problems_);
  if (problems_.size() != before) return {};
  for (const string& database : databases_)
    if (!texts.contains(database))
      refuse(
          id,
          "'" + string(key) + "' says nothing for '" + database + "', which the migration is for",
          "add '" + database + ": ...', or limit the migration with 'database'");
  return texts;
}

Json OperationReader::value(NodeId id, string_view key) {
  const TreeNode& node = at(id);
  if (node.kind == NodeKind::null) return Json{{"value", nullptr}};
  if (node.kind == NodeKind::mapping) {
    constexpr std::array<string_view, 1> keys{"sql"};
    const Fields in = fields(id, "a value", keys);
    require(in, "sql", "the SQL of the value");
    return Json{{"sql", in.has("sql") ? sql(in.value("sql"), "sql") : string()}};
  }
  if (node.kind == NodeKind::sequence) {
    refuse_type(document_, id, key, "a text, a number, true, false, null or {sql: ...}", problems_,
                "write a JSON value as text, in quotes");
    return {};
  }
  if (node.style == ScalarStyle::plain) {
    if (node.text == "true" || node.text == "false") return Json{{"value", node.text == "true"}};
    if (is_number(node.text)) return number_value(node.text);
  }
  if (node.text.find('\0') != string_view::npos)
    refuse(id, "'" + string(key) + "' has a NUL byte, expected text");
  return Json{{"value", node.text}};
}

Json OperationReader::default_value(NodeId id) {
  const TreeNode& node = at(id);
  if (node.kind == NodeKind::scalar && node.style == ScalarStyle::plain &&
      looks_like_function(node.text))
    refuse_type(document_, id, "default", "a value, or a function as {sql: ...}", problems_,
                "write {sql: " + string(node.text) + "}, or quotes around it if it is text");
  return value(id, "default");
}

void OperationReader::refuse_type_word(NodeId id, string_view word) {
  const auto* const other =
      std::ranges::find(other_types, word, &decltype(other_types)::value_type::first);
  string hint;
  if (other != other_types.end()) {
    hint = "write " + string(other->second);
  } else {
    const string_view guess = base::closest_of(word, plain_types);
    hint = guess.empty() ? "a type of one database is written {native: ...}"
                         : "did you mean '" + string(guess) + "'?";
  }
  refuse_type(document_, id, "type", expected_type, problems_, std::move(hint));
}

Json OperationReader::type_word(NodeId id) {
  const auto word = read_string(document_, id, "type", problems_);
  if (!word) return {};
  if (std::ranges::find(plain_types, *word) != plain_types.end() || *word == "json")
    return Json{{"name", *word}};
  auto sized = sized_word(*word);
  if (!sized) refuse_type_word(id, *word);
  return sized.value_or(Json());
}

Json OperationReader::sized_type(NodeId id) {
  constexpr std::array<string_view, 3> keys{"varchar", "decimal", "native"};
  const Fields in = fields(id, "a type", keys);
  if (in.has_unknown()) return {};
  const int present = in.has("varchar") + in.has("decimal") + in.has("native");
  if (present != 1) {
    refuse_type(document_, id, "type", "exactly one of varchar, decimal, native", problems_);
    return {};
  }
  if (in.has("native")) return Json{{"native", text_by_database(in.value("native"), "native")}};
  const auto digits = [&](NodeId at_id) {
    const TreeNode& node = at(at_id);
    return node.kind == NodeKind::scalar && node.style == ScalarStyle::plain ? node.text
                                                                             : string_view("x");
  };
  const NodeId size = in.value(in.has("varchar") ? "varchar" : "decimal");
  if (in.has("varchar")) {
    if (auto sized = varchar_of(digits(size))) return *sized;
    refuse_type(document_, size, "varchar", "a length from 1 to 65535", problems_);
    return {};
  }
  const TreeNode& list = at(size);
  if (list.kind == NodeKind::sequence && list.end == size + 3)
    if (auto sized = decimal_of(digits(size + 1), digits(size + 2))) return *sized;
  refuse_type(document_, size, "decimal",
              "[precision, scale] with a precision of at most 65 and a scale of at most 30",
              problems_);
  return {};
}

Json OperationReader::type(NodeId id) {
  Json type = at(id).kind == NodeKind::mapping ? sized_type(id) : type_word(id);
  if (type.contains("scale") && type["scale"] > type["precision"])
    refuse(id, "the scale of 'type' is greater than its precision, expected at most the same");
  return type;
}

}  // namespace garboard::loading
