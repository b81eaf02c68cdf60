// SPDX-License-Identifier: Apache-2.0
// Which migrations a rollback undoes, from what the tracking table says. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"

namespace garboard::planning {

/// With neither: what the last run applied, and what came between.
struct RollbackScope {
  std::optional<std::size_t> steps = {};
  std::string last_kept_id = {};  ///< everything applied after it goes
};

/// Repeatable migrations without a down, which no rollback touches.
[[nodiscard]] std::unordered_set<std::string> staying_ids(const model::Changes& changes);

/// The rows to undo, newest first; none when there is nothing to undo. Code::usage for an id that
/// is not applied, Code::half_applied when one of them is half applied, Code::bad_input when all
/// that the last run did stays.
base::Result<std::vector<model::LedgerEntry>> choose_rollback(
    const model::Ledger& ledger, const RollbackScope& scope,
    const std::unordered_set<std::string>& staying);

}  // namespace garboard::planning
