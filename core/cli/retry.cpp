// SPDX-License-Identifier: Apache-2.0
#include "cli/retry.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "base/time.hpp"

namespace garboard::cli {

using base::Code;
using base::Error;
using std::chrono::milliseconds;

RetryPolicy retry_policy(const Settings& settings) {
  return {.total = settings.duration("retry-for"),
          .initial = settings.duration("retry-initial"),
          .longest = settings.duration("retry-max"),
          .factor = settings.decimal("retry-factor"),
          .jitter = settings.decimal("retry-jitter")};
}

milliseconds pause_after_failures(const RetryPolicy& policy, std::size_t failures, double chance) {
  const auto longest = static_cast<double>(policy.longest.count());
  double pause = std::min(static_cast<double>(policy.initial.count()), longest);
  for (std::size_t i = 1; i < failures && pause < longest && policy.factor > 1; ++i)
    pause = std::min(pause * policy.factor, longest);
  pause *= 1 + policy.jitter * chance;
  return std::max(milliseconds(static_cast<milliseconds::rep>(pause)), shortest_pause);
}

bool may_pass(const Error& error) noexcept {
  return base::is_retryable_exit(error.code) && error.code != Code::terminated;
}

Result<int> run_with_retries(CommandContext& context, const std::function<Result<int>()>& attempt) {
  const RetryPolicy policy = retry_policy(context.settings);
  // A variable of the pod is seen by every command in it.
  const bool is_retried =
      (find_option("retry-for")->commands & bit(context.arguments.command)) != 0;
  if (!is_retried || policy.total.count() == 0) return attempt();
  if (policy.jitter > 1)
    return Error{.code = Code::usage,
                 .message = context.settings.setting("retry-jitter").place + " is above 1",
                 .hint = "it is the part of each pause that is left to chance, from 0 to 1"};
  InterruptibleClock clock(*context.interrupt);
  std::minstd_rand random{std::random_device{}()};
  std::uniform_real_distribution<double> chance(-1, 1);
  const milliseconds deadline = clock.now() + policy.total;
  for (std::size_t failures = 1;; ++failures) {
    Result<int> ended = attempt();
    if (ended || !may_pass(ended.error())) return ended;
    const milliseconds pause = pause_after_failures(policy, failures, chance(random));
    if (clock.now() + pause >= deadline) return ended;
    context.log.clear_progress();
    context.log.write(
        LogLevel::warn,
        "trying again in " + base::duration_text(pause) + ": " + ended.error().message,
        {{"event", "runRetry"},
         {"failures", failures},
         {"exitCode", static_cast<int>(ended.error().code)}});
    clock.sleep(pause);
    if (context.interrupt->is_requested()) {
      Error error = std::move(ended).error();
      error.message = "interrupted before the next try: " + error.message;
      error.code = Code::terminated;
      error.reason.clear();
      return error;
    }
    context.report = {};
  }
}

}  // namespace garboard::cli
