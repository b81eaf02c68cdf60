// SPDX-License-Identifier: Apache-2.0
// A program that is given a text to read, is listened to, and is ended at a deadline with all that
// it has started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::policy {

class ChildProcess {
 public:
  using Clock = std::chrono::steady_clock;

  /// Throws std::system_error when it cannot be started. A name without '/' is looked for in PATH.
  ChildProcess(const std::vector<std::string>& argv, std::string_view input);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Ends it.
  ~ChildProcess();

  /// The next line of its output; nothing at its end, and when the deadline has passed.
  std::optional<std::string> line(Clock::time_point deadline);
  /// All of its output up to its end; nothing when that is longer than `limit`, or late.
  std::optional<std::string> output(std::size_t limit, Clock::time_point deadline);
  /// As of waitpid; nothing when it has not ended by then, in which case it is ended.
  std::optional<int> status(Clock::time_point deadline);

 private:
  bool read_more(Clock::time_point deadline);
  void end() noexcept;

  pid_t pid_ = -1;
  int output_ = -1;
  std::string unread_;
  std::size_t taken_ = 0;
};

}  // namespace garboard::policy
