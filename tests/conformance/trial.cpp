// SPDX-License-Identifier: Apache-2.0
#include "trial.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include "child.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int verdict_fd = 3;
constexpr std::array<std::string_view, 4> reports{"ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                                                  "WARNING: ThreadSanitizer", "runtime error:"};

struct Streams {
  Pipe verdict, out, err;
};

pid_t spawn(const Check& check, const Trial& trial, const Streams& streams) {
  std::vector<std::string> words{"--run", std::string(check.id), trial.file.string()};
  if (!trial.profile_file.empty()) {
    words.emplace_back("--profile");
    words.push_back(trial.profile_file.string());
  }
  const std::array<Inherited, 3> files{{{streams.out.writing(), 1},
                                        {streams.err.writing(), 2},
                                        {streams.verdict.writing(), verdict_fd}}};
  return spawn_self(std::move(words), files, Group::own);  // to be killed with its children
}

/// Reads until all three end, or the time is over: false.
bool read_all(Streams& streams, Clock::time_point deadline) {
  std::vector<Pipe*> open{&streams.verdict, &streams.out, &streams.err};
  while (!open.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    std::vector<pollfd> waiting;
    waiting.reserve(open.size());
    for (const Pipe* pipe : open) waiting.push_back({pipe->reading(), POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(left)) <= 0) continue;
    std::vector<Pipe*> still;
    for (std::size_t i = 0; i < open.size(); ++i)
      if (waiting[i].revents == 0 || open[i]->take()) still.push_back(open[i]);
    open = std::move(still);
  }
  return true;
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    return "the process was killed by SIG" + std::string(name == nullptr ? "?" : name);
  }
  return "the process ended with " + std::to_string(WEXITSTATUS(status)) +
         " before the check was over";
}

Verdict judged(const Streams& streams, int status) {
  const auto is_failed = [](std::string why) {
    return Verdict{.kind = Verdict::Kind::failed, .why = std::move(why)};
  };
  const std::string_view said = streams.verdict.text;
  if (said.empty() || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return is_failed(how_it_ended(status));
  if (said.starts_with("failed ")) return is_failed(std::string(said.substr(7)));
  for (const std::string_view report : reports)
    if (const auto at = streams.err.text.find(report); at != std::string::npos)
      return is_failed(first_line(std::string_view(streams.err.text).substr(at)));
  if (!streams.out.text.empty())
    return is_failed("it wrote to standard output: " + first_line(streams.out.text));
  if (said.starts_with("skipped "))
    return {.kind = Verdict::Kind::skipped, .why = std::string(said.substr(8))};
  return {.kind = Verdict::Kind::passed};
}

void say(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = ::write(verdict_fd, rest.data(), rest.size());
    if (n < 0 && errno != EINTR) return;
    rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  }
}

}  // namespace

Verdict try_out(const Check& check, const Trial& trial, std::chrono::seconds timeout) {
  const auto began = Clock::now();
  Streams streams;
  const pid_t pid = spawn(check, trial, streams);
  for (Pipe* pipe : {&streams.verdict, &streams.out, &streams.err}) pipe->close_writing();
  const bool is_on_time = read_all(streams, began + timeout);
  ::kill(-pid, SIGKILL);  // nothing of it may go on
  const int status = status_of(pid);
  Verdict verdict =
      is_on_time
          ? judged(streams, status)
          : Verdict{.why = "it was not over after " + std::to_string(timeout.count()) + " s"};
  verdict.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
  if (verdict.kind == Verdict::Kind::failed) verdict.output = streams.out.text + streams.err.text;
  return verdict;
}

void run_here(const Check& check, const std::filesystem::path& file, Profile profile) {
  ::fcntl(verdict_fd, F_SETFD, FD_CLOEXEC);
  std::signal(SIGPIPE, SIG_IGN);  // as in the host
  try {
    Subject subject(file, std::move(profile));
    check.run(subject);
    subject.shut_down();
    say("passed");
  } catch (const Skipped& reason) {
    say("skipped " + std::string(reason.what()));
  } catch (const std::exception& reason) {
    say("failed " + std::string(reason.what()));
  }
  std::fflush(nullptr);
  ::_exit(0);
}

void start_again_with(const std::filesystem::path& library) {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::setenv("LD_PRELOAD", library.c_str(), 1);
  ::fcntl(verdict_fd, F_SETFD, 0);
  ::execv("/proc/self/exe", arguments.data());
  throw Failed("the kit could not be started again: " + std::string(std::strerror(errno)));
}

}  // namespace garboard::conformance
