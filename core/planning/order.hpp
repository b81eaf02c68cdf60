// SPDX-License-Identifier: Apache-2.0
// The order in which changes are applied: as they are written, except that `requires` comes first
// and repeatable migrations come last.
#pragma once

#include "base/result.hpp"
#include "model/change.hpp"

namespace garboard::planning {

/// Sorts `changes`. What nothing requires keeps its place; a change moves behind what it requires,
/// and no further. Code::bad_input, all mistakes in `others`, when a change requires itself, an id
/// that is not there, a repeatable one while it is none, or when requirements go in a circle.
base::Result<void> put_in_order(model::Changes& changes);

}  // namespace garboard::planning
