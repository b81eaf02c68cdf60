// SPDX-License-Identifier: Apache-2.0
// What the hooks file says under "config" for this hook.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facts.hpp"
#include "parsing.hpp"

namespace garboard::policy {

enum class Severity : std::uint8_t { off, info, warning, error };
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;

struct RuleSetting {
  Severity severity = Severity::error;
  std::int64_t rows = 100'000;  ///< GEN204: what more than these makes of a change many
};

struct CustomRule {
  std::string id, message, why, safe;
  Severity severity = Severity::error;
  std::set<std::string, std::less<>> kinds;
  std::vector<std::string> tables, phases;  ///< globs
  std::string assert_sql;
  std::vector<std::string> exec;
  std::chrono::milliseconds timeout{5000};
};

/// As the environment of the run has it.
struct Config {
  bool fails_closed = true;
  WorkerLimits worker;
  std::int64_t small_rows = 10'000, small_bytes = std::int64_t{16} << 20U;
  Severity small_severity = Severity::warning;
  std::map<std::string, RuleSetting, std::less<>> rules;  ///< what differs from the catalogue
  std::vector<CustomRule> custom;
  Severity most = Severity::error;
  std::set<std::string, std::less<>> unsuppressable;

  [[nodiscard]] RuleSetting setting(std::string_view rule, Severity usual) const;
};

/// Throws garboard::sdk::Failure with what is wrong and where. `environment` may be empty, or one
/// that the text does not name.
[[nodiscard]] Config read_config(std::string_view json, std::string_view environment);

/// Draft-07, of what read_config takes.
[[nodiscard]] std::string config_schema();

}  // namespace garboard::policy
