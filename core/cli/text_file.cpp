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

base::Result<void> write_text_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".new";
  const auto failed = [&]() -> base::Error {
    const int why = errno;
    unlink(temporary.c_str());
    return {.code = base::Code::bad_input,
            .message = "cannot write " + path + ": " + std::strerror(why)};
  };
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return failed();
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const base::Error error = failed();
      close(fd);
      return error;
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (close(fd) != 0 || rename(temporary.c_str(), path.c_str()) != 0) return failed();
  return {};
}

}  // namespace garboard::cli
