// SPDX-License-Identifier: Apache-2.0
// Runs many targets, several at once, each in a process of its own. One thread does it all.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "fleet/child.hpp"

namespace garboard::fleet {

/// What a pool asks of its owner; all borrowed while it runs.
struct PoolOwner {
  /// How to start the target. Its Error is that target's outcome.
  std::function<Result<base::ProcessSpec>(std::size_t target)> prepare;
  std::function<void(std::size_t target, std::string_view line)> on_line;
  std::function<void(std::size_t target, const Outcome& outcome)> on_end;
  /// For one that could not be started.
  std::function<void(std::size_t target, const base::Error& error)> on_refusal;
  /// Once true, what runs is told to end, and nothing more is started.
  std::function<bool()> is_interrupted;
};

/// Runs the targets first .. first + count - 1, at most `parallel` at once, in this order.
void run_pool(const PoolOwner& owner, std::size_t first, std::size_t count, std::size_t parallel);

}  // namespace garboard::fleet
