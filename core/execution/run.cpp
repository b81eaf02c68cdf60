// SPDX-License-Identifier: Apache-2.0
#include "execution/run.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "execution/run_setup.hpp"
#include "execution/script.hpp"
#include "execution/worker.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::Change;
using model::EventKind;
using model::LedgerEntry;
using model::LedgerState;
using model::MigrationReport;
using model::Outcome;
using model::PlanItem;

constexpr int max_attempts = 6;  // of one migration, after conflicts and lost connections
constexpr int max_connection_attempts = 20;

class Runner {
 public:
  Runner(const model::Plan& plan, std::unique_ptr<ports::Session> session,
         const RunContext& context, const RunOptions& options)
      : plan_(plan),
        worker_{.session = std::move(session),
                .context = context,
                .options = options,
                .sql = LedgerSql(worker_dialect(*worker_.session), options.ledger),
                .last_ordinal = plan.last_ordinal} {}

  model::RunReport run();

 private:
  static const model::Dialect& worker_dialect(const ports::Session& session) {
    return session.dialect();
  }

  Result<void> prepare();
  Result<void> refresh();
  Result<void> reconnect(Error cause);
  Result<void> apply(const PlanItem& item, MigrationReport& report);
  Result<Attempt> attempt(const Change& change);
  Result<void> after_error(Error error, int attempts);
  Result<bool> settled_elsewhere(const Change& change, MigrationReport& report);
  void tell(EventKind kind, const Change& change, const MigrationReport& report,
            std::string_view message = {}) const;

  const model::Plan& plan_;
  Worker worker_;
  std::unordered_map<std::string, LedgerEntry> known_;  // read again under the lock
  bool is_journal_forced_ = false;    // the server refused the current migration in a transaction
  bool was_connection_lost_ = false;  // during the current migration
  std::minstd_rand random_{std::random_device{}()};
};

model::RunReport Runner::run() {
  ports::Clock& clock = worker_.context.clock;
  const auto started = clock.now();
  model::RunReport report{.run_id = worker_.options.run_id};
  std::vector<const PlanItem*> items;
  for (const PlanItem& item : plan_.items) {
    if (item.state != model::ItemState::pending && item.state != model::ItemState::partial)
      continue;
    items.push_back(&item);
    report.migrations.push_back({.id = item.change->id, .name = item.change->name});
    if (item.entry) known_.emplace(item.change->id, *item.entry);
  }
  worker_.context.interrupt.watch(worker_.session.get());
  worker_.notice({.kind = EventKind::run_started, .total = items.size()});
  auto done = prepare();
  for (std::size_t i = 0; done && i < items.size(); ++i)
    done = apply(*items[i], report.migrations[i]);
  worker_.context.interrupt.watch(nullptr);
  if (done && worker_.holds_session_lock) (void)worker_.session->unlock(worker_.lock_key);
  if (!done) report.error = std::move(done).error();
  report.duration_ms = (clock.now() - started).count();
  worker_.notice({.kind = EventKind::run_finished, .duration_ms = report.duration_ms});
  return report;
}

Result<void> Runner::prepare() {
  if (auto checked = check_server(worker_); !checked) return checked;
  // where a transaction can be the lock, only journaled migrations need the session's
  if (worker_.dialect().lock_scope == model::LockScope::session &&
      worker_.dialect().transaction_lock.empty()) {
    if (auto locked = take_session_lock(worker_); !locked) return locked;
    if (plan_.ledger_exists) return refresh();
  }
  if (!plan_.ledger_exists) {
    if (auto created = create_ledger(worker_); !created) return created;
    return refresh();
  }
  return {};
}

Result<void> Runner::refresh() {
  auto ledger = read_ledger(*worker_.session, worker_.options.ledger, Detail::brief);
  if (!ledger) return std::move(ledger).error();
  known_.clear();
  for (LedgerEntry& entry : ledger->entries) {
    worker_.last_ordinal = std::max(worker_.last_ordinal, entry.ordinal);
    std::string id = entry.id;
    known_.insert_or_assign(std::move(id), std::move(entry));
  }
  return {};
}

Result<bool> Runner::settled_elsewhere(const Change& change, MigrationReport& report) {
  const auto found = known_.find(change.id);
  if (found == known_.end() || found->second.state != LedgerState::applied) return false;
  if (found->second.checksum != change.checksum) {
    return Error{.code = Code::checksum_changed,
                 .message = "another run has just applied migration '" + change.id +
                            "' with other text (checksum " + found->second.checksum + ", here " +
                            change.checksum + ")",
                 .hint = "two versions of the plan are being deployed at once; deploy one",
                 .where = change.where};
  }
  report.outcome = Outcome::applied_elsewhere;
  if (!was_connection_lost_) return true;
  // the commit may have arrived though its answer did not
  const std::array<ports::Param, 2> key{worker_.options.ledger.app, change.id};
  auto read =
      worker_.session->exec(worker_.sql.read_entry(), key, [&](std::span<const ports::Cell> cells) {
        if (cells[2] == ports::Cell(worker_.options.run_id)) report.outcome = Outcome::applied;
        return true;
      });
  if (!read) return std::move(read).error();
  return true;
}

Result<void> Runner::apply(const PlanItem& item, MigrationReport& report) {
  const Change& change = *item.change;
  ports::Clock& clock = worker_.context.clock;
  const auto started = clock.now();
  is_journal_forced_ = false;
  was_connection_lost_ = false;
  for (int attempts = 1;; ++attempts) {
    auto is_settled = settled_elsewhere(change, report);
    if (!is_settled) return std::move(is_settled).error();
    if (*is_settled) {
      tell(EventKind::migration_finished, change, report,
           report.outcome == Outcome::applied ? "" : "applied by another run");
      return {};
    }
    if (attempts == 1) tell(EventKind::migration_started, change, report);
    auto ended = worker_.go_on();
    auto attempted = ended ? attempt(change) : Result<Attempt>(std::move(ended).error());
    report.duration_ms = (clock.now() - started).count();
    if (!attempted) {
      auto again = after_error(std::move(attempted).error(), attempts);
      if (again) continue;
      report.outcome = Outcome::failed;
      tell(EventKind::migration_failed, change, report, again.error().message);
      return std::move(again).error().in("migration '" + change.id + "'");
    }
    if (attempted->end == Attempt::End::applied) {
      report.outcome = Outcome::applied;
      report.statements += attempted->statements;
      report.resumed = attempted->resumed;
      ++worker_.last_ordinal;
      worker_.busy_since.reset();
      tell(EventKind::migration_finished, change, report);
      return {};
    }
    --attempts;  // another run's progress is no failure of this one
    if (attempted->end == Attempt::End::busy) {
      if (auto waited = wait_for_lock(worker_); !waited) return waited;
    } else {
      worker_.busy_since.reset();
    }
    if (auto read = refresh(); !read) return read;
  }
}

Result<Attempt> Runner::attempt(const Change& change) {
  const auto found = known_.find(change.id);
  const bool is_resumed = found != known_.end() && found->second.state == LedgerState::partial;
  auto way = choose_way(change, worker_);
  if (!way) return std::move(way).error();
  if (!is_resumed && !is_journal_forced_ && *way != Way::journaled)
    return apply_in_transaction(worker_, change, *way == Way::transaction_without_own);
  if (!worker_.holds_session_lock) {
    if (auto safe = check_session_lock_is_safe(worker_); !safe) return std::move(safe).error();
    if (auto locked = take_session_lock(worker_); !locked) return std::move(locked).error();
    if (auto read = refresh(); !read) return std::move(read).error();
    const auto now = known_.find(change.id);
    if (now != known_.end() && !is_resumed) return Attempt{.end = Attempt::End::claimed};
  }
  return apply_with_journal(worker_, change, is_resumed);
}

/// Success when the migration is to be tried again.
Result<void> Runner::after_error(Error error, int attempts) {
  if (worker_.context.interrupt.is_requested()) {
    error.code = Code::terminated;
    error.hint = "run the same command again; it goes on where this run stopped";
    return error;
  }
  if (attempts >= max_attempts) return error;
  if (error.is_connection_lost) return reconnect(std::move(error));
  if (error.sqlstate == "25001" && !is_journal_forced_ && error.code == Code::statement_failed) {
    is_journal_forced_ = true;  // rolled back whole; `transaction: always` was refused before
    return {};
  }
  if (!error.is_retryable || error.is_outcome_unknown) return error;
  worker_.notice({.kind = EventKind::retrying, .message = error.message});
  // full jitter on a doubling bound, so that two runs in conflict do not meet again
  std::uniform_int_distribution<int> jitter(50, 200 << std::min(attempts, 4));
  worker_.context.clock.sleep(std::chrono::milliseconds(jitter(random_)));
  return refresh();
}

Result<void> Runner::reconnect(Error cause) {
  was_connection_lost_ = true;
  worker_.context.interrupt.watch(nullptr);
  worker_.session.reset();
  const bool had_lock = std::exchange(worker_.holds_session_lock, false);
  for (int attempts = 1; attempts <= max_connection_attempts; ++attempts) {
    worker_.notice({.kind = EventKind::reconnecting, .message = cause.message});
    auto session = worker_.context.connector.connect();
    if (session) {
      worker_.session = std::move(*session);
      worker_.context.interrupt.watch(worker_.session.get());
      if (had_lock) {
        if (auto locked = take_session_lock(worker_); !locked) return locked;
      }
      return refresh();
    }
    if (session.error().code != Code::unreachable) return std::move(session).error();
    if (auto go = worker_.go_on(); !go) return go;
    worker_.context.clock.sleep(std::chrono::milliseconds(std::min(100 << attempts, 2000)));
  }
  cause.hint =
      "the connection was lost and the database could not be reached again; run again, "
      "what was committed is recorded";
  return cause;
}

void Runner::tell(EventKind kind, const Change& change, const MigrationReport& report,
                  std::string_view message) const {
  worker_.notice({.kind = kind,
                  .id = change.id,
                  .name = change.name,
                  .message = message,
                  .done = report.statements,
                  .duration_ms = report.duration_ms});
}

}  // namespace

model::RunReport run(const model::Plan& plan, std::unique_ptr<ports::Session> session,
                     const RunContext& context, const RunOptions& options) {
  return Runner(plan, std::move(session), context, options).run();
}

}  // namespace garboard::execution
