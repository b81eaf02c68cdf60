// SPDX-License-Identifier: Apache-2.0
// Migrations and tracking tables by their ids, for tests of what is planned.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/change.hpp"
#include "model/ledger.hpp"

namespace garboard::planning {

inline model::Changes changes_of(const std::vector<std::string>& ids) {
  model::Changes changes;
  for (const std::string& id : ids)
    changes.items.push_back(model::Change{.id = id, .name = id, .checksum = "1:" + id});
  return changes;
}

/// All applied, in this order.
inline model::Ledger ledger_of(const std::vector<std::string>& ids) {
  model::Ledger ledger{.exists = true};
  for (const std::string& id : ids) {
    const auto ordinal = static_cast<std::int64_t>(ledger.entries.size()) + 1;
    ledger.entries.push_back({.id = id, .ordinal = ordinal, .checksum = "1:" + id});
  }
  return ledger;
}

}  // namespace garboard::planning
