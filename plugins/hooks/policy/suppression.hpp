// SPDX-License-Identifier: Apache-2.0
// Suppressions: -- policy:ignore PG101 reason="12 rows" until=2026-12-31
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "rules.hpp"

namespace garboard::policy {

struct Suppression {
  std::vector<std::string> rules;
  std::string reason, until;
  std::string problem;  ///< why it is none; empty when it is one
};

/// Of a comment that begins with "policy:".
[[nodiscard]] Suppression read_suppression(std::string_view directive);

struct Directive {
  std::size_t statement;  ///< of the run
  std::string text;
};

/// Marks the findings that are suppressed, and adds what there is to say about suppressions.
/// `today`: as 2026-12-31.
void apply_suppressions(const std::vector<Directive>& directives, const Config& config,
                        std::string_view today, std::vector<Finding>& findings);

}  // namespace garboard::policy
