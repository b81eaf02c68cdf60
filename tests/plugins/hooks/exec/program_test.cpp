// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <garboard/plugin.hpp>

namespace garboard::exec {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Heard {
  std::vector<std::string> lines;
  bool is_cancelled = false;

  Listener listener() {
    return {[this](std::string_view line) { lines.emplace_back(line); },
            [this] { return is_cancelled; }};
  }
};

std::string run_shell(const std::string& script, std::string_view input = "",
                      milliseconds timeout = seconds(60)) {
  Heard heard;
  return output_of({{"sh", "-c", script}, timeout}, input, heard.listener());
}

sdk::Failure failure_of(const std::string& script, milliseconds timeout = seconds(60)) {
  try {
    static_cast<void>(run_shell(script, "", timeout));
  } catch (const sdk::Failure& failure) {
    return failure;
  }
  ADD_FAILURE() << script << " did not fail";
  return {GBD_OK, ""};
}

TEST(ExecProgram, GivesTheInputAndTakesTheOutput) {
  const std::string large(3U << 20U, 'x');
  EXPECT_EQ(run_shell("wc -c", large), std::to_string(large.size()) + "\n");
  EXPECT_EQ(run_shell("printf abc; cat", "def"), "abcdef");
}

TEST(ExecProgram, DoesNotCareWhetherTheInputIsRead) {
  EXPECT_EQ(run_shell("echo done", std::string(3U << 20U, 'x')), "done\n");
}

TEST(ExecProgram, UsesNoShell) {
  Heard heard;
  EXPECT_EQ(output_of({{"echo", "$HOME; `id`"}, seconds(60)}, "", heard.listener()),
            "$HOME; `id`\n");
}

TEST(ExecProgram, TellsEachLineOfStderr) {
  Heard heard;
  static_cast<void>(
      output_of({{"sh", "-c", "echo one >&2; printf two >&2"}, seconds(60)}, "", heard.listener()));
  EXPECT_EQ(heard.lines, (std::vector<std::string>{"one", "two"}));
}

TEST(ExecProgram, SaysHowItEnded) {
  EXPECT_EQ(failure_of("exit 3").message, "sh ended with code 3");
  EXPECT_EQ(failure_of("echo no such policy >&2; exit 3").message,
            "sh ended with code 3: no such policy");
  EXPECT_EQ(failure_of("kill -SEGV $$").message, "sh was ended by signal 11");
}

TEST(ExecProgram, SaysThatItCouldNotBeStarted) {
  Heard heard;
  EXPECT_THROW(
      static_cast<void>(output_of({{"/nowhere/at-all"}, seconds(60)}, "", heard.listener())),
      sdk::Failure);
}

TEST(ExecProgram, RefusesEndlessOutput) {
  EXPECT_EQ(failure_of("yes").message, "sh wrote more than 1 MiB");
}

TEST(ExecProgram, IsKilledAtItsDeadline) {
  const sdk::Failure failure =
      failure_of("trap '' TERM; while :; do sleep 100; done", milliseconds(200));
  EXPECT_EQ(failure.status, GBD_E_TIMEOUT);
  EXPECT_EQ(failure.message, "sh was still running after 200ms and was killed");
}

TEST(ExecProgram, IsKilledWithItsChildren) {
  Heard heard;
  const Listener listener{[&](std::string_view line) { heard.lines.emplace_back(line); },
                          [] { return false; }};
  EXPECT_THROW(
      static_cast<void>(output_of(
          {{"sh", "-c", "sleep 1000 & echo $! >&2; wait"}, milliseconds(300)}, "", listener)),
      sdk::Failure);
  ASSERT_EQ(heard.lines.size(), 1U);
  const std::string stat = "/proc/" + heard.lines[0] + "/cmdline";
  // Gone, or a zombie that somebody else is yet to reap.
  for (int tries = 0; tries < 3000; ++tries) {
    const int fd = open(stat.c_str(), O_RDONLY | O_CLOEXEC);
    char byte = 0;
    const bool lives = fd >= 0 && read(fd, &byte, 1) == 1;
    if (fd >= 0) close(fd);
    if (!lives) return;
    std::this_thread::sleep_for(milliseconds(10));
  }
  ADD_FAILURE() << "the grandchild is still running";
}

TEST(ExecProgram, EndsAlthoughAGrandchildHoldsItsOutput) {
  EXPECT_EQ(run_shell("sleep 1000 & echo done"), "done\n");
}

TEST(ExecProgram, IsKilledWhenTheRunIsInterrupted) {
  Heard heard;
  heard.is_cancelled = true;
  try {
    static_cast<void>(output_of({{"sleep", "1000"}, seconds(60)}, "", heard.listener()));
    FAIL() << "it ended by itself";
  } catch (const sdk::Failure& failure) {
    EXPECT_EQ(failure.status, GBD_E_CANCELLED);
  }
}

TEST(ExecProgram, InheritsNoFileAndNoSignalMask) {
  const int file = open("/dev/null", O_RDONLY);  // NOLINT(android-cloexec-open)
  ASSERT_EQ(fcntl(file, F_SETFD, 0), 0);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  const std::string open_files = run_shell("ls /proc/self/fd | wc -l");
  const std::string mask = run_shell("grep SigBlk /proc/self/status");
  pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  close(file);
  EXPECT_EQ(open_files, "4\n");  // three, and the folder that ls reads
  EXPECT_NE(mask.find("0000000000000000"), std::string::npos) << mask;
}

}  // namespace
}  // namespace garboard::exec
