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

#include "base/result.hpp"
#include "execution/ledger_sql.hpp"
#include "execution/run.hpp"
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

  [[nodiscard]] const model::Dialect& dialect() const noexcept { return session->dialect(); }
  void notice(const model::Event& event) const { context.observer.notice(event); }
  /// Code::terminated once the run was interrupted.
  [[nodiscard]] Result<void> go_on() const;
};

/// How one attempt at a migration ended without an error.
struct Attempt {
  enum class End {
    applied,
    claimed,  ///< the tracking table has a row for it already: read it again
    busy,     ///< another run holds the lock; nothing was done
  };
  End end = End::applied;
  std::size_t statements = 0;
  std::size_t resumed = 0;
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

/// True when the error says that a row with this key exists already.
[[nodiscard]] bool is_duplicate_key(const base::Error& error) noexcept;

/// The down steps as a JSON array of SQL texts for the tracking table; nullopt when there are none
/// or they are longer than is kept (1 MiB).
Result<std::optional<std::string>> down_sql_of(const model::Change& change, ports::Files& files);

/// One transaction: lock, claim, statements and the finished row are committed together.
/// `drops_own_control`: the script's own BEGIN and COMMIT around everything are left out.
Result<Attempt> apply_in_transaction(Worker& worker, const model::Change& change,
                                     bool drops_own_control);

/// Statement by statement with the journal; goes on where an earlier attempt ended.
/// Needs the session lock where the driver has one. `is_resumed`: the tracking table has a partial
/// row.
Result<Attempt> apply_with_journal(Worker& worker, const model::Change& change, bool is_resumed);

}  // namespace garboard::execution
