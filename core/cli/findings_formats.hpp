// SPDX-License-Identifier: Apache-2.0
// Findings in the forms that other programs read.
#pragma once

#include <span>
#include <string>

#include "cli/error_json.hpp"
#include "model/finding.hpp"

namespace garboard::cli {

/// For people: each with its place, why it hurts, and what to write instead.
[[nodiscard]] std::string findings_text(std::span<const model::Finding> findings);
/// SARIF 2.1.0, one run.
[[nodiscard]] Json findings_sarif(std::span<const model::Finding> findings);
/// Workflow commands of GitHub Actions: annotations at the lines of a pull request.
[[nodiscard]] std::string findings_github(std::span<const model::Finding> findings);
/// JUnit XML: a test case for each finding, failed by those that deny, or one for all
/// the migrations that were looked at.
[[nodiscard]] std::string findings_junit(std::span<const model::Finding> findings,
                                         std::size_t migrations);

}  // namespace garboard::cli
