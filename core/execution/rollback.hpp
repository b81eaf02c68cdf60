// SPDX-License-Identifier: Apache-2.0
// Undoes what is applied: finds the down of each migration, checks all of them, and runs them. See
// docs/rollback.md.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "execution/run.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"
#include "model/run_report.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// One migration that is to be undone.
struct Undo {
  model::LedgerEntry entry;
  model::Change change;          ///< whose `down` runs
  bool is_from_history = false;  ///< the down is the one that the tracking table kept
  std::size_t statements = 0;    ///< of operations: as far as they are known without asking
};

/// The down of each of `entries`: the plan's where it has the migration as it was applied, else the
/// one kept in the tracking table. Code::bad_input, all of them in `others`, when one has none or
/// cannot be run, before anything is undone. `placeholders`: for kept downs.
Result<std::vector<Undo>> find_downs(ports::Session& session, ports::Files& files,
                                     const LedgerOptions& options,
                                     std::span<const model::LedgerEntry> entries,
                                     const model::Changes& changes,
                                     const model::Placeholders& placeholders);

/// Code::bad_input when the newest row was written by a run that recorded migrations and ran none.
Result<void> check_last_run(ports::Session& session, const LedgerOptions& options,
                            const model::Ledger& ledger);

/// Undoes them in this order and stops at the first failure. `ledger`: what they were chosen from.
model::RunReport roll_back(std::span<const Undo> undos, const model::Ledger& ledger,
                           std::unique_ptr<ports::Session> session, const RunContext& context,
                           const RunOptions& options);

}  // namespace garboard::execution
