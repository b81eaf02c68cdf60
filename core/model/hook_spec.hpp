// SPDX-License-Identifier: Apache-2.0
// HookSpec: one entry of the hooks file, which says who is told what a run does, and who is asked.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

/// What hooks are told, in the order of docs/events.md; those that begin with "before_" are asked.
inline constexpr std::array<std::string_view, 12> hook_events{
    "plan.ready",      "before_run",      "before_migration", "before_statement",
    "after_statement", "after_migration", "migration.failed", "lock.waiting",
    "override.used",   "run.succeeded",   "run.failed",       "run.cancelled"};

[[nodiscard]] constexpr bool is_gate(std::string_view event) noexcept {
  return event.starts_with("before_");
}

struct HookSpec {
  std::string name;
  std::string config_json = "{}";
  std::optional<std::vector<std::string>> events = {};  ///< only these; nullopt = all it asks for
  std::chrono::milliseconds timeout{10'000};
  bool allows_on_error = false;             ///< of a gate: `on_error: ignore`
  bool is_required = false;                 ///< of an observer
  std::optional<bool> idle_runs = {};       ///< whether it is told of them; nullopt = as it likes
  std::vector<std::string> variables = {};  ///< of the environment, that it may see
  base::SourcePosition where = {};
};

}  // namespace garboard::model
