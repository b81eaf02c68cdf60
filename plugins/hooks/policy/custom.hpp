// SPDX-License-Identifier: Apache-2.0
// Rules that users write: a match that denies, one with a question to the database, or one with a
// program that is given the facts and answers findings.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "config.hpp"
#include "live.hpp"
#include "rules.hpp"

namespace garboard::policy {

/// `about`: members "run" and "database" of what a program is given.
void apply_custom(const Config& config, const std::vector<Statement>& run, Live& live,
                  const nlohmann::json& about, std::vector<Finding>& findings);

}  // namespace garboard::policy
