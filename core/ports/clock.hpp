// SPDX-License-Identifier: Apache-2.0
// Clock: time and waiting, so that tests need neither.
#pragma once

#include <chrono>

namespace garboard::ports {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  /// Monotonic.
  [[nodiscard]] virtual std::chrono::milliseconds now() = 0;
  /// Waits, or returns early when the run was interrupted.
  virtual void sleep(std::chrono::milliseconds duration) = 0;
};

}  // namespace garboard::ports
