// SPDX-License-Identifier: Apache-2.0
// Runner: what it knows of the tracking table, and how it finds its way back after its connection
// was lost.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "execution/connecting.hpp"
#include "execution/run_setup.hpp"
#include "execution/runner.hpp"
#include "execution/runner_errors.hpp"
#include "execution/watched_session.hpp"

namespace garboard::execution {

using base::Code;
using base::Error;
using model::EventKind;
using model::LedgerEntry;
using model::LedgerState;

Result<void> Runner::refresh() {
  auto ledger = read_ledger(*worker_.session, worker_.options.ledger, detail_);
  if (!ledger) return std::move(ledger).error();
  known_.clear();
  for (LedgerEntry& entry : ledger->entries) {
    worker_.last_ordinal = std::max(worker_.last_ordinal, entry.ordinal);
    std::string id = entry.id;
    known_.insert_or_assign(std::move(id), std::move(entry));
  }
  return is_rollback_ ? check_nothing_added() : Result<void>{};
}

/// Of a rollback: what was applied, or applied again, since the migrations to undo were chosen
/// stands on them.
Result<void> Runner::check_nothing_added() {
  for (const auto& [id, entry] : known_) {
    const auto seen = run_ids_.find(id);
    if (seen == run_ids_.end() || seen->second != entry.run_id)
      return applied_meanwhile(id, !applied_.empty());
    if (std::ranges::find(applied_, id) != applied_.end()) return history_lost();
  }
  return {};
}

/// What was read or confirmed before the connection was lost must still be there.
Result<void> Runner::check_nothing_lost(
    const std::unordered_map<std::string, LedgerEntry>& before) {
  const auto is_there = [this](const std::string& id) { return known_.contains(id); };
  // what is to be undone may be gone: the log says whether this run did that
  const auto may_go = [this](const std::string& id) {
    return is_rollback_ &&
           std::ranges::any_of(jobs_, [&id](const Job& job) { return job.change->id == id; });
  };
  const bool are_read = std::ranges::all_of(before, [&](const auto& row) {
    return row.second.state != LedgerState::applied || is_there(row.first) || may_go(row.first);
  });
  const bool are_applied = is_rollback_ || std::ranges::all_of(applied_, is_there);
  return are_read && are_applied ? Result<void>{} : history_lost();
}

/// The commit may have arrived though its answer did not.
Result<bool> Runner::was_done_by_this_run(const Job& job) {
  if (lost_connections_ == 0) return false;
  bool is_ours = false;
  const ports::Param run_id = worker_.options.run_id;
  const ports::Param app = worker_.options.ledger.app;
  const std::array<ports::Param, 2> row{app, job.change->id};
  const std::array<ports::Param, 2> log{app, run_id};
  auto read = is_rollback_
                  ? worker_.session->exec(worker_.sql.read_log_of_run(), log,
                                          [&](std::span<const ports::Cell> cells) {
                                            is_ours |= cells[0] == ports::Cell(job.change->id);
                                            return true;
                                          })
                  : worker_.session->exec(worker_.sql.read_entry(), row,
                                          [&](std::span<const ports::Cell> cells) {
                                            is_ours |= cells[2] == ports::Cell(run_id);
                                            return true;
                                          });
  if (!read) return std::move(read).error();
  return is_ours;
}

/// Another session in place of the lost one, which has taken its lock along.
Result<void> Runner::reopen(Error cause) {
  worker_.context.interrupt.watch(nullptr);
  worker_.session.reset();
  worker_.holds_session_lock = false;
  const auto say = [this](const Error& error) {
    worker_.notice({.kind = EventKind::reconnecting, .message = error.message});
  };
  say(cause);
  auto session = connect({.connector = worker_.context.connector,
                          .clock = worker_.context.clock,
                          .interrupt = worker_.context.interrupt,
                          .on_retry = say},
                         long_patience);
  if (session) {
    worker_.session = watched(*std::move(session), watch_);
    worker_.context.interrupt.watch(worker_.session.get());
    return {};
  }
  if (session.error().code != Code::unreachable) return std::move(session).error();
  cause.hint =
      "the connection was lost and the database could not be reached again; run again, "
      "what was committed is recorded";
  return cause;
}

Result<void> Runner::reconnect(Error cause) {
  const bool had_lock = worker_.holds_session_lock;
  const auto before = std::exchange(known_, {});
  for (int attempts = 1;; ++attempts) {
    if (auto opened = reopen(std::move(cause)); !opened) return opened;
    // another server may have taken over; in any case the session has another name
    auto restored = check_server(worker_);
    if (restored && had_lock) restored = take_session_lock(worker_);
    if (restored) restored = refresh();
    if (restored) return check_nothing_lost(before);
    if (!restored.error().is_connection_lost || attempts == max_preparations) return restored;
    cause = std::move(restored).error();
  }
}

}  // namespace garboard::execution
