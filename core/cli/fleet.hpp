// SPDX-License-Identifier: Apache-2.0
// A command for many databases: --targets. Each target gets a process of its own, which is this
// program started again with that target's URL in its environment.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace garboard::cli {

/// First word of the command line of a target's process; its name and the command follow.
inline constexpr std::string_view fleet_target_command = "fleet-target";

/// The options that are the fleet's alone: a target's process gets none of them.
inline constexpr std::array<std::string_view, 6> fleet_options{
    "targets", "parallel", "shard", "canaries", "target", "only-failed"};

/// Whether this command line is for many databases.
[[nodiscard]] bool is_for_fleet(const CommandContext& context);

/// Code::usage when an option of fleets is given, and no targets: it would be for one database.
[[nodiscard]] base::Result<void> check_no_fleet(const CommandContext& context);

/// Runs the command for every target that is chosen, and reports on each.
Result<int> run_for_fleet(CommandContext& context);

/// Makes this process end when the one that started it does, whose id is given: it may have ended
/// already.
void end_with_parent(const std::string& parent);

}  // namespace garboard::cli
