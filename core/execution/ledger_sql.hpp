// SPDX-License-Identifier: Apache-2.0
// The SQL of the tracking table and the journal for one dialect. Everything else about them is the
// same on every database; the columns are listed in docs/driver-describe.md.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "execution/ledger.hpp"
#include "model/dialect.hpp"

namespace garboard::execution {

/// Statements with their parameters in the order of the comment beside each.
class LedgerSql {
 public:
  LedgerSql(const model::Dialect& dialect, const LedgerOptions& options);

  [[nodiscard]] std::string read_brief() const;    ///< app -> id, ordinal, checksum, state
  [[nodiscard]] std::string read_full() const;     ///< app -> .. name, started, finished, by
  [[nodiscard]] std::string read_journal() const;  ///< app, id -> seq, checksum, state, fp, note
  [[nodiscard]] std::string read_entry() const;    ///< app, id -> checksum, state, run_id, finished
  [[nodiscard]] std::vector<std::string> create() const;
  /// app, id, ordinal, name, checksum, state, run_id, applied_by, tool_version, down_sql
  [[nodiscard]] std::string claim() const;
  /// run_id, applied_by, tool_version, app, id: another run goes on with it
  [[nodiscard]] std::string take_over() const;
  [[nodiscard]] std::string finish() const;         ///< state, checksum, app, id
  [[nodiscard]] std::string backdate() const;       ///< started_at, finished_at, app, id
  [[nodiscard]] std::string forget() const;         ///< app, id
  [[nodiscard]] std::string remove() const;         ///< app, id, checksum
  [[nodiscard]] std::string remove_of_run() const;  ///< app, id, run_id: what is applied only
  [[nodiscard]] std::string switch_state() const;   ///< state, app, id, the state it has now
  /// ordinal, name, checksum, state, run_id, applied_by, tool_version, down_sql, app, id
  [[nodiscard]] std::string replace() const;
  [[nodiscard]] std::string accept() const;          ///< checksum, down_sql, app, id
  [[nodiscard]] std::string settle_journal() const;  ///< state, app, id, seq
  [[nodiscard]] std::string read_down() const;       ///< app, id -> down_sql
  /// app, id, name, action, run_id, applied_by, tool_version, duration_ms, reason, detail
  [[nodiscard]] std::string insert_log() const;
  /// app -> id, name, action, logged_at, run_id, applied_by, tool_version, duration_ms, reason,
  /// detail
  [[nodiscard]] std::string read_log() const;
  [[nodiscard]] std::string read_log_of_run() const;  ///< app, run_id -> id, action
  [[nodiscard]] std::string insert_journal() const;   ///< app, id, seq, checksum, state, fp, note
  [[nodiscard]] std::string update_journal() const;   ///< checksum, state, fp, note, app, id, seq
  [[nodiscard]] std::string clear_journal() const;    ///< app, id
  /// Empty when the dialect has none, or the timeout is the server's own (0).
  [[nodiscard]] std::string lock_timeout(std::chrono::milliseconds timeout) const;
  [[nodiscard]] std::string statement_timeout(std::chrono::milliseconds timeout) const;
  /// What distinguishes this table from others on the same server.
  [[nodiscard]] const std::string& table() const noexcept { return table_; }
  [[nodiscard]] const std::string& journal() const noexcept { return journal_; }
  [[nodiscard]] const std::string& log() const noexcept { return log_; }

 private:
  [[nodiscard]] std::string parameter(int number) const;
  [[nodiscard]] std::string parameters(int first, int last) const;

  const model::Dialect& dialect_;
  std::string schema_, table_, journal_, log_;
};

/// `name` quoted for the dialect, its quotes doubled.
[[nodiscard]] std::string quoted(const model::Dialect& dialect, std::string_view name);

}  // namespace garboard::execution
