// SPDX-License-Identifier: Apache-2.0
#include "fleet/child.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace garboard::fleet {

namespace {

using base::Code;
using base::Error;

constexpr std::size_t max_report_bytes = std::size_t{64} << 20U;
constexpr std::size_t max_line_bytes = std::size_t{1} << 20U;

using Pipe = std::array<int, 2>;

void close_both(const Pipe& pipe) noexcept {
  ::close(pipe[0]);
  ::close(pipe[1]);
}

/// Ours is read without waiting.
Result<Pipe> make_pipe() {
  Pipe ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) == 0 && ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
    return ends;
  return Error{.code = Code::internal,
               .message = std::string("no pipe: ") + std::strerror(errno),
               .reason = "no-process",
               .hint = "lower --parallel, or raise the limit on open files"};
}

/// Calls `take` with what has arrived. False at the end.
template <class Take>
bool drain(int fd, Take&& take) {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n > 0)
      take(std::string_view(buffer.data(), static_cast<std::size_t>(n)));
    else if (n == 0 || errno != EINTR)
      return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
}

}  // namespace

Child::Child(pid_t pid, int output, int log, LineSink on_line)
    : pid_(pid), output_(output), log_(log), on_line_(std::move(on_line)) {}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  ::close(output_);
  if (log_ >= 0) ::close(log_);
}

Result<std::unique_ptr<Child>> Child::start(base::ProcessSpec spec, LineSink on_line) {
  const Result<Pipe> output = make_pipe();
  if (!output) return output.error();
  const Result<Pipe> log = make_pipe();
  if (!log) {
    close_both(*output);
    return log.error();
  }
  spec.descriptors = {{(*output)[1], STDOUT_FILENO}, {(*log)[1], STDERR_FILENO}};
  const Result<pid_t> pid = base::start_process(std::move(spec));
  if (!pid) {
    close_both(*output);
    close_both(*log);
    return pid.error();
  }
  ::close((*output)[1]);
  ::close((*log)[1]);
  return std::unique_ptr<Child>(new Child(*pid, (*output)[0], (*log)[0], std::move(on_line)));
}

bool Child::read() {
  read_log();
  return drain(output_, [this](std::string_view bytes) {
    if (report_.size() < max_report_bytes) report_ += bytes;
  });
}

void Child::read_log() {
  if (log_ < 0) return;
  const bool is_open = drain(log_, [this](std::string_view bytes) {
    line_ += bytes;
    std::size_t from = 0;
    for (std::size_t end = line_.find('\n'); end != std::string::npos;
         end = line_.find('\n', from)) {
      on_line_(std::string_view(line_).substr(from, end - from));
      from = end + 1;
    }
    line_.erase(0, from);
    if (line_.size() > max_line_bytes) line_.clear();
  });
  if (is_open) return;
  ::close(std::exchange(log_, -1));
  if (!line_.empty()) on_line_(std::exchange(line_, {}));
}

Outcome Child::finish() {
  int status = 0;
  pid_t waited = 0;
  do waited = ::waitpid(pid_, &status, 0);
  while (waited < 0 && errno == EINTR);
  pid_ = 0;
  read();  // a process that it left behind may hold its log open: what has arrived is enough
  Outcome outcome{
      .duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_),
      .output = std::move(report_)};
  if (waited < 0) {
    outcome.exit_code = static_cast<int>(Code::internal);
    outcome.crash = "ended unseen";
  } else if (WIFEXITED(status)) {
    outcome.exit_code = WEXITSTATUS(status);
  } else {
    // killed for its memory, most likely: as a shell and Kubernetes name it, and try it again
    const bool is_killed = WTERMSIG(status) == SIGKILL;
    outcome.exit_code = is_killed ? 128 + SIGKILL : static_cast<int>(Code::internal);
    outcome.crash = base::how_it_ended(status);
  }
  outcome.state = state_of(outcome.exit_code);
  return outcome;
}

void Child::terminate() noexcept {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

}  // namespace garboard::fleet
