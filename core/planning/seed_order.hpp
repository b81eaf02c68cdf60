// SPDX-License-Identifier: Apache-2.0
// The order in which a seed's tables are filled: parents before children.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "model/seed.hpp"

namespace garboard::planning {

using base::Result;

/// Indices of `seed.tables` in the order to fill them: after the tables that their foreign keys and
/// their rows' references name, otherwise as written. `parents[i]` are those of table i; tables
/// that the seed does not fill, and a table's own, do not matter. Code::bad_input, with the names,
/// when they go in a circle.
Result<std::vector<std::size_t>> order_tables(
    const model::Seed& seed, std::span<const std::vector<model::SeedParent>> parents);

}  // namespace garboard::planning
