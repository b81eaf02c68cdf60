// SPDX-License-Identifier: Apache-2.0
// Applies a plan to a database: locks, claims, steps, journal, retries. See docs/architecture.md,
// "How a migration is applied".
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "execution/ledger.hpp"
#include "model/plan.hpp"
#include "model/run_report.hpp"
#include "ports/clock.hpp"
#include "ports/files.hpp"
#include "ports/gate.hpp"
#include "ports/interrupt.hpp"
#include "ports/observer.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

struct RunOptions {
  LedgerOptions ledger = {};
  std::string run_id;
  std::string applied_by = {};
  std::string tool_version = {};
  std::chrono::milliseconds lock_wait{300000};  ///< for another run to finish
  std::chrono::milliseconds lock_timeout{
      5000};  ///< for a statement to get its locks; 0 = the server's own
  std::chrono::milliseconds statement_timeout{0};  ///< for a statement to end; 0 = none
  std::size_t lock_retries = 5;  ///< of one migration, after conflicts with other sessions
};

/// The world a run acts on; all borrowed.
struct RunContext {
  ports::Connector& connector;
  ports::Files& files;
  ports::Clock& clock;
  ports::Interrupt& interrupt;
  ports::Observer& observer;
  ports::Gate* gate = nullptr;  ///< null: nobody is asked
};

/// Applies every pending, partial and outdated item of `plan`, in order, and stops at the first
/// failure. `session` is the one the ledger was read with. Always returns a report; its `error` is
/// set when something failed, and says with its code whether anything is left half-applied.
model::RunReport run(const model::Plan& plan, std::unique_ptr<ports::Session> session,
                     const RunContext& context, const RunOptions& options);

}  // namespace garboard::execution
