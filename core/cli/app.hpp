// SPDX-License-Identifier: Apache-2.0
// The whole command: from argv to the exit code. Everything the process prints goes through here.
#pragma once

#include <span>
#include <string>

namespace garboard::cli {

/// Runs one command and returns its exit code. Standard output is flushed; its failures count.
/// `variables`: the environment as main() gets it.
int run_command(std::span<const std::string> args, const char* const* variables);

}  // namespace garboard::cli
