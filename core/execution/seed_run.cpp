// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_run.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <utility>

#include "execution/history_check.hpp"
#include "execution/pause.hpp"
#include "execution/run_setup.hpp"
#include "execution/seed_apply.hpp"
#include "execution/seed_sql.hpp"
#include "execution/watched_session.hpp"
#include "execution/worker.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::EventKind;
using model::Seed;
using model::SeedMode;
using model::SeedOutcome;
using model::SeedReport;

constexpr std::size_t shown_rows = 50;

/// What the tracking table says of a seed.
struct Recorded {
  std::string checksum;
  std::string applied_at;
};

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

class SeedRunner {
 public:
  SeedRunner(std::unique_ptr<ports::Session> session, const RunContext& context,
             const SeedRunOptions& options)
      : options_(options),
        dialect_(session->dialect()),
        watch_(context),
        worker_{.session = watched(std::move(session), watch_),
                .context = context,
                .options = options.run,
                .sql = LedgerSql(dialect_, options.run.ledger),
                .watch = &watch_},
        sql_(dialect_, options.run.ledger) {}

  model::SeedRunReport run(const std::vector<Seed>& seeds);

 private:
  Result<void> prepare();
  Result<void> check_table() {
    return check_history_tables(*worker_.session, options_.run.ledger, HistoryTables::of_seeds);
  }
  Result<bool> has_table();
  [[nodiscard]] std::string reason_to_skip(const Seed& seed) const;
  Result<void> apply(const Seed& seed, SeedReport& report);
  Result<void> begin();
  /// In the open transaction; true when it is to be committed.
  Result<bool> attempt(const Seed& seed, SeedReport& report);
  Result<std::optional<Recorded>> recorded(const Seed& seed);
  Result<bool> settle_applied(const Seed& seed, const Recorded& row, SeedReport& report);
  Result<void> record(const Seed& seed, const SeedFilled& filled, bool is_known);
  Result<void> after_error(Error error, std::size_t conflicts);
  void tell(EventKind kind, const SeedReport& report, std::string_view message = {}) const {
    worker_.notice({.kind = kind,
                    .id = report.id,
                    .name = report.name,
                    .message = message,
                    .duration_ms = report.duration_ms});
  }

  const SeedRunOptions& options_;
  const model::Dialect& dialect_;
  StatementWatch watch_;  // outlives the session
  Worker worker_;
  SeedLedgerSql sql_;
  bool has_table_ = false;
  std::size_t stage_number_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

model::SeedRunReport SeedRunner::run(const std::vector<Seed>& seeds) {
  ports::Clock& clock = worker_.context.clock;
  const auto started = clock.now();
  model::SeedRunReport report{.run_id = options_.run.run_id};
  for (const Seed& seed : seeds) {
    SeedReport each{.id = seed.id, .name = seed.name, .mode = seed.mode};
    each.reason = reason_to_skip(seed);
    if (!each.reason.empty()) each.outcome = SeedOutcome::skipped;
    report.seeds.push_back(std::move(each));
  }
  const bool has_work = std::ranges::any_of(
      report.seeds, [](const SeedReport& each) { return each.outcome != SeedOutcome::skipped; });
  worker_.context.interrupt.watch(worker_.session.get());
  worker_.notice({.kind = EventKind::run_started, .total = seeds.size()});
  auto done = has_work ? prepare() : Result<void>{};
  for (std::size_t i = 0; done && i < seeds.size(); ++i) {
    if (report.seeds[i].outcome == SeedOutcome::skipped) continue;
    done = apply(seeds[i], report.seeds[i]);
  }
  worker_.context.interrupt.watch(nullptr);
  if (done && worker_.holds_session_lock) (void)worker_.session->unlock(worker_.lock_key);
  if (!done) report.error = std::move(done).error();
  report.duration_ms = (clock.now() - started).count();
  worker_.notice({.kind = EventKind::run_finished, .duration_ms = report.duration_ms});
  return report;
}

std::string SeedRunner::reason_to_skip(const Seed& seed) const {
  if (!model::is_for(seed.databases, dialect_.name)) return "it is for " + list_of(seed.databases);
  if (model::is_for(seed.environments, options_.environment)) return {};
  return "it is for the environment " + list_of(seed.environments) +
         (options_.environment.empty() ? ", and --seed-environment names none"
                                       : ", and this is " + options_.environment);
}

Result<void> SeedRunner::prepare() {
  if (dialect_.seeds.create.empty()) {
    return Error{.code = Code::plugin,
                 .message = "the driver " + dialect_.name + " does not say how to seed",
                 .hint = "a newer driver may; see \"seeds\" in docs/driver-describe.md"};
  }
  if (auto checked = check_server(worker_); !checked) return checked;
  if (dialect_.lock_scope == model::LockScope::session && dialect_.transaction_lock.empty()) {
    if (auto locked = take_session_lock(worker_); !locked) return locked;
  }
  if (auto trusted = check_table(); !trusted) return trusted;
  auto has = has_table();
  if (!has) return std::move(has).error();
  has_table_ = *has;
  if (has_table_ || options_.is_dry_run) return {};
  if (auto created = create_tables(worker_, sql_.create()); !created)
    return std::move(created).error().in("creating the table that keeps track of seeds");
  has_table_ = true;
  return check_table();
}

Result<bool> SeedRunner::has_table() {
  const std::array<ports::Param, 2> none{"", ""};
  auto read = worker_.session->exec(sql_.read(), none);
  if (read) return true;
  if (is_missing_table(read.error(), dialect_)) return false;
  return std::move(read).error().in("reading which seeds were applied");
}

Result<void> SeedRunner::apply(const Seed& seed, SeedReport& report) {
  ports::Clock& clock = worker_.context.clock;
  const auto started = clock.now();
  watch_.enter(seed.id, seed.name, options_.run.lock_timeout);
  tell(EventKind::migration_started, report);
  for (std::size_t attempts = 1;; ++attempts) {
    report.tables.clear();
    auto done = begin();
    if (done) {
      const StatementWatch::Limit limit(watch_, options_.run.statement_timeout);
      auto is_to_commit = attempt(seed, report);
      if (!is_to_commit)
        done = std::move(is_to_commit).error();
      else
        done = *is_to_commit ? worker_.session->commit() : worker_.session->rollback();
    }
    report.duration_ms = (clock.now() - started).count();
    if (done) {
      worker_.busy_since.reset();
      tell(EventKind::migration_finished, report);
      return {};
    }
    if (!done.error().is_connection_lost) (void)worker_.session->rollback();
    auto again = after_error(std::move(done).error(), attempts);
    if (again) continue;
    report.outcome = SeedOutcome::failed;
    tell(EventKind::migration_failed, report, again.error().message);
    return std::move(again).error().in("seed '" + seed.id + "'");
  }
}

/// The transaction with the lock in it, however long another run holds it.
Result<void> SeedRunner::begin() {
  const std::array<ports::Param, 1> key{worker_.lock_key};
  while (true) {
    if (auto go = worker_.go_on(); !go) return go;
    auto begun = worker_.session->begin();
    bool is_busy = !begun && begun.error().code == Code::locked;
    if (begun && !dialect_.transaction_lock.empty()) {
      auto locked = worker_.session->exec(dialect_.transaction_lock, key);
      is_busy = !locked && locked.error().sqlstate == dialect_.transaction_lock_busy;
      if (!locked) begun = std::move(locked).error();
      if (is_busy) {
        if (auto undone = worker_.session->rollback(); !undone) return undone;
      }
    }
    if (!is_busy) {
      if (!begun) return begun;
      break;
    }
    if (auto waited = wait_for_lock(worker_); !waited) return waited;
  }
  const std::string limit = worker_.sql.lock_timeout(options_.run.lock_timeout);
  if (limit.empty()) return {};
  auto limited = worker_.session->exec(limit);
  if (!limited) return std::move(limited).error();
  return {};
}

Result<std::optional<Recorded>> SeedRunner::recorded(const Seed& seed) {
  std::optional<Recorded> row;
  if (!has_table_) return row;
  const std::array<ports::Param, 2> params{options_.run.ledger.app, seed.id};
  auto read = worker_.session->exec(sql_.read(), params, [&](std::span<const ports::Cell> cells) {
    row = Recorded{std::string(cells[0].value_or("")), std::string(cells[1].value_or(""))};
    return true;
  });
  if (!read) return std::move(read).error().in("reading which seeds were applied");
  return row;
}

Result<bool> SeedRunner::settle_applied(const Seed& seed, const Recorded& row, SeedReport& report) {
  auto checksum = checksum_of(seed, worker_.context.files);
  if (!checksum) return std::move(checksum).error();
  if (*checksum != row.checksum) {
    return Error{.code = Code::checksum_changed,
                 .message = "the seed was applied on " + row.applied_at +
                            " with other rows (checksum " + row.checksum + ", now " + *checksum +
                            ")",
                 .hint =
                     "a seed with `mode: once` is not applied again: undo the change and put "
                     "new rows into a seed of another id, or say `mode: reconcile`",
                 .where = seed.where};
  }
  report.outcome = SeedOutcome::already_applied;
  return false;
}

Result<bool> SeedRunner::attempt(const Seed& seed, SeedReport& report) {
  auto row = recorded(seed);
  if (!row) return std::move(row).error();
  if (*row && seed.mode == SeedMode::once) return settle_applied(seed, **row, report);
  auto filled = apply_seed(worker_, seed,
                           {.order = options_.order,
                            .shown_rows = options_.is_dry_run ? shown_rows : 0,
                            .stage_number = stage_number_});
  if (!filled) return std::move(filled).error();
  const auto changes = std::accumulate(
      filled->tables.begin(), filled->tables.end(), std::int64_t{0},
      [](std::int64_t sum, const auto& t) { return sum + t.inserted + t.updated + t.deleted; });
  const bool is_reconciled = seed.mode == SeedMode::reconcile && changes == 0;
  report.outcome = is_reconciled ? SeedOutcome::unchanged : SeedOutcome::applied;
  report.tables = filled->tables;
  if (options_.is_dry_run) return false;
  if (is_reconciled && *row && (*row)->checksum == filled->checksum) return false;
  if (auto kept = record(seed, *filled, row->has_value()); !kept) return std::move(kept).error();
  return true;
}

Result<void> SeedRunner::record(const Seed& seed, const SeedFilled& filled, bool is_known) {
  std::int64_t inserted = 0, updated = 0, deleted = 0;
  for (const model::SeedTableReport& table : filled.tables) {
    inserted += table.inserted;
    updated += table.updated;
    deleted += table.deleted;
  }
  const std::array<std::string, 3> counts{std::to_string(inserted), std::to_string(updated),
                                          std::to_string(deleted)};
  const std::array<ports::Param, 11> params{seed.name,
                                            seed.mode == SeedMode::once ? "once" : "reconcile",
                                            filled.checksum,
                                            options_.run.run_id,
                                            options_.run.applied_by,
                                            options_.run.tool_version,
                                            counts[0],
                                            counts[1],
                                            counts[2],
                                            options_.run.ledger.app,
                                            seed.id};
  auto written = worker_.session->exec(is_known ? sql_.update() : sql_.insert(), params);
  if (!written) return std::move(written).error().in("recording the seed");
  return {};
}

/// Success when the seed is to be tried again.
Result<void> SeedRunner::after_error(Error error, std::size_t conflicts) {
  if (worker_.context.interrupt.is_requested()) {
    error.code = Code::terminated;
    error.hint = "run the same command again; nothing of this seed was kept";
    return error;
  }
  const bool is_again = error.is_retryable && !error.is_connection_lost &&
                        !error.is_outcome_unknown && conflicts <= options_.run.lock_retries;
  if (!is_again) return error;
  worker_.notice({.kind = EventKind::retrying, .message = error.message});
  worker_.context.clock.sleep(pause_after_conflict(conflicts, random_));
  return {};
}

}  // namespace

model::SeedRunReport run_seeds(const std::vector<Seed>& seeds,
                               std::unique_ptr<ports::Session> session, const RunContext& context,
                               const SeedRunOptions& options) {
  return SeedRunner(std::move(session), context, options).run(seeds);
}

}  // namespace garboard::execution
