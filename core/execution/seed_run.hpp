// SPDX-License-Identifier: Apache-2.0
// Runs seeds against a database: under the lock that migrations take, each in one transaction,
// recorded in a table of their own. See docs/seeds.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "execution/run.hpp"
#include "execution/seed_catalog.hpp"
#include "model/seed.hpp"
#include "model/seed_report.hpp"

namespace garboard::execution {

struct SeedRunOptions {
  RunOptions run;
  std::string environment = {};  ///< that this database belongs to; empty = not said
  bool is_dry_run = false;       ///< everything is done and then rolled back
  TableOrder order;
};

/// Runs the seeds in their order and stops at the first failure, which leaves nothing of its seed.
/// Always returns a report.
model::SeedRunReport run_seeds(const std::vector<model::Seed>& seeds,
                               std::unique_ptr<ports::Session> session, const RunContext& context,
                               const SeedRunOptions& options);

}  // namespace garboard::execution
