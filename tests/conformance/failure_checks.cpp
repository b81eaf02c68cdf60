// SPDX-License-Identifier: Apache-2.0
// What a driver says of its failures is what decides whether a run may be repeated.
#include <array>
#include <barrier>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "check.hpp"
#include "connection.hpp"
#include "subject.hpp"
#include "tcp_proxy.hpp"

namespace garboard::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

enum class Fate { certain, unknown };

void expect_lost(const Outcome& outcome, const std::string& what) {
  expect(!outcome.is_ok() && outcome.has(GBD_EF_CONN_LOST),
         what + ": GBD_EF_CONN_LOST was expected, not flags " +
             std::to_string(outcome.error.flags) + ": " + outcome.text());
}

void expect_fate(const Outcome& outcome, Fate fate, const std::string& what) {
  expect_lost(outcome, what);
  const bool is_unknown = outcome.has(GBD_EF_OUTCOME_UNKNOWN);
  if (fate == Fate::certain)
    return expect(!is_unknown, what + ": it is certainly undone, and the error says " +
                                   "GBD_EF_OUTCOME_UNKNOWN: " + outcome.text());
  expect(is_unknown, what + ": GBD_EF_OUTCOME_UNKNOWN is missing: " + outcome.text());
  expect(!outcome.has(GBD_EF_RETRYABLE),
         what + ": it may have been done, and the error says GBD_EF_RETRYABLE: " + outcome.text());
}

/// Ends the connection's session by the profile's statement.
void terminate(Subject& subject, const std::string& session) {
  Connection other(subject);
  const std::string sql = filled(subject.database().terminate.value(), "session", session);
  must(other.exec(sql), "the profile's terminate");
}

/// Does it until it fails: a session that was told to end may take a moment.
template <class Deed>
Outcome first_failure(Deed deed) {
  const auto deadline = Clock::now() + std::chrono::seconds(30);
  Outcome outcome = deed();
  while (outcome.is_ok()) {
    expect(Clock::now() < deadline, "the profile's terminate has not ended the session");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    outcome = deed();
  }
  return outcome;
}

void says_that_the_connection_is_lost(Subject& subject) {
  TextTable table(subject);
  Connection idle(subject);
  const std::string session = idle.server_info().value("session", "");
  if (session.empty()) throw Skipped("server_info names no session that could be ended");
  if (!subject.database().terminate)
    throw Failed(
        "put the statement that ends the session {session} into the profile as "
        "database.terminate, or declare the quirk failure.lost");
  terminate(subject, session);
  expect_lost(first_failure([&] { return idle.select("1"); }), "a query after the session's end");

  Connection busy(subject);
  must(busy.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  int id = 0;
  const auto insert = [&] { return table.insert(busy, ++id, "a"); };
  must(insert(), "INSERT");
  terminate(subject, busy.server_info().value("session", ""));
  expect_fate(first_failure(insert), Fate::certain,
              "a transaction's INSERT after its session's end");
  busy.close();
  Connection other(subject);
  expect(table.count(other) == 0, "a transaction was committed whose session was ended");
}

void says_that_the_outcome_is_unknown(Subject& subject) {
  json options = open_options(subject);
  const std::string host = options.value("host", "");
  if (host.empty() || host.starts_with('/')) throw Skipped("the URL names no host");
  expect(options.contains("port"), "write the port into the URL: the kit has to stand before it");
  const auto port = options["port"].get<std::uint16_t>();
  TextTable table(subject);
  const auto cut_in = [&](const std::string& what, Fate fate, auto prepare, auto deed) {
    TcpProxy proxy(host, port);
    options["host"] = "127.0.0.1";
    options["port"] = proxy.port();
    Connection connection(subject, options);
    prepare(connection);
    proxy.swallow_next_answer();
    expect_fate(deed(connection), fate, "a connection that dies in " + what);
  };
  const auto begin = [&](Connection& connection) {
    must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
    must(table.insert(connection, 1, "a"), "INSERT");
  };
  cut_in("tx(COMMIT)", Fate::unknown, begin,
         [](Connection& connection) { return connection.tx(GBD_TX_COMMIT); });
  cut_in(
      "a statement outside a transaction", Fate::unknown, [](Connection&) {},
      [&](Connection& connection) { return table.insert(connection, 2, "a"); });
  cut_in(
      "a transaction's INSERT", Fate::certain,
      [](Connection& connection) { must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)"); },
      [&](Connection& connection) { return table.insert(connection, 3, "a"); });
}

/// Updates one row, waits for the other side to have done the same, and then its row.
Outcome cross(Subject& subject, const TextTable& table, std::array<int, 2> ids,
              std::barrier<>& halfway) {
  Connection connection(subject);
  const auto update = [&](int id) {
    return connection.exec("UPDATE " + table.name() +
                           " SET body = 'b' WHERE id = " + std::to_string(id));
  };
  must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  must(update(ids[0]), "UPDATE");
  halfway.arrive_and_wait();
  Outcome outcome = update(ids[1]);
  must(connection.tx(outcome.is_ok() ? GBD_TX_COMMIT : GBD_TX_ROLLBACK), "the transaction's end");
  return outcome;
}

void says_that_a_deadlock_is_retryable(Subject& subject) {
  if (subject.dialect().lock_scope == model::LockScope::begin)
    throw Skipped("only one transaction at a time can write (describe's lock.scope)");
  TextTable table(subject);
  {
    Connection connection(subject);
    must(table.insert(connection, 1, "a"), "INSERT");
    must(table.insert(connection, 2, "a"), "INSERT");
  }
  std::barrier halfway(2);
  const auto side = [&](std::array<int, 2> ids) {
    return std::async(std::launch::async, [&, ids] {
      try {
        return cross(subject, table, ids, halfway);
      } catch (...) {
        halfway.arrive_and_drop();  // or the other side waits for ever
        throw;
      }
    });
  };
  auto first = side({1, 2});
  auto second = side({2, 1});
  const std::array<Outcome, 2> outcomes{first.get(), second.get()};
  expect(!outcomes[0].is_ok() || !outcomes[1].is_ok(),
         "two transactions that wait for each other both went on");
  constexpr std::uint32_t wrong = GBD_EF_CONN_LOST | GBD_EF_OUTCOME_UNKNOWN;
  for (const Outcome& outcome : outcomes)  // a server that only waits so long ends both
    expect(outcome.is_ok() || (outcome.has(GBD_EF_RETRYABLE) && !outcome.has(wrong)),
           "a deadlock is GBD_EF_RETRYABLE, alone or with GBD_EF_TX_ABORTED; the flags are " +
               std::to_string(outcome.error.flags) + ": " + outcome.text());
}

void says_what_is_left_of_a_transaction(Subject& subject) {
  TextTable table(subject);
  Connection connection(subject);
  must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  must(table.insert(connection, 1, "a"), "INSERT");
  const Outcome failed = table.insert(connection, 1, "b");
  expect(!failed.is_ok(), "the same key was inserted twice");
  const bool is_aborted = failed.has(GBD_EF_TX_ABORTED);
  const Outcome next = table.insert(connection, 2, "b");
  if (is_aborted) {
    expect(!next.is_ok(), "GBD_EF_TX_ABORTED was said, and the transaction went on");
    must(connection.tx(GBD_TX_ROLLBACK), "tx(ROLLBACK)");
  } else {
    must(next, "GBD_EF_TX_ABORTED was not said, and the transaction's next INSERT failed");
    must(connection.tx(GBD_TX_COMMIT), "tx(COMMIT)");
  }
  const std::int64_t rows = table.count(connection);
  expect(rows == (is_aborted ? 0 : 2), std::to_string(rows) + " rows were left");
}

void does_with_ddl_what_it_describes(Subject& subject) {
  const bool is_transactional = subject.dialect().has_transactional_ddl;
  const bool commits = subject.dialect().has_implicit_commit;
  expect(!is_transactional || !commits, "describe says transactionalDdl and implicitCommit");
  const DroppedTable made(subject, new_name());
  TextTable table(subject);
  {
    Connection connection(subject);
    must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
    must(table.insert(connection, 1, "a"), "INSERT");
    const Outcome outcome = connection.exec(made.definition());
    if (is_transactional || commits) must(outcome, "CREATE TABLE in a transaction");
    if (commits) must(table.insert(connection, 2, "a"), "INSERT after DDL");
    must(connection.tx(GBD_TX_ROLLBACK), "tx(ROLLBACK)");
  }
  Connection connection(subject);
  const bool is_there = connection.exec("SELECT COUNT(*) FROM " + made.name()).is_ok();
  const std::int64_t rows = table.count(connection);
  expect(!is_transactional || !is_there,
         "describe says transactionalDdl, and a table made in a transaction outlived its rollback");
  expect(!commits || is_there,
         "describe says implicitCommit, and a rollback took back a CREATE TABLE");
  expect(rows == (commits ? 1 : 0),
         std::to_string(rows) +
             " rows are left of a transaction that was rolled back; describe's " +
             "implicitCommit is " +
             (commits ? "true, so it must be the one before the DDL"
                      : "false, so there must be none"));
}

constexpr std::array<Check, 5> checks{{
    {"failure.lost", "says GBD_EF_CONN_LOST when the server has ended the session", For::database,
     &says_that_the_connection_is_lost},
    {"failure.unknown_outcome", "says GBD_EF_OUTCOME_UNKNOWN when the connection dies in a COMMIT",
     For::database, &says_that_the_outcome_is_unknown},
    {"failure.deadlock", "says GBD_EF_RETRYABLE to whom a deadlock ends", For::database,
     &says_that_a_deadlock_is_retryable},
    {"failure.aborted", "says GBD_EF_TX_ABORTED when only a rollback is left", For::database,
     &says_what_is_left_of_a_transaction},
    {"failure.ddl", "does with DDL in a transaction what it describes", For::database,
     &does_with_ddl_what_it_describes},
}};

}  // namespace

std::span<const Check> failure_checks() noexcept { return checks; }

}  // namespace garboard::conformance
