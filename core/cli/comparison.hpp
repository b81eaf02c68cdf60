// SPDX-License-Identifier: Apache-2.0
// Comparison: the plans held against one database, which is how migrate and status begin.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/database.hpp"
#include "execution/ledger.hpp"
#include "model/change.hpp"
#include "model/plan.hpp"
#include "planning/planner.hpp"
#include "ports/files.hpp"
#include "ports/session.hpp"

namespace garboard::cli {

/// Which migrations the options of this command leave in.
[[nodiscard]] planning::Selection selection_of(const CommandContext& context);

struct Comparison {
  std::unique_ptr<Database> database;
  std::unique_ptr<ports::Session> session;
  model::Changes changes;
  model::Plan plan;  ///< points into changes
};

/// Loads the plans, connects, and reads the tracking table. A plan of some size is read while the
/// database is being connected to (docs/adr/0005-read-large-plans-while-connecting.md); whatever
/// else fails, a mistake in a plan is what is reported.
Result<Comparison> compare_with_database(CommandContext& context, ports::Files& files,
                                         Access access, execution::Detail detail);

}  // namespace garboard::cli
