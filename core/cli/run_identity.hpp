// SPDX-License-Identifier: Apache-2.0
// Who runs this: a new id for the run, and the name that the tracking table keeps of the runner.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "execution/run.hpp"

namespace garboard::cli {

/// A UUID of version 7: random, and in order of time. 36 characters.
[[nodiscard]] std::string new_run_id();

/// "user@host" from the environment a pod or a shell has, in at most 255 bytes of UTF-8.
[[nodiscard]] std::string runner_name(const Environment& environment);

/// What the settings say of a run, with an id of its own.
[[nodiscard]] execution::RunOptions run_options(const CommandContext& context);

}  // namespace garboard::cli
