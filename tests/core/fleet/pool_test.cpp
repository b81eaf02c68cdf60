// SPDX-License-Identifier: Apache-2.0
#include "fleet/pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace garboard::fleet {
namespace {

/// Runs shell scripts as targets.
struct Scripts {
  std::vector<std::string> scripts;
  std::map<std::size_t, std::string> lines = {};
  std::map<std::size_t, Outcome> outcomes = {};
  std::map<std::size_t, std::string> refusals = {};
  std::size_t running = 0;
  std::size_t most_running = 0;
  bool is_interrupted = false;

  PoolOwner owner() {
    return {.prepare = [this](std::size_t target) -> Result<base::ProcessSpec> {
              if (scripts[target].empty())
                return base::Error{.code = base::Code::bad_input, .message = "no script"};
              most_running = std::max(most_running, ++running);
              return base::ProcessSpec{.program = "/bin/sh",
                                       .arguments = {"-c", scripts[target]},
                                       .environment = {"PATH=/usr/bin:/bin"}};
            },
            .on_line =
                [this](std::size_t target, std::string_view line) {
                  lines[target] += std::string(line) + "|";
                  if (line == "interrupt") is_interrupted = true;
                },
            .on_end =
                [this](std::size_t target, const Outcome& outcome) {
                  --running;
                  outcomes[target] = outcome;
                },
            .on_refusal = [this](std::size_t target,
                                 const base::Error& error) { refusals[target] = error.message; },
            .is_interrupted = [this] { return is_interrupted; }};
  }
  void run(std::size_t parallel) {
    const PoolOwner owned = owner();
    run_pool(owned, 0, scripts.size(), parallel);
  }
};

TEST(Pool, GivesEachTargetItsOwnReportLogAndEnd) {
  Scripts all{{"echo one; echo a >&2; printf b >&2", "echo two; exit 30", "", "kill -SEGV $$"}};
  all.run(2);
  EXPECT_EQ(all.outcomes[0].output, "one\n");
  EXPECT_EQ(all.lines[0], "a|b|");
  EXPECT_EQ(all.outcomes[0].state, State::succeeded);
  EXPECT_EQ(all.outcomes[1].output, "two\n");
  EXPECT_EQ(all.outcomes[1].exit_code, 30);
  EXPECT_EQ(all.outcomes[1].state, State::failed);
  EXPECT_EQ(all.refusals[2], "no script");
  EXPECT_EQ(all.outcomes[3].crash, "crashed (SIGSEGV)");
  EXPECT_EQ(all.outcomes[3].exit_code, 1);
}

TEST(Pool, CallsWhatWasKilledAsAShellDoes) {
  Scripts all{{"kill -KILL $$"}};
  all.run(1);
  EXPECT_EQ(all.outcomes[0].exit_code, 137);
  EXPECT_EQ(all.outcomes[0].state, State::failed);
}

TEST(Pool, RunsAsManyAtOnceAsItMay) {
  Scripts all{std::vector<std::string>(12, "true")};
  all.run(3);
  EXPECT_EQ(all.outcomes.size(), 12U);
  EXPECT_EQ(all.most_running, 3U);
}

TEST(Pool, PassesAnInterruptOnAndStartsNothingMore) {
  Scripts all{{"trap 'exit 13' TERM; echo interrupt >&2; while :; do sleep 0.05; done", "true"}};
  all.run(1);
  EXPECT_EQ(all.outcomes[0].state, State::interrupted);
  EXPECT_FALSE(all.outcomes.contains(1));
}

TEST(Pool, TakesMuchOutputOnBothPipes) {
  Scripts all{{"i=0; while [ $i -lt 20000 ]; do echo 0123456789; echo x >&2; i=$((i+1)); done"}};
  all.run(1);
  EXPECT_EQ(all.outcomes[0].output.size(), 220000U);
  EXPECT_EQ(all.lines[0].size(), 40000U);
}

TEST(Pool, DoesNotWaitForWhatATargetLeavesBehindOnItsLog) {
  Scripts all{{"sleep 60 >/dev/null & echo done"}};
  all.run(1);
  EXPECT_EQ(all.outcomes[0].output, "done\n");
  EXPECT_LT(all.outcomes[0].duration, std::chrono::seconds(50));
}

TEST(Pool, ShowsATargetNoDescriptorOfTheOthers) {
  Scripts alone{{"ls /proc/self/fd"}};
  alone.run(1);
  Scripts all{{"sleep 0.2", "ls /proc/self/fd"}};
  all.run(2);
  EXPECT_EQ(all.outcomes[1].output, alone.outcomes[0].output);
}

}  // namespace
}  // namespace garboard::fleet
