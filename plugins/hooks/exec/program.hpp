// SPDX-License-Identifier: Apache-2.0
// Runs a program to its end, or to a deadline: input on stdin, what it printed back.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::exec {

struct Program {
  std::vector<std::string> command;  ///< as argv; the first is looked for in PATH
  std::chrono::milliseconds timeout{};
};

/// Told while the program runs.
struct Listener {
  std::function<void(std::string_view)> error_line;  ///< a line of its stderr
  std::function<bool()> is_cancelled;
};

/// What a program that ended with 0 wrote to stdout. Throws sdk::Failure when it could not be
/// started, ended otherwise, wrote more than 1 MiB, or was still running at the deadline. Whatever
/// it left running in its process group is killed.
[[nodiscard]] std::string output_of(const Program& program, std::string_view input,
                                    const Listener& listener);

}  // namespace garboard::exec
