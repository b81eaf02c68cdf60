// SPDX-License-Identifier: Apache-2.0
// Reports of baseline, mark, repair and history, as JSON (schema/report.schema.json) and as text.
#pragma once

#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "execution/repair.hpp"
#include "model/correction.hpp"
#include "model/history.hpp"

namespace garboard::cli {

/// What was written, or with an empty run id what would be.
void fill_corrections(Report& report, const std::vector<model::Correction>& corrections,
                      std::string_view database, std::string_view run_id);

/// What needs repair, and the command for each. Without a plan, changed checksums cannot be told.
void fill_repairs(Report& report, const std::vector<execution::Finding>& findings,
                  std::string_view database, bool has_plan);

void fill_history(Report& report, const std::vector<model::HistoryEvent>& events,
                  std::string_view database);

}  // namespace garboard::cli
