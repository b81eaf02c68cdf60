// SPDX-License-Identifier: Apache-2.0
// Statements, their parameters, and what comes back.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "check.hpp"
#include "connection.hpp"
#include "guarded.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

constexpr std::string_view many_alphabets =
    "Gr\xC3\xBC\xC3\x9F"
    "e, \xE4\xB8\x96\xE7\x95\x8C, \xF0\x9F\x90\x98";

std::string shown(const std::optional<std::string>& cell) {
  if (!cell) return "NULL";
  return cell->size() < 80 ? "'" + *cell + "'" : std::to_string(cell->size()) + " bytes";
}

/// Rows 1 to 2^doublings.
void fill(TextTable& table, Connection& connection, int doublings) {
  must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  must(table.insert(connection, 1, "a"), "INSERT");
  for (int rows = 1, i = 0; i < doublings; ++i, rows *= 2)
    must(connection.exec("INSERT INTO " + table.name() + " SELECT id + " + std::to_string(rows) +
                         ", body FROM " + table.name()),
         "INSERT .. SELECT");
  must(connection.tx(GBD_TX_COMMIT), "tx(COMMIT)");
}

void reads_no_further(Subject& subject) {
  const std::string options = open_options(subject).dump();
  const Guarded kept_options(options);
  gbd_conn* raw = nullptr;
  Outcome opened;
  opened.status = subject.driver().open(sdk::str(kept_options.text()), &raw, &opened.error);
  must(opened, "open with options whose end is the memory's");
  subject.driver().close(raw);

  TextTable table(subject);
  Connection connection(subject);
  const std::string sql = "INSERT INTO " + table.name() + " VALUES (1, 'a')";
  const std::string longer = sql + " and what is not to be read";
  must(connection.exec(std::string_view(longer).substr(0, sql.size())),
       "a statement at whose end the text goes on");
  const Guarded kept("SELECT COUNT(*) FROM " + table.name());
  must(connection.exec(kept.text()), "a statement whose end is the memory's");
  const std::string parameter = "body and what is not to be read";
  must(table.insert(connection, 2, std::string_view(parameter).substr(0, 4)), "INSERT");
  expect(table.body(connection, 2) == "body",
         "the parameter 'body' came back as " + shown(table.body(connection, 2)));
  const Guarded kept_parameter("body");
  must(table.insert(connection, 3, kept_parameter.text()), "INSERT");
}

void tells_null_from_empty(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  must(table.insert(connection, 1, std::nullopt), "INSERT of NULL");
  must(table.insert(connection, 2, ""), "INSERT of an empty text");
  const auto null = table.body(connection, 1);
  expect(!null, "NULL came back as " + shown(null));
  const auto empty = table.body(connection, 2);
  expect(empty == "", "an empty text came back as " + shown(empty));
}

void keeps_texts(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  const auto expect_kept = [&](int id, const std::string& text, const std::string& what) {
    must(table.insert(connection, id, text), "INSERT of " + what);
    const auto body = table.body(connection, id);
    expect(body == text, what + " came back as " + shown(body));
  };
  expect_kept(1, std::string(many_alphabets), "UTF-8");
  expect_kept(2, "a'b\"c\\d`e\te\nf\rg%h;i--j/*k*/l?m$1n:o", "what could be taken for syntax");
  must(connection.exec("INSERT INTO " + table.name() + " VALUES (3, '" +
                       std::string(many_alphabets) + "')"),
       "INSERT of UTF-8 in the statement");
  const auto literal = table.body(connection, 3);
  expect(literal == many_alphabets, "UTF-8 in the statement came back as " + shown(literal));
  std::string large;
  while (large.size() < (1U << 20U)) large += many_alphabets;
  expect_kept(4, large,
              std::to_string(large.size()) + " bytes (the profile's textTable must have the room)");
}

void gives_no_columns(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  const DroppedTable second(subject, new_name());
  const std::array<std::string, 4> statements{
      "INSERT INTO " + table.name() + " VALUES (1, 'a')",
      "UPDATE " + table.name() + " SET body = 'b' WHERE id = 1",
      "DELETE FROM " + table.name() + " WHERE id = 1", second.definition()};
  for (const std::string& sql : statements) {
    const Outcome outcome = must(connection.exec(sql), sql);
    expect(outcome.columns.empty() && outcome.rows.empty(),
           sql + ": it has no result, and columns or rows were given");
  }
  const std::string empty = "SELECT id, body FROM " + table.name();
  expect(must(connection.exec(empty), empty).rows.empty(), empty + ": there are no rows");
}

void stops_when_told(Subject& subject) {
  constexpr int doublings = 12;
  TextTable table(subject);
  Connection connection(subject);
  fill(table, connection, doublings);
  const std::string all = "SELECT id, body FROM " + table.name();
  const auto expect_one = [&](const std::string& where) {
    const Outcome outcome = must(connection.exec(all, {}, 1), "a row callback that stops" + where);
    expect(outcome.rows.size() == 1,
           std::to_string(outcome.rows.size()) + " rows were given after the callback said stop");
    expect(outcome.columns.size() == 2 && outcome.rows.front().size() == 2,
           "two columns were asked for, " + std::to_string(outcome.columns.size()) + " were named");
    expect(table.count(connection) == 1 << doublings, "rows are missing after a stop");
  };
  expect_one("");
  must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  expect_one(" in a transaction");
  must(table.insert(connection, 0, "b"), "INSERT after a stop");
  must(connection.tx(GBD_TX_COMMIT), "tx(COMMIT) after a stop");
}

void counts_rows(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  const auto expect_affected = [&](const std::string& sql, std::int64_t affected) {
    const Outcome outcome = must(connection.exec(sql), sql);
    expect(outcome.affected == affected, sql + ": affected must be " + std::to_string(affected) +
                                             ", not " + std::to_string(outcome.affected));
  };
  const std::string& name = table.name();
  expect_affected("INSERT INTO " + name + " VALUES (1, 'a')", 1);
  const Outcome bound = must(table.insert(connection, 2, "a"), "INSERT with a parameter");
  expect(bound.affected == 1,
         "an INSERT with a parameter affects 1 row, not " + std::to_string(bound.affected));
  expect_affected("INSERT INTO " + name + " SELECT id + 2, body FROM " + name, 2);
  expect_affected("UPDATE " + name + " SET body = 'b' WHERE id <= 3", 3);
  expect_affected("DELETE FROM " + name + " WHERE id > 9", 0);
  expect_affected("DELETE FROM " + name, 4);
  expect_affected("SELECT id FROM " + name, -1);
}

void says_what_is_wrong(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  must(table.insert(connection, 1, "a"), "INSERT");
  const auto refused = [&](const std::string& sql) {
    Outcome outcome = connection.exec(sql);
    const std::string& state = outcome.error.sqlstate;
    expect(outcome.status == GBD_E_SQL, sql + ": GBD_E_SQL was expected, not " + outcome.text());
    expect(state.size() == 5 && std::ranges::all_of(state,
                                                    [](unsigned char c) {
                                                      return std::isdigit(c) != 0 ||
                                                             std::isupper(c) != 0;
                                                    }),
           sql + ": '" + state + "' is no SQLSTATE");
    expect((outcome.error.flags & ~std::uint32_t{GBD_EF_TX_ABORTED}) == 0,
           sql + ": the flags " + std::to_string(outcome.error.flags) +
               " speak of a retry, a lost connection or an unknown outcome");
    expect(!outcome.error.message.empty(), sql + ": the error has no message");
    return outcome;
  };
  const Outcome syntax = refused("GARBOARD IS NO STATEMENT");
  expect(syntax.error.sqlstate.starts_with("42"),
         "a syntax error is of class 42: " + syntax.text());
  const Outcome missing = refused("SELECT id FROM " + new_name());
  const auto& states = subject.dialect().missing_table_sqlstates;
  expect(std::ranges::find(states, missing.error.sqlstate) != states.end(),
         "describe's missingTable does not name " + missing.error.sqlstate);
  const Outcome twice = refused("INSERT INTO " + table.name() + " VALUES (1, 'b')");
  expect(twice.error.sqlstate.starts_with("23"),
         "a violated constraint is of class 23: " + twice.text());
  must(connection.select("1"), "a statement after those that failed");
}

void expect_position(const Outcome& outcome, std::string_view sql, std::string_view word,
                     const std::string& what) {
  expect(!outcome.is_ok(), what + ": a syntax error was taken");
  const std::int64_t at = outcome.error.position;
  expect(at >= 0, what + ": the error has no position: " + outcome.text());
  const std::size_t begin = sql.find(word);
  expect(static_cast<std::size_t>(at) == begin, what + ": the unknown word is at byte " +
                                                    std::to_string(begin) + ", the error says " +
                                                    std::to_string(at));
}

void points_at_the_error(Subject& subject) {
  constexpr std::string_view word = "gbd_unknown";
  TextTable table(subject);
  Connection connection(subject);
  const std::string body(many_alphabets);
  const std::string head = "INSERT INTO " + table.name() + " VALUES (1, ";
  const std::string plain = head + "'a') gbd_unknown gbd_more";
  expect_position(connection.exec(plain), plain, word, "after ASCII");
  const std::string sql = head + "'" + body + "') gbd_unknown gbd_more";
  expect_position(connection.exec(sql), sql, word, "after multibyte text");
  const std::string lines =
      "-- " + body + "\n" + head + "\n'" + body + "\n" + body + "') gbd_unknown gbd_more";
  expect_position(connection.exec(lines), lines, word, "on the fourth line");
  const std::string bound = head + placeholder(subject, 1) + ") gbd_unknown gbd_more";
  const std::array<gbd_str, 1> params{sdk::str(body)};
  expect_position(connection.exec(bound, params), bound, word, "after a parameter");
}

void takes_one_statement(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  const std::string insert = "INSERT INTO " + table.name() + " VALUES ";
  const std::string two = insert + "(1, 'a'); " + insert + "(2, 'b')";
  const auto expect_refused = [&](const Outcome& outcome, const std::string& what) {
    expect(outcome.status == GBD_E_INVALID || outcome.status == GBD_E_SQL,
           what + ": they must be refused, and the answer was " + outcome.text());
    const auto rows = table.count(connection);
    expect(rows == 0, what + ": " + std::to_string(rows) + " of them took effect");
  };
  expect_refused(connection.exec(two), "two statements in one text");
  const std::string bound = insert + "(1, " + placeholder(subject, 1) + "); " + insert + "(2, 'b')";
  const std::array<gbd_str, 1> params{sdk::str("a")};
  expect_refused(connection.exec(bound, params), "two statements with a parameter");
}

constexpr std::array<Check, 9> checks{{
    {"exec.bounds", "reads no byte behind a text's end", For::database, &reads_no_further},
    {"exec.null", "tells NULL from an empty text", For::database, &tells_null_from_empty},
    {"exec.text", "keeps UTF-8, and a megabyte of it", For::database, &keeps_texts},
    {"exec.no_columns", "gives no columns where a statement has none", For::database,
     &gives_no_columns},
    {"exec.stop", "stops when the row callback says so, and goes on being usable", For::database,
     &stops_when_told},
    {"exec.affected", "counts the rows that were affected", For::database, &counts_rows},
    {"exec.sqlstate", "says in a SQLSTATE what was wrong", For::database, &says_what_is_wrong},
    {"exec.position", "says at which byte a syntax error is", For::database, &points_at_the_error},
    {"exec.one_statement", "refuses two statements in one text, and runs neither", For::database,
     &takes_one_statement},
}};

}  // namespace

std::span<const Check> statement_checks() noexcept { return checks; }

}  // namespace garboard::conformance
