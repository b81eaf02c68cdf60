// SPDX-License-Identifier: Apache-2.0
#include "hostile_names.hpp"

#include <array>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "render_call.hpp"

namespace garboard::conformance {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 13> hostile{"a\"b",
                                                   "a`b",
                                                   "a[b]c",
                                                   "a'b",
                                                   "a;b",
                                                   "a -- b",
                                                   "a /* b",
                                                   "a*/b",
                                                   "a\nb",
                                                   "a\\b",
                                                   "SELECT",
                                                   "a$$b$1?:c@d#e%s{f}",
                                                   "\xc3\xa4\xe6\x96\x87 B"};

constexpr std::array<std::string_view, 10> hostile_values{
    "",           "it's",
    "a\\",        "a\\'; DROP TABLE {sentinel}; --",
    "\"`[]",      "a\r\n\tb",
    "/* -- # */", "$$ $1 $x$ ? :a @b %s {c}",
    "NULL",       "\xc3\xa4 \xe6\x96\x87 \xf0\x9f\x98\x80"};

std::string quoted(Subject& subject, std::string_view name) {
  const char open = subject.dialect().identifier_quote;
  const char close = open == '[' ? ']' : open;
  std::string text(1, open);
  for (const char c : name) {
    if (c == close) text += c;
    text += c;
  }
  return text + close;
}

json inserted(const std::string& table, const std::string& column, const std::string& sentinel) {
  json rows = json::array();
  for (std::size_t i = 0; i < hostile_values.size(); ++i)
    rows.push_back({{{"value", i}},
                    {{"value", filled(std::string(hostile_values.at(i)), "sentinel", sentinel)}}});
  rows.push_back({{{"value", hostile_values.size()}}, {{"value", nullptr}}});
  return {{"op", "insert"}, {"table", table}, {"columns", {"id", column}}, {"rows", rows}};
}

void expect_stored(const Outcome& found, const std::string& sentinel) {
  expect(found.rows.size() == hostile_values.size() + 1,
         "of the rows that were inserted there are " + std::to_string(found.rows.size()));
  for (std::size_t i = 0; i < hostile_values.size(); ++i) {
    const std::string value = filled(std::string(hostile_values.at(i)), "sentinel", sentinel);
    const auto& cell = found.rows.at(i).at(0);
    expect(cell == value, "the value " + value + " came back as " + cell.value_or("NULL"));
  }
  expect(!found.rows.back().at(0), "a NULL came back as a text");
}

/// A table whose names are all as hostile, from its making to its end.
void live_with(Subject& subject, Connection& connection, std::string_view word,
               const std::string& sentinel) {
  const std::string table = new_name() + std::string(word);
  const std::string column = "c" + std::string(word);
  const auto run = [&](const json& operation) { run_operation(subject, connection, operation); };
  run(plain_table(table, column));
  run(inserted(table, column, sentinel));
  const std::string read =
      "SELECT " + quoted(subject, column) + " FROM " + quoted(subject, table) + " ORDER BY id";
  expect_stored(must(connection.exec(read), read), sentinel);
  const json is_it =
      json::array({json::array({{{"name", column}, {"value", {{"value", "it's"}}}}})});
  run({{"op", "update"},
       {"table", table},
       {"set", json::array({{{"name", column}, {"value", {{"value", word}}}}})},
       {"where", {{"rows", is_it}}}});
  const Outcome updated = must(connection.exec(read), read);
  expect(updated.rows.at(1).at(0) == word, "an update to " + std::string(word) + " stored " +
                                               updated.rows.at(1).at(0).value_or("NULL"));
  run({{"op", "delete"}, {"table", table}, {"where", {{"rows", is_it}}}});
  run({{"op", "renameColumn"}, {"table", table}, {"name", column}, {"to", column + "2"}});
  run({{"op", "renameTable"}, {"name", table}, {"to", table + "2"}});
  run({{"op", "dropTable"}, {"name", table + "2"}});
}

}  // namespace

void quotes_hostile_names(Subject& subject) {
  Connection connection(subject);
  (void)render(subject, plain_table("t", "c"));  // skips where there is no render
  TextTable sentinel(subject);
  must(sentinel.insert(connection, 1, "still here"), "INSERT");
  for (const std::string_view word : hostile) {
    try {
      live_with(subject, connection, word, sentinel.name());
    } catch (const Failed& failure) {
      throw Failed("with \"" + std::string(word) + "\" in names: " + failure.what());
    }
    expect(sentinel.count(connection) == 1,
           "\"" + std::string(word) + "\" in names changed another table");
  }
}

}  // namespace garboard::conformance
