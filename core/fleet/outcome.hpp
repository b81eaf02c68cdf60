// SPDX-License-Identifier: Apache-2.0
// Outcome: what became of one target, and how a whole fleet's run ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace garboard::fleet {

enum class State {
  skipped,  ///< never begun: a canary failed, or the run was interrupted
  succeeded,
  failed,
  interrupted,
};

struct Outcome {
  State state = State::skipped;
  int exit_code = 0;  ///< as its process ended; 0 when skipped
  std::chrono::milliseconds duration{0};
  std::string output = {};  ///< what it wrote to standard output
  std::string crash = {};   ///< how its process ended, when that was no exit of its own
};

/// Of a process that ended with this exit code.
[[nodiscard]] State state_of(int exit_code) noexcept;

struct Tally {
  std::size_t succeeded = 0, failed = 0, interrupted = 0, skipped = 0;
};
[[nodiscard]] Tally tally(std::span<const Outcome> outcomes) noexcept;

/// 0 when all succeeded (3 when one of them says that something is pending); 13 when the run was
/// interrupted; the one code that all which ran failed by, when none succeeded; else 40.
[[nodiscard]] int exit_code_of(std::span<const Outcome> outcomes, bool is_interrupted) noexcept;

}  // namespace garboard::fleet
