// SPDX-License-Identifier: Apache-2.0
// Holds another tool's history against the plan: what of it is to be recorded as applied, and what
// forbids that. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/foreign_history.hpp"
#include "model/plan.hpp"

namespace garboard::planning {

enum class AdoptionState : std::uint8_t {
  to_record,
  recorded,  ///< in the tracking table already
  pending,   ///< not applied; the next run will
  no_file,   ///< applied by the tool, and not in the plan: left out
};

struct AdoptionItem {
  AdoptionState state = AdoptionState::pending;
  const model::PlanItem* item = nullptr;       ///< nullptr when no_file
  const model::ForeignEntry* entry = nullptr;  ///< that says so; nullptr when pending
  bool is_verified = false;                    ///< the tool's checksum is that of the file
  bool is_out_of_order = false;                ///< pending, though a later one is applied
};

struct Adoption {
  std::vector<AdoptionItem> items = {};  ///< in plan order, then what has no file
  /// What is to be recorded, in the order in which the tool applied it.
  std::vector<const AdoptionItem*> to_record = {};
};

/// `checksums`: for each item of the plan, what the tool may have as its checksum. Borrows history
/// and plan. All that forbids it at once, in `others`: a state of the tool's that has to be settled
/// first (11, 31), an applied file that was edited since (32), a row of the tracking table that
/// says otherwise (31, 32), a history that is not of this plan (20).
base::Result<Adoption> make_adoption(const model::ForeignHistory& history, const model::Plan& plan,
                                     std::span<const std::vector<std::string>> checksums);

}  // namespace garboard::planning
