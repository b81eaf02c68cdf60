// SPDX-License-Identifier: Apache-2.0
#include "common/config.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <garboard/plugin.hpp>

namespace garboard::hooks {
namespace {

std::string failure_of(const Json& config, const std::string& key) {
  try {
    static_cast<void>(outside_value(config, key));
  } catch (const sdk::Failure& failure) {
    return failure.message;
  }
  return "";
}

TEST(HookConfig, IsAnObjectOrNothing) {
  EXPECT_TRUE(read_config("").empty());
  EXPECT_EQ(read_config(R"({"a":1})").size(), 1U);
  EXPECT_THROW(static_cast<void>(read_config("[]")), sdk::Failure);
  EXPECT_THROW(static_cast<void>(read_config("{")), sdk::Failure);
}

TEST(HookConfig, RefusesKeysThatItDoesNotKnow) {
  EXPECT_NO_THROW(allow_only({{"a", 1}}, {"a", "b"}));
  EXPECT_THROW(allow_only({{"a", 1}, {"A", 1}}, {"a", "b"}), sdk::Failure);
  EXPECT_THROW(allow_only("a", {"a"}), sdk::Failure);
}

TEST(HookConfig, ReadsDurations) {
  const Json config{{"a", "300ms"}, {"b", "5s"}, {"c", "2m"}};
  using std::chrono::milliseconds;
  EXPECT_EQ(duration_of(config, "a", {}), milliseconds(300));
  EXPECT_EQ(duration_of(config, "b", {}), milliseconds(5000));
  EXPECT_EQ(duration_of(config, "c", {}), milliseconds(120'000));
  EXPECT_EQ(duration_of(config, "d", milliseconds(7)), milliseconds(7));
  for (const Json& wrong : {Json("5"), Json("s"), Json("0s"), Json("-1s"), Json(5), Json("5 s"),
                            Json("99999999999999999999s"), Json("1000000m")})
    EXPECT_THROW(static_cast<void>(duration_of({{"a", wrong}}, "a", {})), sdk::Failure) << wrong;
}

TEST(HookConfig, ReadsNames) {
  constexpr std::string_view known = R"(["x","y","z"])";
  EXPECT_EQ(names_of({{"a", {"x", "y"}}}, "a", known, {}), (std::set<std::string>{"x", "y"}));
  EXPECT_EQ(names_of({}, "a", known, {"z"}), std::set<std::string>{"z"});
  for (const Json& wrong : {Json{1}, Json("x"), Json{"x", "w"}})
    EXPECT_THROW(static_cast<void>(names_of({{"a", wrong}}, "a", known, {})), sdk::Failure)
        << wrong;
}

TEST(HookConfig, ReadsTextsAndFlags) {
  const Json config{{"a", "x"}, {"b", false}};
  EXPECT_EQ(text_of(config, "a", "y"), "x");
  EXPECT_EQ(text_of(config, "c", "y"), "y");
  EXPECT_FALSE(flag_of(config, "b", true));
  EXPECT_TRUE(flag_of(config, "c", true));
  EXPECT_THROW(static_cast<void>(text_of(config, "b")), sdk::Failure);
  EXPECT_THROW(static_cast<void>(flag_of(config, "a", true)), sdk::Failure);
  EXPECT_THROW(static_cast<void>(outside_value({{"urlEnv", 7}}, "url")), sdk::Failure);
}

TEST(HookConfig, TakesSecretsFromVariablesAndFilesOnly) {
  setenv("GARBOARD_TEST_HOOK_URL", " https://x/y \n", 1);
  EXPECT_EQ(outside_value({{"urlEnv", "GARBOARD_TEST_HOOK_URL"}}, "url"), "https://x/y");
  EXPECT_EQ(outside_value({{"url", "https://inline"}}, "url"), "");
  const std::string path = testing::TempDir() + "hook-secret-" + std::to_string(getpid());
  std::ofstream(path) << "whsec_a\nwhsec_b\n";
  EXPECT_EQ(outside_value({{"urlFile", path}}, "url"), "whsec_a\nwhsec_b");
  std::ofstream(path, std::ios::trunc) << "\n";
  EXPECT_EQ(failure_of({{"urlFile", path}}, "url"), "the file " + path + " is empty");
  unlink(path.c_str());
  EXPECT_EQ(failure_of({{"urlFile", path}}, "url"), "cannot read the file " + path);
  unsetenv("GARBOARD_TEST_HOOK_URL");
  EXPECT_NE(failure_of({{"urlEnv", "GARBOARD_TEST_HOOK_URL"}}, "url").find("is not set"),
            std::string::npos);
  EXPECT_NE(failure_of({{"urlEnv", "A"}, {"urlFile", "b"}}, "url").find("either"),
            std::string::npos);
}

}  // namespace
}  // namespace garboard::hooks
