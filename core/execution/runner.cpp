// SPDX-License-Identifier: Apache-2.0
#include "execution/runner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "execution/pause.hpp"
#include "execution/run_setup.hpp"
#include "execution/runner_errors.hpp"
#include "execution/watched_session.hpp"

namespace garboard::execution {

using base::Code;
using base::Error;
using model::Change;
using model::EventKind;
using model::LedgerEntry;
using model::LedgerState;
using model::MigrationReport;
using model::Outcome;

namespace {

constexpr int max_lost_connections = 5;  // during one migration
constexpr int max_claims = 20;  // in a row, each of which should have settled the migration

bool has_any(const std::vector<Job>& jobs, Direction direction) {
  return std::ranges::any_of(jobs, [=](const Job& job) { return job.direction == direction; });
}

const model::Dialect& dialect_of(const ports::Session& session) { return session.dialect(); }

}  // namespace

Runner::Runner(std::vector<Job> jobs, SeenLedger seen, std::unique_ptr<ports::Session> session,
               const RunContext& context, const RunOptions& options)
    : jobs_(std::move(jobs)),
      ledger_exists_(seen.exists),
      is_rollback_(has_any(jobs_, Direction::down)),
      detail_(is_rollback_ || has_any(jobs_, Direction::again) ? Detail::full : Detail::brief),
      watch_(context),
      worker_{.session = watched(std::move(session), watch_),
              .context = context,
              .options = options,
              .sql = LedgerSql(dialect_of(*worker_.session), options.ledger),
              .last_ordinal = seen.last_ordinal,
              .watch = &watch_} {
  for (LedgerEntry& entry : seen.entries) {
    if (is_rollback_) run_ids_.emplace(entry.id, entry.run_id);
    std::string id = entry.id;
    known_.emplace(std::move(id), std::move(entry));
  }
}

model::RunReport Runner::run() {
  ports::Clock& clock = worker_.context.clock;
  const auto started = clock.now();
  model::RunReport report{.run_id = worker_.options.run_id};
  for (const Job& job : jobs_)
    report.migrations.push_back({.id = job.change->id, .name = job.change->name});
  worker_.context.interrupt.watch(worker_.session.get());
  worker_.notice({.kind = EventKind::run_started, .total = jobs_.size()});
  auto done = prepare_steadily();
  for (std::size_t i = 0; done && i < jobs_.size(); ++i)
    done = take(jobs_[i], report.migrations[i]);
  worker_.context.interrupt.watch(nullptr);
  if (done && worker_.holds_session_lock) (void)worker_.session->unlock(worker_.lock_key);
  if (!done) report.error = std::move(done).error();
  report.duration_ms = (clock.now() - started).count();
  worker_.notice({.kind = EventKind::run_finished, .duration_ms = report.duration_ms});
  return report;
}

Result<void> Runner::prepare_steadily() {
  for (int attempts = 1;; ++attempts) {
    auto done = prepare();
    if (done || !done.error().is_connection_lost || attempts == max_preparations) return done;
    if (auto opened = reopen(std::move(done).error()); !opened) return opened;
  }
}

Result<void> Runner::prepare() {
  if (auto checked = check_server(worker_); !checked) return checked;
  if (is_rollback_) return prepare_rollback();
  // where a transaction can be the lock, only journaled migrations need the session's
  const bool has_one_lock = worker_.dialect().lock_scope == model::LockScope::session &&
                            worker_.dialect().transaction_lock.empty();
  if (has_one_lock) {
    if (auto locked = take_session_lock(worker_); !locked) return locked;
  }
  if (!ledger_exists_) {
    if (auto created = create_ledger(worker_); !created) return created;
    return refresh();
  }
  if (detail_ == Detail::full) return prepare_replacing();
  return has_one_lock ? refresh() : Result<void>{};
}

/// The log is to keep what the rows of repeatable migrations said.
Result<void> Runner::prepare_replacing() {
  if (auto made = create_missing_log(worker_); !made) return made;
  if (auto read = refresh(); !read) return read;
  for (Job& job : jobs_) {
    const auto found = known_.find(job.change->id);
    if (job.direction == Direction::again && found != known_.end() &&
        found->second.checksum == job.entry->checksum)
      job.entry = found->second;
  }
  return {};
}

/// What is applied between two downs would be without what it stands on, so the lock is held
/// throughout a rollback, wherever that protects anything.
bool Runner::is_locked_throughout() const {
  return worker_.dialect().lock_scope == model::LockScope::session && !worker_.is_pooled;
}

Result<void> Runner::prepare_rollback() {
  if (auto made = create_missing_log(worker_); !made) return made;
  if (!is_locked_throughout()) return {};
  if (auto locked = take_session_lock(worker_); !locked) return locked;
  return refresh();
}

Result<bool> Runner::settled_elsewhere(const Job& job, MigrationReport& report) {
  if (is_rollback_) return rolled_back_elsewhere(job, report);
  const Change& change = *job.change;
  const auto found = known_.find(change.id);
  if (found == known_.end() || found->second.state == LedgerState::partial) return false;
  if (found->second.state == LedgerState::reverting) return half_done_meanwhile(change, true);
  if (found->second.checksum != change.checksum) {
    if (job.direction == Direction::again && found->second.checksum == job.entry->checksum)
      return false;
    return changed_meanwhile(change, found->second);
  }
  auto is_ours = was_done_by_this_run(job);
  if (!is_ours) return std::move(is_ours).error();
  report.outcome = *is_ours ? Outcome::applied : Outcome::applied_elsewhere;
  return true;
}

Result<bool> Runner::rolled_back_elsewhere(const Job& job, MigrationReport& report) {
  if (!is_locked_throughout()) {
    if (auto read = refresh(); !read) return std::move(read).error();
  }
  const auto found = known_.find(job.change->id);
  if (found != known_.end()) {
    if (found->second.state == LedgerState::partial) return half_done_meanwhile(*job.change, false);
    return false;
  }
  auto is_ours = was_done_by_this_run(job);
  if (!is_ours) return std::move(is_ours).error();
  report.outcome = *is_ours ? Outcome::rolled_back : Outcome::rolled_back_elsewhere;
  return true;
}

Result<void> Runner::take(Job& job, MigrationReport& report) {
  ports::Clock& clock = worker_.context.clock;
  const auto started = clock.now();
  is_journal_forced_ = false;
  conflicts_ = 0;
  lost_connections_ = 0;
  bool is_told = false;
  int claims = 0;
  watch_.enter(job.change->id, job.change->name, worker_.lock_timeout(*job.change));
  while (true) {
    auto is_settled = settled_elsewhere(job, report);
    if (!is_settled) {
      auto again = after_error(std::move(is_settled).error(), *job.change);
      if (again) continue;
      return again;
    }
    if (*is_settled) {
      const bool is_ours =
          report.outcome == Outcome::applied || report.outcome == Outcome::rolled_back;
      if (is_ours) applied_.push_back(job.change->id);
      tell(EventKind::migration_finished, job, report, is_ours ? "" : "by another run");
      return {};
    }
    report.may_be_done = false;
    auto ended = worker_.go_on();
    if (ended && !std::exchange(is_told, true)) ended = announce(job, report);
    auto attempted = ended ? attempt(job) : Result<Attempt>(std::move(ended).error());
    report.duration_ms = (clock.now() - started).count();
    if (!attempted) {
      report.may_be_done = attempted.error().is_connection_lost;
      auto again = after_error(std::move(attempted).error(), *job.change);
      if (again) continue;
      report.outcome = Outcome::failed;
      tell(EventKind::migration_failed, job, report, again.error().message, &again.error());
      Error failure = std::move(again).error();
      failure.migration = job.change->id;
      return std::move(failure).in((is_rollback_ ? "rolling back migration '" : "migration '") +
                                   job.change->id + "'");
    }
    if (attempted->end == Attempt::End::done) {
      report.outcome = is_rollback_ ? Outcome::rolled_back : Outcome::applied;
      report.statements += attempted->statements;
      report.resumed = attempted->resumed;
      if (!is_rollback_) ++worker_.last_ordinal;
      applied_.push_back(job.change->id);
      worker_.busy_since.reset();
      tell(EventKind::migration_finished, job, report);
      const bool is_last = &job == &jobs_.back();
      return attempted->has_set_session && !is_last ? put_session_back() : Result<void>{};
    }
    const bool is_busy = attempted->end == Attempt::End::busy;
    if (!is_busy) {
      worker_.busy_since.reset();
      if (++claims == max_claims) return unwritable(*job.change);
    }
    auto looked = is_busy ? wait_for_lock(worker_) : Result<void>{};
    if (looked) looked = refresh();
    if (!looked) looked = after_error(std::move(looked).error(), *job.change);
    if (!looked) return looked;
  }
}

/// What a migration sets for its session is its own: the next may be part of another run.
Result<void> Runner::put_session_back() {
  std::vector<ports::Statement> statements;
  for (const std::string& text : worker_.dialect().session_reset) statements.push_back({text, {}});
  if (statements.empty() || worker_.is_pooled) return {};
  auto put_back = worker_.session->batch(statements, false);
  // a new session begins without
  if (put_back || put_back.error().is_connection_lost) return {};
  return std::move(put_back).error().in("putting the session's settings back");
}

/// Of a half-applied repeatable migration: whether it had been applied before, and with which
/// checksum.
Result<bool> Runner::find_earlier_row(Job& job) {
  bool was_applied = false;
  const std::array<ports::Param, 2> key{worker_.options.ledger.app, job.change->id};
  auto read =
      worker_.session->exec(worker_.sql.read_entry(), key, [&](std::span<const ports::Cell> cells) {
        was_applied = cells[3].has_value();
        job.entry = LedgerEntry{.id = job.change->id, .checksum = std::string(*cells[0])};
        return true;
      });
  if (!read) return std::move(read).error();
  return was_applied;
}

Result<Attempt> Runner::attempt(Job& job) {
  const auto found = known_.find(job.change->id);
  if (found == known_.end() && job.direction == Direction::again) job.direction = Direction::up;
  const LedgerState half_way = is_rollback_ ? LedgerState::reverting : LedgerState::partial;
  const bool is_resumed = found != known_.end() && found->second.state == half_way;
  auto way = choose_way(job, *worker_.session, worker_.context.files);
  if (!way) return std::move(way).error();
  if (!is_resumed && !is_journal_forced_ && !way->is_journaled)
    return run_in_transaction(worker_, job, *way);
  if (!worker_.holds_session_lock) {
    if (auto safe = check_session_lock_is_safe(worker_); !safe) return std::move(safe).error();
    if (auto locked = take_session_lock(worker_); !locked) return std::move(locked).error();
    if (auto read = refresh(); !read) return std::move(read).error();
    // whoever held the lock may have changed the row, or finished what was half-way: decide anew
    return Attempt{.end = Attempt::End::claimed};
  }
  if (is_resumed && job.change->is_repeatable && job.direction == Direction::up) {
    auto was_applied = find_earlier_row(job);
    if (!was_applied) return std::move(was_applied).error();
    if (*was_applied) job.direction = Direction::again;
  }
  return run_with_journal(worker_, job, is_resumed);
}

/// Success when the migration is to be tried again.
Result<void> Runner::after_error(Error error, const Change& change) {
  if (worker_.context.interrupt.is_requested()) {
    error.code = Code::terminated;
    error.hint = "run the same command again; it goes on where this run stopped";
    return error;
  }
  if (error.is_connection_lost) {
    if (++lost_connections_ > max_lost_connections) return error;
    return reconnect(std::move(error));
  }
  if (error.sqlstate == "25001" && !is_journal_forced_ && error.code == Code::statement_failed &&
      change.transaction != model::TransactionMode::always) {
    is_journal_forced_ = true;  // rolled back whole
    return {};
  }
  if (!error.is_retryable || error.is_outcome_unknown) return error;
  return after_conflict(std::move(error), change);
}

Result<void> Runner::after_conflict(Error error, const Change& change) {
  const std::size_t retries = change.lock_retries.value_or(worker_.options.lock_retries);
  if (conflicts_ >= retries) {
    if (retries > 0)
      error.message +=
          " (after " + std::to_string(retries) + (retries == 1 ? " retry)" : " retries)");
    return error;
  }
  ++conflicts_;
  const std::string message = error.message + " (retry " + std::to_string(conflicts_) + " of " +
                              std::to_string(retries) + ")";
  worker_.notice({.kind = EventKind::retrying, .message = message});
  worker_.context.clock.sleep(pause_after_conflict(conflicts_, random_));
  auto looked = refresh();
  return looked ? looked : after_error(std::move(looked).error(), change);
}

/// Asks whether the migration may begin, and says that it does.
Result<void> Runner::announce(const Job& job, const MigrationReport& report) const {
  auto asked = worker_.ask({.kind = EventKind::before_migration,
                            .id = job.change->id,
                            .name = job.change->name,
                            .is_rollback = is_rollback_});
  if (asked) tell(EventKind::migration_started, job, report);
  return asked;
}

void Runner::tell(EventKind kind, const Job& job, const MigrationReport& report,
                  std::string_view message, const Error* error) const {
  worker_.notice({.kind = kind,
                  .id = job.change->id,
                  .name = job.change->name,
                  .message = message,
                  .done = report.statements,
                  .duration_ms = report.duration_ms,
                  .is_rollback = is_rollback_,
                  .error = error});
}

}  // namespace garboard::execution
