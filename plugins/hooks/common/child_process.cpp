// SPDX-License-Identifier: Apache-2.0
#include "common/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>

#include <garboard/plugin.hpp>

extern char** environ;

namespace garboard::hooks {
namespace {

[[noreturn]] void fail(const std::string& what, int number) {
  throw sdk::Failure(GBD_E_INTERNAL, what + ": " + std::strerror(number));
}

/// A file in memory: a program that does not read its stdin cannot keep us waiting.
File memory_file(std::string_view text) {
  File file(memfd_create("input", MFD_CLOEXEC));
  if (!file.is_open()) fail("cannot make a file in memory", errno);
  while (!text.empty()) {
    const ssize_t n = write(file.fd(), text.data(), text.size());
    if (n < 0 && errno != EINTR) fail("cannot write to a file in memory", errno);
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  lseek(file.fd(), 0, SEEK_SET);
  return file;
}

struct Pipe {
  File reader, writer;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("cannot make a pipe", errno);
  Pipe made{File(ends[0]), File(ends[1])};
  fcntl(made.reader.fd(), F_SETFL, O_NONBLOCK);
  return made;
}

/// A process group of its own, and signals as a fresh program expects them.
class SpawnSettings {
 public:
  SpawnSettings(const File& in, const File& out, const File& err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in.fd(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out.fd(), STDOUT_FILENO);
    if (err.is_open()) posix_spawn_file_actions_adddup2(&actions_, err.fd(), STDERR_FILENO);
#ifdef __GLIBC__
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#endif
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

void File::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

ChildProcess::ChildProcess(const std::vector<std::string>& command, std::string_view input,
                           Errors errors) {
  const File in = memory_file(input);
  Pipe out = make_pipe();
  Pipe err = errors == Errors::are_read ? make_pipe() : Pipe{};
  const SpawnSettings settings(in, out.writer, err.writer);
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int error =
      posix_spawnp(&pid_, argv[0], settings.actions(), settings.attributes(), argv.data(), environ);
  if (error != 0) fail("cannot run " + command[0], error);
  out_ = std::move(out.reader);
  err_ = std::move(err.reader);
}

ChildProcess::~ChildProcess() {
  // Killed before it is reaped, while the number cannot be anybody else's.
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::read_more(Clock::time_point deadline) {
  pollfd waiting{out_.fd(), POLLIN, 0};
  for (;;) {
    const std::int64_t left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const int ready =
        poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    std::array<char, 1U << 16U> buffer;
    const ssize_t got = read(out_.fd(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
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

std::optional<siginfo_t> ChildProcess::end() const {
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    return std::nullopt;
  return info;
}

std::optional<siginfo_t> ChildProcess::end(Clock::time_point deadline) const {
  for (;;) {
    if (auto ended = end(); ended || Clock::now() >= deadline) return ended;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace garboard::hooks
