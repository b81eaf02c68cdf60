// SPDX-License-Identifier: Apache-2.0
// Runner: takes one job after the other through its attempts, whatever their direction: lock,
// claim, retries, lost connections, signals. Stops at the first failure.
#pragma once

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "execution/run.hpp"
#include "execution/statement_watch.hpp"
#include "execution/worker.hpp"
#include "model/event.hpp"
#include "model/run_report.hpp"

namespace garboard::execution {

/// What was read of the tracking table when the jobs were chosen.
struct SeenLedger {
  bool exists = false;  ///< the tables need not be made
  std::int64_t last_ordinal = 0;
  std::vector<model::LedgerEntry> entries;  ///< for a rollback all of them, in full
};

class Runner {
 public:
  Runner(std::vector<Job> jobs, SeenLedger seen, std::unique_ptr<ports::Session> session,
         const RunContext& context, const RunOptions& options);

  model::RunReport run();

 private:
  static constexpr int max_preparations = 6;  // each ended by a lost connection

  Result<void> prepare_steadily();
  Result<void> prepare();
  Result<void> prepare_replacing();
  Result<void> prepare_rollback();
  Result<void> refresh();
  Result<void> reopen(base::Error cause);
  Result<void> reconnect(base::Error cause);
  Result<void> check_nothing_lost(
      const std::unordered_map<std::string, model::LedgerEntry>& before);
  Result<void> check_nothing_added();
  [[nodiscard]] bool is_locked_throughout() const;
  Result<void> take(Job& job, model::MigrationReport& report);
  Result<Attempt> attempt(Job& job);
  Result<void> put_session_back();
  Result<bool> find_earlier_row(Job& job);
  Result<void> after_error(base::Error error, const model::Change& change);
  Result<void> after_conflict(base::Error error, const model::Change& change);
  Result<bool> settled_elsewhere(const Job& job, model::MigrationReport& report);
  Result<bool> rolled_back_elsewhere(const Job& job, model::MigrationReport& report);
  Result<bool> was_done_by_this_run(const Job& job);
  void tell(model::EventKind kind, const Job& job, const model::MigrationReport& report,
            std::string_view message = {}, const base::Error* error = nullptr) const;
  Result<void> announce(const Job& job, const model::MigrationReport& report) const;

  std::vector<Job> jobs_;
  const bool ledger_exists_;
  const bool is_rollback_;
  const Detail detail_;   // what the log is to keep must be read in full
  StatementWatch watch_;  // outlives the session
  Worker worker_;
  std::unordered_map<std::string, model::LedgerEntry> known_;  // read again under the lock
  std::unordered_map<std::string, std::string> run_ids_;  // of a rollback: of all rows, as chosen
  std::vector<std::string> applied_;                      // or undone, by this run
  bool is_journal_forced_ = false;  // the server refused the current migration in a transaction
  // of the current migration:
  std::size_t conflicts_ = 0;
  int lost_connections_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace garboard::execution
