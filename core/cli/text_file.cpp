// SPDX-License-Identifier: Apache-2.0
#include "cli/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace garboard::cli {

namespace {

base::Error unreadable(const std::string& path, const std::string& why) {
  return {.code = base::Code::bad_input, .message = "cannot read " + path + ": " + why};
}

}  // namespace

base::Result<std::string> read_text_file(const std::string& path, std::uint64_t max_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return unreadable(path, std::strerror(errno));
  std::string content;
  std::array<char, 4096> buffer{};
  int failure = 0;
  while (content.size() <= max_bytes) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n > 0) {
      content.append(buffer.data(), static_cast<std::size_t>(n));
    } else if (n == 0) {
      break;
    } else if (errno != EINTR) {
      failure = errno;
      break;
    }
  }
  close(fd);
  if (failure != 0) return unreadable(path, std::strerror(failure));
  if (content.size() > max_bytes)
    return unreadable(path, "it is longer than " + std::to_string(max_bytes) + " bytes");
  return content;
}

}  // namespace garboard::cli
