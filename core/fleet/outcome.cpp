// SPDX-License-Identifier: Apache-2.0
#include "fleet/outcome.hpp"

#include <algorithm>

namespace garboard::fleet {

using base::Code;

State state_of(int exit_code) noexcept {
  if (exit_code == 0 || exit_code == static_cast<int>(Code::pending)) return State::succeeded;
  return exit_code == static_cast<int>(Code::terminated) ? State::interrupted : State::failed;
}

Tally tally(std::span<const Outcome> outcomes) noexcept {
  const auto count = [&](State state) {
    return static_cast<std::size_t>(std::ranges::count(outcomes, state, &Outcome::state));
  };
  return {.succeeded = count(State::succeeded),
          .failed = count(State::failed),
          .interrupted = count(State::interrupted),
          .skipped = count(State::skipped)};
}

int exit_code_of(std::span<const Outcome> outcomes, bool is_interrupted) noexcept {
  const Tally tally = fleet::tally(outcomes);
  if (tally.interrupted != 0 || (is_interrupted && tally.skipped != 0))
    return static_cast<int>(Code::terminated);
  int code = 0;
  for (const Outcome& outcome : outcomes) {
    if (outcome.state == State::skipped) continue;
    const bool is_success = outcome.state == State::succeeded;
    if (is_success && tally.failed != 0) return static_cast<int>(Code::some_targets_failed);
    if (!is_success && code != 0 && outcome.exit_code != code)
      return static_cast<int>(Code::some_targets_failed);
    code = std::max(code, outcome.exit_code);
  }
  return code;
}

}  // namespace garboard::fleet
