// SPDX-License-Identifier: Apache-2.0
// LineChannel: one JSON text per line, both ways, over a socket between two processes.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace garboard::plugin_host {

using base::Result;

/// The reasons of a channel's errors, all of Code::plugin.
inline constexpr std::string_view channel_closed = "channel-closed";
inline constexpr std::string_view channel_late = "channel-late";

class LineChannel {
 public:
  static constexpr std::size_t max_line_bytes = std::size_t{64} << 20U;

  /// Takes the socket over. `is_cancelled` is asked several times a second while waiting.
  explicit LineChannel(int fd, std::function<bool()> is_cancelled = {});
  LineChannel(const LineChannel&) = delete;
  LineChannel& operator=(const LineChannel&) = delete;
  ~LineChannel();

  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point never = Clock::time_point::max();

  /// Code::terminated once cancelled.
  Result<void> send(std::string_view line, Clock::time_point deadline = never);
  /// Lines that have come when the deadline passes are still received, as far as one more reading
  /// of the socket gets.
  Result<std::string> receive(Clock::time_point deadline = never);
  /// The other side reads what was sent before, and then that nothing more comes.
  void hang_up() noexcept;
  /// Whether the other side has hung up or is gone; from any thread.
  [[nodiscard]] bool is_hung_up() const noexcept;

 private:
  [[nodiscard]] Result<void> check_interrupt() const;
  Result<void> wait(short events, Clock::time_point deadline);

  int fd_;
  std::function<bool()> is_cancelled_;
  std::string read_;
  std::size_t searched_ = 0;     // of read_, without a line's end
  Clock::time_point last_look_;  // the deadline after which the socket was read once more
};

}  // namespace garboard::plugin_host
