// SPDX-License-Identifier: Apache-2.0
// A bounded wait for somebody else's lock: short sleeps with jitter, so that waiters do not meet
// again, ended by a deadline or a cancellation.
#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace garboard::sqlite {

class Wait {
 public:
  explicit Wait(std::int64_t timeout_ms) noexcept
      : end_(Clock::now() + std::chrono::milliseconds(timeout_ms)),
        random_(static_cast<std::uint64_t>(Clock::now().time_since_epoch().count()) | 1U) {}

  /// Sleeps 10 to 100 ms, longer each time; false, without sleeping, when the time is over.
  [[nodiscard]] bool sleep() noexcept {
    const auto left = end_ - Clock::now();
    if (left <= Clock::duration::zero()) return false;
    bound_ms_ = std::min<std::uint64_t>(bound_ms_ + 10, 100);
    random_ ^= random_ << 13U;
    random_ ^= random_ >> 7U;
    random_ ^= random_ << 17U;
    const std::chrono::milliseconds wanted(10 + random_ % (bound_ms_ - 9));
    const auto nap = std::min<Clock::duration>(left, wanted);
    const timespec duration{0, static_cast<long>(std::chrono::nanoseconds(nap).count())};
    nanosleep(&duration, nullptr);
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_;
  std::uint64_t random_;
  std::uint64_t bound_ms_ = 10;
};

}  // namespace garboard::sqlite
