// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include <garboard/plugin.hpp>

extern char** environ;

namespace garboard::exec {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t most_output = std::size_t{1} << 20U;
constexpr std::size_t most_error_lines = 200;
constexpr std::size_t longest_error_line = 1000;

[[noreturn]] void fail(std::string text) { throw sdk::Failure(GBD_E_INTERNAL, std::move(text)); }

[[noreturn]] void fail_with_errno(const std::string& what, int number) {
  fail(what + ": " + std::strerror(number));
}

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
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A file in memory: a program that does not read its stdin cannot keep us waiting.
File memory_file(std::string_view text) {
  File file(memfd_create("event", MFD_CLOEXEC));
  if (!file.is_open()) fail_with_errno("cannot make a file in memory", errno);
  while (!text.empty()) {
    const ssize_t n = write(file.fd(), text.data(), text.size());
    if (n < 0 && errno != EINTR) fail_with_errno("cannot write to a file in memory", errno);
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
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail_with_errno("cannot make a pipe", errno);
  Pipe made{File(ends[0]), File(ends[1])};
  fcntl(made.reader.fd(), F_SETFL, O_NONBLOCK);
  return made;
}

class SpawnSettings {
 public:
  SpawnSettings(int in, int out, int err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, err, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
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

/// A running program that leads a process group; whoever is in the group dies with this object.
class Child {
 public:
  Child(const std::vector<std::string>& command, std::string_view input) {
    const File in = memory_file(input);
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    const SpawnSettings settings(in.fd(), out.writer.fd(), err.writer.fd());
    std::vector<char*> argv;
    argv.reserve(command.size() + 1);
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const int error = posix_spawnp(&pid_, argv[0], settings.actions(), settings.attributes(),
                                   argv.data(), environ);
    if (error != 0) fail_with_errno("cannot run " + command[0], error);
    out_ = std::move(out.reader);
    err_ = std::move(err.reader);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    // Killed before it is reaped, while the number cannot be anybody else's.
    kill(-pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// How it ended, once it has; it stays a zombie.
  [[nodiscard]] std::optional<siginfo_t> end() const {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0)
      return std::nullopt;
    return info;
  }
  File& out() { return out_; }
  File& err() { return err_; }

 private:
  pid_t pid_ = -1;
  File out_, err_;
};

/// Splits stderr into lines for the listener; a program that floods it is not listened to for ever.
class ErrorLines {
 public:
  explicit ErrorLines(const std::function<void(std::string_view)>& told) : told_(told) {}

  void take(std::string_view bytes) {
    for (const char byte : bytes) {
      if (byte == '\n') {
        end_line();
      } else if (line_.size() < longest_error_line) {
        line_ += byte;
      }
    }
  }
  void end_line() {
    if (!line_.empty() && lines_++ < most_error_lines) told_(last_ = line_);
    line_.clear();
  }
  [[nodiscard]] const std::string& last() const { return last_; }

 private:
  const std::function<void(std::string_view)>& told_;
  std::string line_, last_;
  std::size_t lines_ = 0;
};

/// All that can be read without waiting; closes the file at its end.
template <class Take>
void drain(File& file, const Take& take) {
  std::array<char, 16384> bytes{};
  while (file.is_open()) {
    const ssize_t n = read(file.fd(), bytes.data(), bytes.size());
    if (n > 0) {
      take(std::string_view(bytes.data(), static_cast<std::size_t>(n)));
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
      file.close();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

/// Until there is something to read, or a moment has passed: the program's end is seen by looking.
void wait_for_output(Child& child, Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  const bool is_closed = !child.out().is_open() && !child.err().is_open();
  const auto wait = std::clamp<std::int64_t>(left, 0, is_closed ? 1 : 20);
  std::array<pollfd, 2> files{pollfd{child.out().fd(), POLLIN, 0},
                              pollfd{child.err().fd(), POLLIN, 0}};
  poll(files.data(), files.size(), static_cast<int>(wait));
}

std::string duration(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + "s"
                                  : std::to_string(time.count()) + "ms";
}

void check_end(const std::string& name, const siginfo_t& end, const ErrorLines& lines) {
  if (end.si_code == CLD_EXITED && end.si_status == 0) return;
  sdk::Failure failure(
      GBD_E_INTERNAL,
      name + (end.si_code == CLD_EXITED ? " ended with code " : " was ended by signal ") +
          std::to_string(end.si_status));
  if (!lines.last().empty()) failure.message += ": " + lines.last();
  throw failure;
}

}  // namespace

std::string output_of(const Program& program, std::string_view input, const Listener& listener) {
  const std::string& name = program.command.front();
  const auto deadline = Clock::now() + program.timeout;
  Child child(program.command, input);
  std::string output;
  ErrorLines lines(listener.error_line);
  std::optional<siginfo_t> end;
  while (!end) {
    wait_for_output(child, deadline);
    end = child.end();
    drain(child.out(), [&](std::string_view bytes) { output += bytes; });
    drain(child.err(), [&](std::string_view bytes) { lines.take(bytes); });
    if (output.size() > most_output) fail(name + " wrote more than 1 MiB");
    if (!end && Clock::now() >= deadline)
      throw sdk::Failure(GBD_E_TIMEOUT, name + " was still running after " +
                                            duration(program.timeout) + " and was killed");
    if (!end && listener.is_cancelled())
      throw sdk::Failure(GBD_E_CANCELLED, name + " was killed because the run was interrupted");
  }
  lines.end_line();
  check_end(name, *end, lines);
  return output;
}

}  // namespace garboard::exec
