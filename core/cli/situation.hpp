// SPDX-License-Identifier: Apache-2.0
// Situation: what the tracking table says, and the plan where one is named. How commands begin that
// can do without a plan.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"
#include "ports/session.hpp"

namespace garboard::cli {

struct Situation {
  std::unique_ptr<Database> database;
  std::unique_ptr<ports::Session> session;
  model::Changes changes;  ///< none without a plan
  model::Ledger ledger;    ///< read in full
};

/// Whether --plan or --dir is given.
[[nodiscard]] bool has_plan(const Settings& settings);

/// Loads the plan if there is one, connects, and reads the tracking table.
Result<Situation> look(CommandContext& context, DiskFiles& files, Access access);

}  // namespace garboard::cli
