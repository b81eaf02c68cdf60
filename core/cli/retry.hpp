// SPDX-License-Identifier: Apache-2.0
// Retry: a whole command is run again in the same process when it failed for a reason that may
// pass. Kubernetes would start another pod for it, after 10 seconds or more each time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/settings.hpp"

namespace garboard::cli {

/// Exponential backoff.
struct RetryPolicy {
  std::chrono::milliseconds total{0};    ///< no pause ends later than this after the start; 0 = off
  std::chrono::milliseconds initial{0};  ///< the first pause
  std::chrono::milliseconds longest{0};  ///< no pause is longer, jitter aside
  double factor = 1;                     ///< how much longer each pause is than the one before
  double jitter = 0;                     ///< part of a pause that chance adds or takes away, 0 to 1
};

[[nodiscard]] RetryPolicy retry_policy(const Settings& settings);

/// A server that starts is not to be asked more often, whatever the policy says.
inline constexpr std::chrono::milliseconds shortest_pause{100};

/// The pause after so many failures, from 1; `chance` is from -1 to 1. Never below shortest_pause.
[[nodiscard]] std::chrono::milliseconds pause_after_failures(const RetryPolicy& policy,
                                                             std::size_t failures, double chance);

/// True for errors that waiting may cure: a server that starts, fails over or is full, a lock that
/// another run holds. Not for a signal, which asks this process to end.
[[nodiscard]] bool may_pass(const base::Error& error) noexcept;

/// Runs `attempt` until it succeeds, fails for good, or the policy's time is over, and returns how
/// the last one ended. What an earlier one left in the report is dropped. Commands that do not have
/// the option --retry-for are tried once; the others need the interrupt.
Result<int> run_with_retries(CommandContext& context, const std::function<Result<int>()>& attempt);

}  // namespace garboard::cli
