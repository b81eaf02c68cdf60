// SPDX-License-Identifier: Apache-2.0
// Plan: changes held against a ledger. What `migrate` will do and what `status` shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"

namespace garboard::model {

enum class ItemState {
  applied,
  pending,
  partial,    ///< begun, to be resumed
  reverting,  ///< half rolled back, to be finished by a rollback
  changed,    ///< applied, but its text is another now
  outdated,   ///< the same of a repeatable migration, which is to be applied again
  skipped,    ///< not for this kind of database
};

struct PlanItem {
  const Change* change = nullptr;  ///< borrowed from the Changes the plan was made of
  ItemState state = ItemState::pending;
  std::optional<LedgerEntry> entry = {};  ///< the ledger's row, when there is one
  bool is_out_of_order = false;           ///< pending, though a later one is applied
  bool is_selected = true;                ///< what --to, --tags and --phase leave in

  /// Whether the database still lacks it, wholly or in part.
  [[nodiscard]] bool is_lacking() const noexcept {
    return is_selected && state != ItemState::applied && state != ItemState::changed &&
           state != ItemState::skipped;
  }
  /// Whether `migrate` would run it; what is half rolled back has to be finished by a rollback.
  [[nodiscard]] bool is_to_run() const noexcept {
    return is_lacking() && state != ItemState::reverting;
  }
};

struct Plan {
  std::vector<PlanItem> items = {};       ///< in plan order
  std::vector<LedgerEntry> missing = {};  ///< in the ledger, not in the plan, before one that is
  std::vector<LedgerEntry> ahead = {};    ///< in the ledger after all that the plan knows
  bool ledger_exists = false;
  std::int64_t last_ordinal = 0;
  std::string written_for = {};  ///< when not for this kind of database: for which, as a list

  /// How many items `migrate` would run.
  [[nodiscard]] std::size_t pending_count() const noexcept {
    std::size_t n = 0;
    for (const PlanItem& item : items) n += item.is_to_run() ? 1U : 0U;
    return n;
  }
};

}  // namespace garboard::model
