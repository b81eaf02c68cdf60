// SPDX-License-Identifier: Apache-2.0
// A document as a plan. Decides the same as schema/plan.schema.json, and a few things a schema
// cannot say; a test holds the two against each other.
#pragma once

#include <string>
#include <vector>

#include "loading/document.hpp"
#include "loading/plan_placeholders.hpp"
#include "loading/problems.hpp"
#include "loading/script_loader.hpp"
#include "model/change.hpp"

namespace garboard::loading {

struct DecodedPlan {
  std::vector<std::string> databases = {};
  std::vector<model::Change> changes = {};
  std::vector<std::size_t> id_offsets = {};  ///< of each change's id, or of the name it is made of
};

/// What there is of the plan; it is complete when no problem was added.
[[nodiscard]] DecodedPlan decode_plan(const Document& document, ScriptLoader& scripts,
                                      PlanPlaceholders& placeholders, Problems& problems);

}  // namespace garboard::loading
