// SPDX-License-Identifier: Apache-2.0
// The report of adopt, as JSON (schema/report.schema.json) and as text.
#pragma once

#include <string_view>

#include "cli/command.hpp"
#include "model/foreign_history.hpp"
#include "planning/adoption.hpp"

namespace garboard::cli {

/// `is_done`: what was to be recorded has been.
void fill_adopt(Report& report, const planning::Adoption& adoption,
                const model::ForeignHistory& history, std::string_view database, bool is_done);

}  // namespace garboard::cli
