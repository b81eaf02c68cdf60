// SPDX-License-Identifier: Apache-2.0
#include "type_change.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace garboard::policy {
namespace {

struct Type {
  std::string name;
  int first = -1, second = -1;  // what is in parentheses
  std::string rest;             // behind them
};

int number_at(std::string_view text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Type type_in(std::string_view written) {
  Type type;
  const std::size_t open = written.find('(');
  const std::size_t close = written.find(')', open == std::string_view::npos ? 0 : open);
  type.name = written.substr(0, open);
  if (open != std::string_view::npos && close != std::string_view::npos) {
    const std::string_view inside = written.substr(open + 1, close - open - 1);
    type.first = number_at(inside);
    const std::size_t comma = inside.find(',');
    if (comma != std::string_view::npos) type.second = number_at(inside.substr(comma + 1));
    type.rest = written.substr(close + 1);
  }
  while (!type.name.empty() && type.name.back() == ' ') type.name.pop_back();
  return type;
}

// PostgreSQL has two names for many types.
std::string plain(const Type& type) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 18> names = {{
      {"character varying", "varchar"},
      {"character", "bpchar"},
      {"char", "bpchar"},
      {"int", "int4"},
      {"integer", "int4"},
      {"bigint", "int8"},
      {"smallint", "int2"},
      {"boolean", "bool"},
      {"decimal", "numeric"},
      {"real", "float4"},
      {"double precision", "float8"},
      {"bit varying", "varbit"},
      {"timestamp with time zone", "timestamptz"},
      {"timestamp without time zone", "timestamp"},
      {"time without time zone", "time"},
      {"time with time zone", "timetz"},
      {"timestamp", "timestamp"},
      {"time", "time"},
  }};
  std::string whole = type.name + type.rest;
  for (const auto& [written, name] : names)
    if (whole == written) return std::string(name);
  return whole;
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> of) {
  return std::find(of.begin(), of.end(), name) != of.end();
}

// A limit that is at least as wide; -1 is none.
bool holds_all(int from, int to) { return to < 0 || (from >= 0 && to >= from); }

}  // namespace

TypeChange postgres_type_change(std::string_view from, std::string_view to, bool is_utc) {
  const Type target = type_in(to);
  const std::string wanted = plain(target);
  if (from.empty())
    return is_any(wanted, {"text", "varchar", "numeric", "timestamp", "timestamptz", "inet",
                           "varbit", "interval", "time", "timetz"})
               ? TypeChange::unknown
               : TypeChange::rewrites;
  const Type source = type_in(from);
  const std::string given = plain(source);
  const bool is_text = is_any(given, {"text", "varchar"});
  bool is_free = false;
  if (wanted == "text")
    is_free = is_text;
  else if (wanted == "varchar")
    is_free = (given == "varchar" && holds_all(source.first, target.first)) ||
              (given == "text" && target.first < 0);
  else if (wanted == "numeric")
    is_free = given == "numeric" &&
              (target.first < 0 || (holds_all(source.first, target.first) &&
                                    std::max(source.second, 0) == std::max(target.second, 0)));
  else if (wanted == "timestamptz" || wanted == "timestamp")
    is_free = (given == wanted || (is_utc && is_any(given, {"timestamp", "timestamptz"}))) &&
              holds_all(source.first, target.first);
  else if (is_any(wanted, {"varbit", "interval", "time", "timetz"}))
    is_free = given == wanted && holds_all(source.first, target.first);
  else if (wanted == "inet")
    is_free = is_any(given, {"cidr", "inet"});
  else
    is_free = given == wanted && source.first == target.first && source.second == target.second;
  return is_free ? TypeChange::free : TypeChange::rewrites;
}

TypeChange mysql_type_change(std::string_view from, std::string_view to) {
  if (from.empty()) return TypeChange::unknown;
  Type source = type_in(from);
  Type target = type_in(to);
  // 'varchar(20) 4': the bytes of a character
  const int width = std::max(number_at(source.rest.empty() ? "" : source.rest.substr(1)), 1);
  if (source.name == "varchar" && target.name == "varchar") {
    const bool same_length_bytes = (source.first * width < 256) == (target.first * width < 256);
    return target.first >= source.first && same_length_bytes ? TypeChange::free
                                                             : TypeChange::rewrites;
  }
  // what is between the quotes of an enum is not in an event
  if (source.name == "enum" || source.name == "set")
    return source.name == target.name ? TypeChange::unknown : TypeChange::rewrites;
  const auto bare = [](const Type& type) {
    std::string name = type.name == "integer"                         ? "int"
                       : type.name == "dec" || type.name == "numeric" ? "decimal"
                                                                      : type.name;
    if (type.rest.find("unsigned") != std::string::npos || name.ends_with(" unsigned"))
      name = name.substr(0, name.find(' ')) + " unsigned";
    return name;
  };
  const std::string given = bare(source);
  if (given != bare(target)) return TypeChange::rewrites;
  // int(11) is int
  const bool has_length = given.find("int") == std::string::npos;
  return !has_length || (source.first == target.first &&
                         std::max(source.second, 0) == std::max(target.second, 0))
             ? TypeChange::free
             : TypeChange::rewrites;
}

}  // namespace garboard::policy
