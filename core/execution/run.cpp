// SPDX-License-Identifier: Apache-2.0
#include "execution/run.hpp"

#include <utility>
#include <vector>

#include "execution/runner.hpp"

namespace garboard::execution {

model::RunReport run(const model::Plan& plan, std::unique_ptr<ports::Session> session,
                     const RunContext& context, const RunOptions& options) {
  std::vector<Job> jobs;
  SeenLedger seen{.exists = plan.ledger_exists, .last_ordinal = plan.last_ordinal, .entries = {}};
  for (const model::PlanItem& item : plan.items) {
    if (item.entry) seen.entries.push_back(*item.entry);
    if (!item.is_to_run()) continue;
    const bool is_again = item.state == model::ItemState::outdated;
    jobs.push_back({.change = item.change,
                    .direction = is_again ? Direction::again : Direction::up,
                    .entry = item.entry});
  }
  return Runner(std::move(jobs), std::move(seen), std::move(session), context, options).run();
}

}  // namespace garboard::execution
