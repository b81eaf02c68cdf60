// SPDX-License-Identifier: Apache-2.0
#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

namespace garboard::policy {
namespace {

[[noreturn]] void fail(int code, const std::string& what) {
  throw std::system_error(code, std::generic_category(), what);
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {
    if (fd < 0) fail(errno, "file descriptor");
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

void fill(const File& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0) fail(errno, "input");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  lseek(file.get(), 0, SEEK_SET);
}

struct Actions {
  Actions() { posix_spawn_file_actions_init(&raw); }
  ~Actions() { posix_spawn_file_actions_destroy(&raw); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t raw{};
};

struct Attributes {
  // A group of its own, and signals as a fresh program expects them.
  Attributes() {
    posix_spawnattr_init(&raw);
    sigset_t none;
    sigset_t defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&raw, &none);
    posix_spawnattr_setsigdefault(&raw, &defaults);
    posix_spawnattr_setpgroup(&raw, 0);
    posix_spawnattr_setflags(
        &raw, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Attributes() { posix_spawnattr_destroy(&raw); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t raw{};
};

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv, std::string_view input) {
  // a file in memory: unlike a pipe it never keeps the writer waiting
  const File in(memfd_create("input", MFD_CLOEXEC));
  fill(in, input);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "pipe");
  File read_end(ends[0]);
  const File write_end(ends[1]);

  Actions actions;
  posix_spawn_file_actions_adddup2(&actions.raw, in.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions.raw, write_end.get(), STDOUT_FILENO);
#ifdef __GLIBC__
  posix_spawn_file_actions_addclosefrom_np(&actions.raw, STDERR_FILENO + 1);
#endif
  Attributes attributes;
  std::vector<char*> raw;
  raw.reserve(argv.size() + 1);
  for (const std::string& word : argv) raw.push_back(const_cast<char*>(word.c_str()));
  raw.push_back(nullptr);
  const int code = posix_spawnp(&pid_, raw[0], &actions.raw, &attributes.raw, raw.data(), environ);
  if (code != 0) fail(code, argv.front());
  output_ = read_end.release();
}

ChildProcess::~ChildProcess() {
  end();
  close(output_);
}

void ChildProcess::end() noexcept {
  if (pid_ < 0) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool ChildProcess::read_more(Clock::time_point deadline) {
  pollfd waiting{output_, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const int ready = poll(&waiting, 1, static_cast<int>(std::clamp<long>(left, 0, 3'600'000)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    std::array<char, 1U << 16U> buffer;
    const ssize_t got = read(output_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    unread_.erase(0, std::exchange(taken_, 0));
    unread_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }
}

std::optional<std::string> ChildProcess::line(Clock::time_point deadline) {
  for (;;) {
    const std::size_t end = unread_.find('\n', taken_);
    if (end != std::string::npos) {
      std::string found = unread_.substr(taken_, end - taken_);
      taken_ = end + 1;
      return found;
    }
    if (!read_more(deadline)) return std::nullopt;
  }
}

std::optional<std::string> ChildProcess::output(std::size_t limit, Clock::time_point deadline) {
  while (read_more(deadline))
    if (unread_.size() > limit) return std::nullopt;
  if (Clock::now() >= deadline) return std::nullopt;
  return unread_;
}

std::optional<int> ChildProcess::status(Clock::time_point deadline) {
  for (;;) {
    int found = 0;
    const pid_t ended = waitpid(pid_, &found, WNOHANG);
    if (ended == pid_) {
      kill(-pid_, SIGKILL);  // whatever it has left behind
      pid_ = -1;
      return found;
    }
    if (Clock::now() >= deadline || (ended < 0 && errno != EINTR)) {
      end();
      return std::nullopt;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace garboard::policy
