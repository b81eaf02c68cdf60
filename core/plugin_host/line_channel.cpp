// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/line_channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;

Error failed(std::string_view reason, std::string message) {
  return Error{.code = Code::plugin, .message = std::move(message), .reason = std::string(reason)};
}

Error late() { return failed(channel_late, "no answer in time"); }

Error closed() { return failed(channel_closed, "the other process has ended"); }

}  // namespace

LineChannel::LineChannel(int fd, std::function<bool()> is_cancelled)
    : fd_(fd), is_cancelled_(std::move(is_cancelled)) {}

LineChannel::~LineChannel() { ::close(fd_); }

void LineChannel::hang_up() noexcept { ::shutdown(fd_, SHUT_RDWR); }

bool LineChannel::is_hung_up() const noexcept {
  pollfd peer{.fd = fd_, .events = POLLRDHUP, .revents = 0};
  return ::poll(&peer, 1, 0) > 0 && (peer.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

Result<void> LineChannel::check_interrupt() const {
  if (!is_cancelled_ || !is_cancelled_()) return {};
  return Error{.code = Code::terminated, .message = "interrupted while a hook was asked"};
}

Result<void> LineChannel::wait(short events, Clock::time_point deadline) {
  constexpr std::chrono::milliseconds slice{100};  // to look for an interrupt
  while (true) {
    if (auto go_on = check_interrupt(); !go_on) return go_on;
    std::chrono::milliseconds pause = slice;
    if (deadline != never) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() <= 0) return late();
      pause = std::min(left, slice);
    }
    pollfd waiting{.fd = fd_, .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(pause.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return closed();
  }
}

Result<void> LineChannel::send(std::string_view line, Clock::time_point deadline) {
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = ::send(fd_, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLOUT, deadline); !ready) return ready;
    } else if (errno != EINTR) {
      return closed();
    }
  }
  return {};
}

Result<std::string> LineChannel::receive(Clock::time_point deadline) {
  std::array<char, 65536> buffer;
  while (true) {
    // in every round, since one that never stops talking leaves nothing to wait for
    if (auto go_on = check_interrupt(); !go_on) return std::move(go_on).error();
    if (const std::size_t end = read_.find('\n', searched_); end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      searched_ = 0;
      return line;
    }
    searched_ = read_.size();
    if (read_.size() > max_line_bytes) return failed(channel_closed, "a message without an end");
    if (Clock::now() >= deadline && std::exchange(last_look_, deadline) == deadline) return late();
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n > 0) {
      read_.append(buffer.data(), static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    const bool is_empty = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (!is_empty) return closed();
    if (auto ready = wait(POLLIN, deadline); !ready) return std::move(ready).error();
  }
}

}  // namespace garboard::plugin_host
