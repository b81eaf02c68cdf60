// SPDX-License-Identifier: Apache-2.0
// Child: one target's run in a process of its own, which is this program started again. Its report
// and its log arrive through pipes; nothing that happens to it can hurt the others.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/child_process.hpp"
#include "fleet/outcome.hpp"

namespace garboard::fleet {

using base::Result;

class Child {
 public:
  using Clock = std::chrono::steady_clock;
  using LineSink = std::function<void(std::string_view line)>;

  /// `spec.descriptors` are the child's own. `on_line` gets each line of its standard error.
  static Result<std::unique_ptr<Child>> start(base::ProcessSpec spec, LineSink on_line);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  ///< kills what still runs

  /// What to wait for until `read` has something to do.
  [[nodiscard]] pollfd output() const noexcept { return {output_, POLLIN, 0}; }
  [[nodiscard]] pollfd log() const noexcept { return {log_, POLLIN, 0}; }
  /// Takes what has arrived, without waiting. False once its standard output has ended.
  bool read();
  /// Waits for its end, which is near when `read` said so.
  Outcome finish();
  void terminate() noexcept;

 private:
  Child(pid_t pid, int output, int log, LineSink on_line);
  void read_log();

  pid_t pid_;
  int output_;
  int log_;  ///< -1 once it has ended
  LineSink on_line_;
  Clock::time_point started_ = Clock::now();
  std::string report_;
  std::string line_;  ///< of the log, not ended yet
};

}  // namespace garboard::fleet
