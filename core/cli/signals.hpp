// SPDX-License-Identifier: Apache-2.0
// Signals: SIGTERM and SIGINT become a request to end the run. A thread of its own waits for them,
// so that no code runs in signal context and libraries' handlers do not matter.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "ports/clock.hpp"
#include "ports/interrupt.hpp"

namespace garboard::cli {

/// Blocks SIGTERM and SIGINT in the calling thread and all it starts later. To be called before any
/// other thread or plugin exists.
void block_signals() noexcept;

class SignalInterrupt final : public ports::Interrupt {
 public:
  /// Between two cancels of the same statement: one that arrives before the statement starts is
  /// lost.
  static constexpr std::chrono::milliseconds cancel_interval{250};

  /// Starts waiting for signals, which block_signals() must have blocked.
  SignalInterrupt();
  ~SignalInterrupt() override;

  [[nodiscard]] bool is_requested() const noexcept override { return is_requested_; }
  void watch(ports::Session* session) noexcept override;

  /// While set, an interrupt calls this once, from the waiting thread, shortly after the request:
  /// for the time when nothing that could be left half-done has begun, and the main thread may be
  /// inside a library that does not return. Cleared with an empty function, which returns only when
  /// no call is under way.
  void on_abandon(std::function<void()> abandon);

  /// Returns after the time, or when the run is interrupted.
  void sleep(std::chrono::milliseconds duration);

 private:
  void wait_for_signal();
  void cancel_until_stopped();

  std::atomic<bool> is_requested_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  ports::Session* session_ = nullptr;
  std::function<void()> abandon_;
  bool is_stopping_ = false;
  std::thread thread_;
};

/// The machine's monotonic clock, whose sleep an interrupt ends.
class InterruptibleClock final : public ports::Clock {
 public:
  explicit InterruptibleClock(SignalInterrupt& interrupt) noexcept : interrupt_(interrupt) {}
  [[nodiscard]] std::chrono::milliseconds now() override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void sleep(std::chrono::milliseconds duration) override { interrupt_.sleep(duration); }

 private:
  SignalInterrupt& interrupt_;
};

}  // namespace garboard::cli
