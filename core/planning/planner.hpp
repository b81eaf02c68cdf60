// SPDX-License-Identifier: Apache-2.0
// Holds changes against a ledger. Pure: the same input gives the same plan.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"
#include "model/plan.hpp"

namespace garboard::planning {

/// Never fails: what is wrong shows as states, so that `status` can print it. `database` is the
/// dialect's name. `changes` must outlive the plan.
[[nodiscard]] model::Plan make_plan(const model::Changes& changes, const model::Ledger& ledger,
                                    std::string_view database);

enum class IfAhead { ok, warn, fail };
struct PlanPolicy {
  bool allows_out_of_order = false;
  IfAhead if_ahead = IfAhead::warn;
};

/// What forbids applying the plan: a changed checksum (32), a pending migration before an applied
/// one or a gap (33), rows the plan does not know (34 when if_ahead is fail). All of them, in
/// `others`.
base::Result<void> check_plan(const model::Plan& plan, const PlanPolicy& policy);

}  // namespace garboard::planning
