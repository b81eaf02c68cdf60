// SPDX-License-Identifier: Apache-2.0
// Holds changes against a ledger. Pure: the same input gives the same plan.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"
#include "model/plan.hpp"

namespace garboard::planning {

/// Which migrations a run is about; all, unless told.
struct Selection {
  std::string last_id = {};                ///< up to this one
  std::vector<std::string> tags = {};      ///< that have one of these
  model::Phase phase = model::Phase::any;  ///< of this phase or of none
};

/// Code::usage when the selection names an id or a tag that no migration has.
base::Result<void> check_selection(const model::Changes& changes, const Selection& selection);

/// Never fails: what is wrong shows as states, so that `status` can print it. `database` is the
/// dialect's name. `changes` must outlive the plan.
[[nodiscard]] model::Plan make_plan(const model::Changes& changes, const model::Ledger& ledger,
                                    std::string_view database, const Selection& selection = {});

enum class IfAhead { ok, warn, fail };
struct PlanPolicy {
  bool allows_out_of_order = false;
  IfAhead if_ahead = IfAhead::warn;
};

/// What forbids applying the plan: a changed checksum (32), a pending migration before an applied
/// one or without one that it requires (33), a half rolled back one (31), rows the plan does not
/// know (34 when if_ahead is fail). All of them, in `others`.
base::Result<void> check_plan(const model::Plan& plan, const PlanPolicy& policy);

}  // namespace garboard::planning
