// SPDX-License-Identifier: Apache-2.0
// Who runs this: a new id for the run, and the name that the tracking table keeps of the runner.
#pragma once

#include <string>

#include "cli/environment.hpp"

namespace garboard::cli {

/// A UUID of version 7: random, and in order of time. 36 characters.
[[nodiscard]] std::string new_run_id();

/// "user@host" from the environment a pod or a shell has, in at most 255 bytes of UTF-8.
[[nodiscard]] std::string runner_name(const Environment& environment);

}  // namespace garboard::cli
