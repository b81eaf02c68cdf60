// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.hpp"

#include <gtest/gtest.h>

namespace garboard::cli {
namespace {

using Words = std::vector<std::string>;

Result<Arguments> parsed(const Words& words) { return parse_arguments(words); }

std::string value(const Arguments& arguments, std::string_view name) {
  for (const auto& [option, given] : arguments.options)
    if (option->name == name) return given;
  return "(none)";
}

TEST(Arguments, TakesOptionsBeforeAndAfterTheCommand) {
  const Result<Arguments> arguments =
      parsed({"--log-format", "json", "migrate", "--plan=a.yaml", "--dry-run", "-u", "sqlite:x"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->command, Command::migrate);
  EXPECT_EQ(value(*arguments, "log-format"), "json");
  EXPECT_EQ(value(*arguments, "plan"), "a.yaml");
  EXPECT_EQ(value(*arguments, "dry-run"), "true");
  EXPECT_EQ(value(*arguments, "url"), "sqlite:x");
}

TEST(Arguments, GivesAFlagNoWordThatFollowsIt) {
  const Result<Arguments> arguments = parsed({"--dry-run", "migrate"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->command, Command::migrate);
  EXPECT_EQ(value(*parsed({"migrate", "--dry-run=false"}), "dry-run"), "false");
}

TEST(Arguments, KnowsAliases) {
  for (const char* word : {"migrate", "up", "apply"}) {
    const Result<Arguments> arguments = parsed({word});
    ASSERT_TRUE(arguments);
    EXPECT_EQ(arguments->command, Command::migrate);
  }
}

TEST(Arguments, TakesADashAsAFile) {
  const Result<Arguments> arguments = parsed({"split", "-", "--dialect", "postgres"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->words, Words{"-"});
}

TEST(Arguments, NeverGuessesAnAbbreviation) {
  const Result<Arguments> arguments = parsed({"migrate", "--dry"});
  ASSERT_FALSE(arguments);
  EXPECT_EQ(arguments.error().code, base::Code::usage);
  EXPECT_EQ(arguments.error().hint, "did you mean --dry-run?");
}

TEST(Arguments, SuggestsWhatASlipOfTheFingersMeant) {
  EXPECT_EQ(parsed({"migrate", "--lock-wiat", "5m"}).error().hint, "did you mean --lock-wait?");
  EXPECT_EQ(parsed({"migarte"}).error().hint, "did you mean migrate?");
  EXPECT_EQ(parsed({"migrate", "--nonsense-at-all"}).error().hint, "see garboard help");
}

TEST(Arguments, RefusesWhatDoesNotBelongToTheCommand) {
  for (const Words& words :
       {Words{}, Words{"nonsense"}, Words{"status", "--dry-run"}, Words{"migrate", "x"},
        Words{"split"}, Words{"plugins", "remove"}, Words{"completion", "csh"},
        Words{"migrate", "--plan"}, Words{"migrate", "-x"}, Words{"version", "1"}}) {
    const Result<Arguments> arguments = parsed(words);
    ASSERT_FALSE(arguments) << testing::PrintToString(words);
    EXPECT_EQ(arguments.error().code, base::Code::usage);
    EXPECT_FALSE(arguments.error().hint.empty());
  }
}

TEST(Arguments, NeverShowsWhatCouldBeASecret) {
  for (const Words& words :
       {Words{"postgres://u:canary@h/d"}, Words{"migrate", "postgres://u:canary@h/d"},
        Words{"migrate", "--ulr=postgres://u:canary@h/d"}, Words{"migrate", "--ulr", "canary:x"},
        Words{"migrate", "-xcanary"}, Words{"migrate", "--url=canary@", "--bad"},
        Words{"status", "--dry-run=canary"}, Words{"plugins", "can:canary"}}) {
    const Result<Arguments> arguments = parsed(words);
    ASSERT_FALSE(arguments) << testing::PrintToString(words);
    EXPECT_EQ((arguments.error().message + arguments.error().hint).find("canary"),
              std::string::npos)
        << arguments.error().message;
  }
}

TEST(Arguments, HelpAndVersionNeedNoCommandAndNoArguments) {
  EXPECT_TRUE(parsed({"--help"})->has("help"));
  EXPECT_EQ(parsed({"--version"})->command, Command::version);
  EXPECT_TRUE(parsed({"split", "-h"})->has("help"));
  EXPECT_TRUE(parsed({"completion", "--help"})->has("help"));
}

}  // namespace
}  // namespace garboard::cli
