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
  [[nodiscard]] std::string read_entry() const;    ///< app, id -> checksum, state, run_id
  [[nodiscard]] std::vector<std::string> create() const;
  /// app, id, ordinal, name, checksum, state, run_id, applied_by, tool_version, down_sql
  [[nodiscard]] std::string claim() const;
  /// run_id, applied_by, tool_version, app, id: another run goes on with it
  [[nodiscard]] std::string take_over() const;
  [[nodiscard]] std::string finish() const;          ///< state, checksum, app, id
  [[nodiscard]] std::string forget() const;          ///< app, id
  [[nodiscard]] std::string insert_journal() const;  ///< app, id, seq, checksum, state, fp, note
  [[nodiscard]] std::string update_journal() const;  ///< checksum, state, fp, note, app, id, seq
  [[nodiscard]] std::string clear_journal() const;   ///< app, id
  /// Empty when the dialect has none, or the timeout is the server's own (0).
  [[nodiscard]] std::string lock_timeout(std::chrono::milliseconds timeout) const;
  /// What distinguishes this table from others on the same server.
  [[nodiscard]] const std::string& table() const noexcept { return table_; }
  [[nodiscard]] const std::string& journal() const noexcept { return journal_; }

 private:
  [[nodiscard]] std::string parameter(int number) const;
  [[nodiscard]] std::string parameters(int first, int last) const;

  const model::Dialect& dialect_;
  std::string schema_, table_, journal_;
};

/// `name` quoted for the dialect, its quotes doubled.
[[nodiscard]] std::string quoted(const model::Dialect& dialect, std::string_view name);

}  // namespace garboard::execution
