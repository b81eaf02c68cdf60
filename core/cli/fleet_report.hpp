// SPDX-License-Identifier: Apache-2.0
// The report of a fleet: what became of each target, and how to run the failed ones alone.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "fleet/outcome.hpp"
#include "model/target.hpp"

namespace garboard::cli {

/// What is known of one target when all is done.
struct TargetResult {
  model::Target target;
  fleet::Outcome outcome = {};
  Json report = Json::object();           ///< its process's own
  std::optional<base::Error> error = {};  ///< why it failed
};

/// Takes the process's report apart.
void read_output(TargetResult& result);

/// "2 applied, 1 already applied": what the report of one target counts.
[[nodiscard]] std::string summary_words(const TargetResult& result);

void fill_fleet(Report& report, std::vector<TargetResult> results,
                std::chrono::milliseconds duration, const std::string& resume_command);

/// What the command as a whole ends with: the failed targets with their errors in `others`.
[[nodiscard]] base::Error fleet_error(std::span<const TargetResult> results, int code,
                                      const std::string& resume_command);

}  // namespace garboard::cli
