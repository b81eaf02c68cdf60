// SPDX-License-Identifier: Apache-2.0
// A program that is given a text to read and is listened to. It leads a process group, and whoever
// is in the group dies with this object.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace garboard::hooks {

/// A file descriptor that is closed in the end.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { close(); }
  void close();
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class ChildProcess {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Errors { are_inherited, are_read };

  /// Throws sdk::Failure when it cannot be started. A name without '/' is looked for in PATH.
  ChildProcess(const std::vector<std::string>& command, std::string_view input,
               Errors errors = Errors::are_inherited);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// The next line of its output; nothing at its end, and when the deadline has passed.
  std::optional<std::string> line(Clock::time_point deadline);
  /// All of its output up to its end; nothing when that is longer than `limit`, or late.
  std::optional<std::string> output(std::size_t limit, Clock::time_point deadline);
  /// How it ended, once it has; it stays a zombie.
  [[nodiscard]] std::optional<siginfo_t> end() const;
  /// The same, waiting for it; nothing when it has not ended by then.
  [[nodiscard]] std::optional<siginfo_t> end(Clock::time_point deadline) const;
  /// To be read without waiting, by who does not use line() or output().
  [[nodiscard]] File& out() { return out_; }
  /// Not open unless its errors are read.
  [[nodiscard]] File& err() { return err_; }

 private:
  bool read_more(Clock::time_point deadline);

  pid_t pid_ = -1;
  File out_, err_;
  std::string unread_;
  std::size_t taken_ = 0;
};

[[nodiscard]] inline bool has_succeeded(const siginfo_t& end) {
  return end.si_code == CLD_EXITED && end.si_status == 0;
}

}  // namespace garboard::hooks
