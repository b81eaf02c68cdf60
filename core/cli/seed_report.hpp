// SPDX-License-Identifier: Apache-2.0
// What `seed` prints: its outcome, and of a dry run the rows that would change.
#pragma once

#include <string_view>

#include "cli/command.hpp"
#include "model/seed_report.hpp"

namespace garboard::cli {

void fill_seed(Report& report, const model::SeedRunReport& run, std::string_view database,
               bool is_dry_run);

}  // namespace garboard::cli
