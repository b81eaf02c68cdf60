// SPDX-License-Identifier: Apache-2.0
// A program started in a process of its own, which sees what it is given and nothing else.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace garboard::base {

struct ProcessSpec {
  std::string program;                                ///< its path
  std::vector<std::string> arguments;                 ///< without the program's name
  std::vector<std::string> environment;               ///< NAME=value, all that it sees
  std::vector<std::pair<int, int>> descriptors = {};  ///< ours and what it is there, in this order
  std::vector<int> blocked_signals = {};  ///< those it waits for: none is lost as it starts
};

/// Starts it in a process group of its own, so that Ctrl-C on a terminal reaches us alone, with no
/// other signal blocked and with nothing on its standard input.
Result<pid_t> start_process(ProcessSpec spec);

/// For people: "crashed (SIGSEGV)", "ended by itself (exit code 3)".
[[nodiscard]] std::string how_it_ended(int wait_status);

}  // namespace garboard::base
