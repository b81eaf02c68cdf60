// SPDX-License-Identifier: Apache-2.0
// How long a run pauses before it tries again what another session was in the way of.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>

namespace garboard::execution {

/// Full jitter on a bound that doubles with each conflict, so that two runs in each other's way do
/// not meet again: at least 50 ms, at most 400 ms after the first, never more than 3.2 s.
template <class Random>
[[nodiscard]] std::chrono::milliseconds pause_after_conflict(std::size_t conflicts,
                                                             Random& random) {
  const int longest = 200 << std::min<std::size_t>(conflicts, 4);
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(50, longest)(random));
}

}  // namespace garboard::execution
