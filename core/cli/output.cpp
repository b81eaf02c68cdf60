// SPDX-License-Identifier: Apache-2.0
#include "cli/output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace garboard::cli {

namespace {
constexpr std::size_t buffer_bytes = 65536;
}

int write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void Output::put(std::string_view text) {
  if (errno_ != 0) return;
  held_ += text;
  if (held_.size() < buffer_bytes) return;
  errno_ = write_all(fd_, held_);
  held_.clear();
}

base::Result<void> Output::flush() {
  if (errno_ == 0) errno_ = write_all(fd_, held_);
  held_.clear();
  if (errno_ == 0) return {};
  return base::Error{
      .code = base::Code::internal,
      .message = std::string("the report could not be written to standard output: ") +
                 std::strerror(errno_),
      .reason = "report-not-written"};
}

}  // namespace garboard::cli
