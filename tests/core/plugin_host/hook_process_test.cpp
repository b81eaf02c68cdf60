// SPDX-License-Identifier: Apache-2.0
// A hook may crash, hang, throw or answer nonsense: the process that asked it must learn of it, and
// go on.
#include "plugin_host/hook_process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace garboard::plugin_host {
namespace {

using namespace std::chrono_literals;
using base::Code;

constexpr const char* before_run = R"({"type":"garboard.before_run"})";

class HookProcessTest : public testing::Test {
 protected:
  std::unique_ptr<HookProcess> start(const std::string& config,
                                     std::chrono::milliseconds timeout = 20s) {
    auto process = try_start(config, timeout);
    EXPECT_TRUE(process) << process.error().message;
    return process ? std::move(process).value() : nullptr;
  }

  Result<std::unique_ptr<HookProcess>> try_start(const std::string& config,
                                                 std::chrono::milliseconds timeout = 20s) {
    return HookProcess::start(
        {.executable = GARBOARD_TEST_PROGRAM,
         .file = GARBOARD_TEST_HOOKS "/garboard-hook-moody.so",
         .name = "moody",
         .environment = {"ONLY=this"},
         .timeout = timeout},
        {.log = [this](int, std::string_view line) { log_.emplace_back(line); }, .query = query_},
        config);
  }

  std::string failure(const std::string& config, std::chrono::milliseconds timeout = 20s) {
    const auto process = start(config, timeout);
    const auto answer = process->event(before_run);
    if (answer) return "no failure, verdict " + std::to_string(answer->verdict);
    EXPECT_EQ(answer.error().code, Code::plugin);
    return answer.error().message;
  }

  std::vector<std::string> log_;
  std::function<Result<std::string>(std::string_view)> query_;
};

TEST_F(HookProcessTest, AnswersWithVerdictAndFindings) {
  const auto process = start(R"({"mood":"deny"})");
  EXPECT_NE(process->describe_json().find("before_run"), std::string::npos);
  for (int i = 0; i < 3; ++i) {
    const auto answer = process->event(before_run);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->verdict, GBD_DENY);
    EXPECT_NE(answer->findings_json.find("MOOD1"), std::string::npos);
  }
  EXPECT_TRUE(process->finish());
}

TEST_F(HookProcessTest, SaysHowItDied) {
  EXPECT_EQ(failure(R"({"mood":"exit"})"), "the hook moody ended by itself (exit code 0)");
  // a sanitizer catches the signal, reports it and exits
  const std::string crash = failure(R"({"mood":"crash"})");
  EXPECT_TRUE(crash == "the hook moody crashed (SIGSEGV)" ||
              crash == "the hook moody ended by itself (exit code 1)")
      << crash;
}

TEST_F(HookProcessTest, EndsWhatDoesNotAnswerInTime) {
  const auto process = start(R"({"mood":"hang"})", 1500ms);
  const auto answer = process->event(before_run);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "the hook moody did not answer within 1500 ms, and was ended");
  EXPECT_FALSE(process->is_alive());
  EXPECT_EQ(process->event(before_run).error().message, "the hook moody is gone");
}

TEST_F(HookProcessTest, TellsItThatNobodyWaitsAnyMore) {
  const std::string end = testing::TempDir() + "/moody-end-" + std::to_string(::getpid());
  const auto process = start(R"({"mood":"until-cancelled","end":")" + end + R"("})", 1500ms);
  ASSERT_FALSE(process->event(before_run));
  std::string said;
  std::getline(std::ifstream(end), said);
  std::filesystem::remove(end);
  EXPECT_EQ(said, "cancelled");
}

TEST_F(HookProcessTest, ReportsWhatIsThrownAndGoesOn) {
  const auto process = start(R"({"mood":"throw","on":"before_run"})");
  EXPECT_EQ(process->event(before_run).error().message, "the hook moody: out of sorts");
  EXPECT_TRUE(process->event(R"({"type":"garboard.plan.ready"})"));
  EXPECT_EQ(failure(R"({"mood":"throw-int"})"),
            "the hook moody: the plugin threw something that is no std::exception");
}

TEST_F(HookProcessTest, RefusesNonsense) {
  EXPECT_EQ(failure(R"({"mood":"nonsense"})"), "the hook moody: its findings are no JSON");
  EXPECT_EQ(failure(R"({"mood":"garble"})"), "the hook moody answered nonsense, and was ended");
}

TEST_F(HookProcessTest, PassesAnUnknownVerdictOnForTheHostToJudge) {
  EXPECT_EQ(start(R"({"mood":"unknown-verdict"})")->event(before_run)->verdict, 77);
}

TEST_F(HookProcessTest, RefusesAConfigThatTheHookRefuses) {
  const auto refused = try_start(R"({"mood":"refuse"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the hook moody: mood: is none");
}

TEST_F(HookProcessTest, GivesItOnlyTheVariablesNamed) {
  EXPECT_TRUE(start(R"({"mood":"environment"})")->event(before_run));
  ASSERT_EQ(log_.size(), 1U);
  EXPECT_EQ(log_[0], "moody: ONLY=this\n");
}

TEST_F(HookProcessTest, AsksTheHost) {
  EXPECT_TRUE(start(R"({"mood":"query"})")->event(before_run));
  query_ = [](std::string_view sql) {
    return Result<std::string>(R"([[")" + std::string(sql) + R"("]])");
  };
  EXPECT_TRUE(start(R"({"mood":"query"})")->event(before_run));
  query_ = [](std::string_view) -> Result<std::string> {
    return base::Error{.code = Code::statement_failed, .message = "no such table"};
  };
  EXPECT_TRUE(start(R"({"mood":"query"})")->event(before_run));
  EXPECT_EQ(log_, (std::vector<std::string>{"moody: nobody to ask: there is no connection",
                                            R"(moody: answer [["SELECT 1"]])",
                                            "moody: refused: no such table"}));
}

}  // namespace
}  // namespace garboard::plugin_host
