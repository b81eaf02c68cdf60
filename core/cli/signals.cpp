// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace garboard::cli {

namespace {

// How long the main thread gets to end by itself before the process is abandoned.
constexpr std::chrono::milliseconds abandon_delay{150};

sigset_t ending_signals() noexcept {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void block_signals() noexcept {
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalInterrupt::SignalInterrupt() : thread_([this] { wait_for_signal(); }) {}

SignalInterrupt::~SignalInterrupt() {
  {
    const std::scoped_lock guard(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  pthread_kill(thread_.native_handle(), SIGINT);
  thread_.join();
}

void SignalInterrupt::watch(ports::Session* session) noexcept {
  const std::scoped_lock guard(mutex_);
  session_ = session;
  changed_.notify_all();
}

void SignalInterrupt::on_abandon(std::function<void()> abandon) {
  const std::scoped_lock guard(mutex_);
  abandon_ = std::move(abandon);
}

void SignalInterrupt::sleep(std::chrono::milliseconds duration) {
  std::unique_lock guard(mutex_);
  changed_.wait_for(guard, duration, [this] { return is_requested_.load(); });
}

void SignalInterrupt::wait_for_signal() {
  const sigset_t set = ending_signals();
  int number = 0;
  while (sigwait(&set, &number) != 0) {
  }
  {
    const std::scoped_lock guard(mutex_);
    if (is_stopping_) return;
    is_requested_ = true;
  }
  changed_.notify_all();
  cancel_until_stopped();
}

void SignalInterrupt::cancel_until_stopped() {
  std::unique_lock guard(mutex_);
  changed_.wait_for(guard, session_ == nullptr ? abandon_delay : std::chrono::milliseconds{0},
                    [this] { return is_stopping_; });
  while (!is_stopping_) {
    if (session_ != nullptr) session_->cancel();
    if (abandon_) std::exchange(abandon_, {})();
    changed_.wait_for(guard, cancel_interval);
  }
}

}  // namespace garboard::cli
