// SPDX-License-Identifier: Apache-2.0
// What the parts of one run share: the session at work, the ledger's SQL, the lock, and the ends an
// attempt at one migration can come to.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "execution/ledger_sql.hpp"
#include "execution/run.hpp"
#include "execution/script.hpp"
#include "execution/statement_watch.hpp"
#include "model/change.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// Owned by the run, used by one attempt at a time.
struct Worker {
  std::unique_ptr<ports::Session> session;
  const RunContext& context;
  const RunOptions& options;
  LedgerSql sql;
  std::string lock_key = {};
  bool holds_session_lock = false;
  bool is_pooled = false;  ///< behind a transaction pooler
  std::int64_t last_ordinal = 0;
  std::optional<std::chrono::milliseconds> busy_since = {};  ///< when the lock was first found held
  StatementWatch* watch = nullptr;  ///< of the session's calls, if anybody looks after them

  [[nodiscard]] const model::Dialect& dialect() const noexcept { return session->dialect(); }
  void notice(const model::Event& event) const { context.observer.notice(event); }
  /// Code::policy_refused when somebody is against it.
  [[nodiscard]] Result<void> ask(const model::Event& event) const;
  /// The same of one statement, where anybody wants to know.
  [[nodiscard]] Result<void> ask_about(const model::Change& change,
                                       const ScriptStatement& statement) const;
  void tell_finished(const model::Change& change, const ScriptStatement& statement) const;
  /// Code::terminated once the run was interrupted.
  [[nodiscard]] Result<void> go_on() const;
  [[nodiscard]] std::chrono::milliseconds lock_timeout(const model::Change& change) const;
  [[nodiscard]] std::chrono::milliseconds statement_timeout(const model::Change& change) const;
  /// The statements that set both for the open transaction, where the dialect has such.
  [[nodiscard]] std::vector<std::string> transaction_limits(const model::Change& change) const;
};

enum class Direction {
  up,
  again,  ///< a repeatable migration, whose row has the checksum it had before
  down,
};

/// One migration, and what a run is to do with it.
struct Job {
  const model::Change* change = nullptr;
  Direction direction = Direction::up;
  std::optional<model::LedgerEntry> entry = {};  ///< the row that the run was decided on

  [[nodiscard]] const std::vector<model::Step>& steps() const noexcept {
    return direction == Direction::down ? change->down : change->up;
  }
};

/// What the row's state is while a migration is half-way outside a transaction.
[[nodiscard]] constexpr std::string_view half_done_state(Direction direction) noexcept {
  return direction == Direction::down ? "reverting" : "partial";
}

/// How a migration is applied, or undone.
struct Way {
  std::size_t statements = 0;
  bool is_journaled = false;       ///< else in one transaction
  bool drops_own_control = false;  ///< the script's BEGIN and COMMIT around everything are left out
  bool is_unchecked = false;       ///< see ports::Session::begin_unchecked
};

/// How one attempt at a migration ended without an error.
struct Attempt {
  enum class End {
    done,
    claimed,  ///< the tracking table's row is not as this run knows it: read it again
    busy,     ///< another run holds the lock; nothing was done
  };
  End end = End::done;
  std::size_t statements = 0;
  std::size_t resumed = 0;
  bool has_set_session = false;  ///< a statement set something that outlives the migration
};

/// The values of a claim, kept alive for the parameters that point into them.
class Claim {
 public:
  Claim(const Worker& worker, const model::Change& change, std::string_view state,
        std::optional<std::string> down_sql);
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;
  [[nodiscard]] const std::array<ports::Param, 10>& params() const noexcept { return params_; }

 private:
  std::string ordinal_, name_;
  std::optional<std::string> down_sql_;
  std::array<ports::Param, 10> params_;
};

/// A row of the log, its values kept alive for the parameters that point into them.
class LogRow {
 public:
  /// `detail`: an object's JSON text, or empty. `duration` of what was run, if anything.
  LogRow(const RunOptions& options, std::string_view id, std::string_view name,
         std::string_view action, std::optional<std::chrono::milliseconds> duration,
         std::string reason, std::string detail);
  LogRow(const LogRow&) = delete;
  LogRow& operator=(const LogRow&) = delete;
  /// For LedgerSql::insert_log.
  [[nodiscard]] const std::array<ports::Param, 10>& params() const noexcept { return params_; }

 private:
  std::string id_, name_, action_, duration_, reason_, detail_;
  std::array<ports::Param, 10> params_;
};

/// What the row of a migration said, as JSON for the log.
[[nodiscard]] std::string detail_of(const model::LedgerEntry& entry);

/// True when the error says that a row with this key exists already.
[[nodiscard]] bool is_duplicate_key(const base::Error& error) noexcept;

/// One transaction: lock, tracking table, statements and log are committed together.
Result<Attempt> run_in_transaction(Worker& worker, const Job& job, const Way& way);

/// Statement by statement with the journal; goes on where an earlier attempt ended.
/// Needs the session lock where the driver has one. `is_resumed`: the row says that it was begun.
Result<Attempt> run_with_journal(Worker& worker, const Job& job, bool is_resumed);

}  // namespace garboard::execution
