// SPDX-License-Identifier: Apache-2.0
#include "execution/run_setup.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/time.hpp"
#include "execution/blocker_text.hpp"
#include "execution/controls.hpp"
#include "execution/history_check.hpp"
#include "execution/script.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::Change;
using std::chrono::milliseconds;

constexpr milliseconds poll_min{30};
constexpr milliseconds poll_max{150};
constexpr milliseconds lock_slice{1000};  // how often a waiting run says that it waits

constexpr std::string_view is_held = "another run holds the lock";

std::vector<model::Blocker> holders(Worker& worker) {
  return shown_blockers(worker.session->lock_holders(worker.lock_key), worker.dialect());
}

std::string in_brackets(const std::vector<model::Blocker>& blockers) {
  return blockers.empty() ? "" : " (" + text_of(blockers) + ")";
}

Error locked_error(Worker& worker, milliseconds waited) {
  return Error{.code = Code::locked,
               .message = std::string(is_held) + in_brackets(holders(worker)) +
                          ", and has not finished within " + base::rounded_duration_text(waited),
               .hint =
                   "wait for it to end, or raise --lock-wait; the lock goes with the connection "
                   "of its holder, nothing has to be cleaned up"};
}

milliseconds jittered() {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<milliseconds::rep> pause(poll_min.count(), poll_max.count());
  return milliseconds(pause(random));
}

void say_waiting(Worker& worker, milliseconds waited) {
  const std::vector<model::Blocker> blockers = holders(worker);
  const std::string message = std::string(is_held) + in_brackets(blockers);
  worker.notice({.kind = model::EventKind::lock_waiting,
                 .message = message,
                 .duration_ms = waited.count(),
                 .blockers = blockers});
}

/// The transaction lock's key, unique for a tracking table on a server that many databases share.
std::string key_for(const Worker& worker, std::string_view database) {
  return "garboard:" + std::string(database) + ":" + worker.sql.table() + ":" +
         worker.options.ledger.app;
}

Result<bool> is_lock_free(Worker& worker) {
  const std::array<ports::Param, 1> key{worker.lock_key};
  bool is_free = false;
  auto asked = worker.session->exec(worker.dialect().transaction_lock_probe, key,
                                    [&](std::span<const ports::Cell> cells) {
                                      is_free = cells[0] == ports::Cell("t");
                                      return true;
                                    });
  if (!asked) return std::move(asked).error();
  return is_free;
}

}  // namespace

Result<void> check_server(Worker& worker) {
  auto text = worker.session->server_info();
  if (!text) return std::move(text).error();
  const nlohmann::json info = nlohmann::json::parse(*text, nullptr, false);
  if (!info.is_object()) {
    return Error{.code = Code::plugin,
                 .message = "the driver's server_info is no JSON object",
                 .hint = "this is a mistake in the driver"};
  }
  worker.lock_key = key_for(worker, info.value("database", ""));
  worker.is_pooled = info.value("pooler", false);
  // behind a transaction pooler the next call may be another session's
  if (worker.watch != nullptr)
    worker.watch->follow(worker.is_pooled ? "" : info.value("session", ""));
  if (info.value("readOnly", false)) {
    return Error{.code = Code::read_only,
                 .message = "the server is read-only, and something is pending",
                 .hint = "connect to the primary; after a failover this run can be repeated"};
  }
  if (info.value("galera", false)) {
    return Error{.code = Code::unsafe_environment,
                 .message = "the server is a Galera node, where locks do not reach the other nodes",
                 .reason = "galera",
                 .hint =
                     "make sure that only one run works on the cluster at a time, and switch "
                     "wsrep_on off for the migrating user if you pin it to this node"};
  }
  return {};
}

Result<void> check_session_lock_is_safe(const Worker& worker) {
  if (!worker.is_pooled) return {};
  return Error{.code = Code::unsafe_environment,
               .message =
                   "a migration needs to run outside a transaction, and the connection goes "
                   "through a transaction pooler",
               .reason = "transaction-pooler",
               .hint = "connect to the database directly for migrations"};
}

Result<void> take_session_lock(Worker& worker) {
  worker.holds_session_lock = is_left_out(Part::lock);
  if (worker.holds_session_lock) return {};
  ports::Clock& clock = worker.context.clock;
  const auto started = clock.now();
  while (true) {
    if (auto go = worker.go_on(); !go) return go;
    const auto waited = clock.now() - started;
    const auto left = worker.options.lock_wait - waited;
    auto locked = worker.session->lock(worker.lock_key,
                                       std::clamp(left, milliseconds(0), lock_slice).count());
    if (locked) {
      worker.holds_session_lock = true;
      return {};
    }
    if (locked.error().code == Code::plugin) {  // the driver has no lock of this kind
      worker.holds_session_lock = true;
      return {};
    }
    if (locked.error().code != Code::locked) return locked;
    if (left <= milliseconds(0)) return locked_error(worker, waited);
    say_waiting(worker, clock.now() - started);
  }
}

Result<void> wait_for_lock(Worker& worker) {
  ports::Clock& clock = worker.context.clock;
  if (!worker.busy_since) worker.busy_since = clock.now();
  const bool can_ask = !worker.dialect().transaction_lock_probe.empty();
  milliseconds said = clock.now() - *worker.busy_since;
  while (true) {
    if (auto go = worker.go_on(); !go) return go;
    clock.sleep(jittered());
    const auto waited = clock.now() - *worker.busy_since;
    if (can_ask) {
      auto is_free = is_lock_free(worker);
      if (!is_free) return std::move(is_free).error();
      if (*is_free) return {};
    }
    if (waited > worker.options.lock_wait) return locked_error(worker, waited);
    if (waited - said >= lock_slice || !can_ask) {
      said = waited;
      say_waiting(worker, waited);
    }
    if (!can_ask) return {};  // only trying again tells
  }
}

namespace {

/// PostgreSQL's IF NOT EXISTS looks before it makes, and says so when somebody was faster: a run of
/// another application, whose lock is another.
bool is_made_meanwhile(const Error& error) {
  constexpr std::array states{"23505", "42P06", "42P07", "42710"};
  return std::ranges::find(states, error.sqlstate) != states.end();
}

}  // namespace

Result<void> create_tables(Worker& worker, const std::vector<std::string>& texts) {
  constexpr int max_races = 20;
  const model::Dialect& dialect = worker.dialect();
  const std::array<ports::Param, 1> key{worker.lock_key};
  std::vector<ports::Statement> statements;
  const bool has_lock = !dialect.transaction_lock.empty() && !is_left_out(Part::lock);
  if (has_lock) statements.push_back({dialect.transaction_lock, key});
  for (const std::string& text : texts) statements.push_back({text, {}});
  for (int races = 0;;) {
    auto created = worker.session->batch(statements, dialect.has_transactional_ddl);
    if (created) {
      worker.busy_since.reset();
      return {};
    }
    const Error& error = created.error();
    if (is_made_meanwhile(error) && ++races < max_races) continue;
    const bool is_busy =
        error.code == Code::locked ||
        (has_lock && error.batch_index == 0U && error.sqlstate == dialect.transaction_lock_busy);
    if (!is_busy) return created;
    if (auto waited = wait_for_lock(worker); !waited) return waited;
  }
}

Result<void> create_ledger(Worker& worker) {
  auto created = create_tables(worker, worker.sql.create());
  if (created) return created;
  return std::move(created).error().in("creating the tracking table");
}

Result<void> create_missing_log(Worker& worker) {
  const std::array<ports::Param, 2> none{"", ""};
  auto read = worker.session->exec(worker.sql.read_log_of_run(), none);
  if (read) return {};
  if (!is_missing_table(read.error(), worker.dialect()))
    return std::move(read).error().in("reading the log " + worker.sql.log());
  if (auto created = create_ledger(worker); !created) return created;
  return check_history_tables(*worker.session, worker.options.ledger, HistoryTables::of_migrations);
}

namespace {

Error no_statement(const Job& job) {
  const bool is_down = job.direction == Direction::down;
  return Error{.code = Code::bad_input,
               .message = (is_down ? "the down of migration '" : "migration '") + job.change->id +
                          "' holds no statement, only comments",
               .hint = "a truncated file looks like this; say allow_empty: true if it is meant",
               .where = job.change->where};
}

/// `transaction: always`, and something in the script that says otherwise.
Result<void> check_mode(const Change& change, const ScriptFacts& facts) {
  if (change.transaction != model::TransactionMode::always) return {};
  if (facts.non_transactional) {
    return Error{.code = Code::bad_input,
                 .message = "migration '" + change.id +
                            "' says `transaction: always`, and this statement cannot run in one",
                 .hint = "say `transaction: never`, best in a migration of its own",
                 .where = *facts.non_transactional};
  }
  if (facts.transaction_control > 0 && !facts.is_wrapped) {
    return Error{.code = Code::bad_input,
                 .message = "migration '" + change.id +
                            "' says `transaction: always`, and controls transactions itself",
                 .hint = "leave BEGIN, COMMIT and ROLLBACK out",
                 .where = facts.control.value_or(change.where)};
  }
  return {};
}

}  // namespace

Result<Way> choose_way(const Job& job, ports::Session& session, ports::Files& files) {
  const Change& change = *job.change;
  const model::Dialect& dialect = session.dialect();
  auto facts = scan_script(job.steps(), files, dialect,
                           [&](const model::Step& step) { return session.outline(step.sql); });
  if (!facts) return std::move(facts).error();
  if (facts->statements == 0 && !change.allows_empty) return no_statement(job);
  if (auto fits = check_mode(change, *facts); !fits) return std::move(fits).error();
  const bool has_own = facts->transaction_control > 0;
  const bool is_journaled = needs_journal(change, *facts, dialect);
  if (is_journaled && facts->needs_unchecked_transaction) {
    return Error{.code = Code::bad_input,
                 .message = "migration '" + change.id +
                            "' holds an operation that rebuilds a table, which is done in one "
                            "transaction, beside what cannot run in one",
                 .hint =
                     "put the operation into a migration of its own, without "
                     "`transaction: never`",
                 .where = change.where};
  }
  return Way{.statements = facts->statements,
             .is_journaled = is_journaled,
             .drops_own_control = !is_journaled && has_own,
             .is_unchecked = facts->needs_unchecked_transaction};
}

}  // namespace garboard::execution
