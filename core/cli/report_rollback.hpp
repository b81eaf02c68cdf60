// SPDX-License-Identifier: Apache-2.0
// Reports of rollback and redo, as JSON (schema/report.schema.json) and as text.
#pragma once

#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "execution/rollback.hpp"
#include "model/run_report.hpp"

namespace garboard::cli {

/// What was done, by one run after the other: the rollback, and for redo what applied it again.
void fill_rollback(Report& report, const std::vector<execution::Undo>& undos,
                   const std::vector<const model::RunReport*>& runs, std::string_view database);

/// What would be undone; or that there is nothing.
void fill_rollback_outlook(Report& report, const std::vector<execution::Undo>& undos,
                           std::string_view database, bool is_dry_run);

}  // namespace garboard::cli
