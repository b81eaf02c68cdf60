// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include <garboard/plugin.hpp>

#include "common/child_process.hpp"

namespace garboard::exec {
namespace {

using hooks::ChildProcess;
using hooks::File;
using Clock = ChildProcess::Clock;
constexpr std::size_t most_output = std::size_t{1} << 20U;
constexpr std::size_t most_error_lines = 200;
constexpr std::size_t longest_error_line = 1000;

[[noreturn]] void fail(std::string text) { throw sdk::Failure(GBD_E_INTERNAL, std::move(text)); }

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
void wait_for_output(ChildProcess& child, Clock::time_point deadline) {
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
  if (hooks::has_succeeded(end)) return;
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
  ChildProcess child(program.command, input, ChildProcess::Errors::are_read);
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
