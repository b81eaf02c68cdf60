// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

namespace garboard::cli {
namespace {

using std::chrono::milliseconds;

Arguments parsed(const std::vector<std::string>& words) { return parse_arguments(words).value(); }

Result<Settings> settings(const std::vector<std::string>& words,
                          std::vector<std::string_view> environment = {},
                          std::string_view file = "") {
  Result<FileSettings> read = read_settings_file(file, "garboard.yaml", FileTrust::named);
  if (!read) return std::move(read).error();
  return Settings::make(parsed(words), Environment(std::move(environment)),
                        std::move(read).value());
}

TEST(Settings, PrefersFlagThenEnvironmentThenFileThenDefault) {
  const char* const file = "lock-wait: 3s\n";
  EXPECT_EQ(settings({"migrate"})->duration("lock-wait"), milliseconds{300000});
  EXPECT_EQ(settings({"migrate"}, {}, file)->duration("lock-wait"), milliseconds{3000});
  EXPECT_EQ(settings({"migrate"}, {"GARBOARD_LOCK_WAIT=2s"}, file)->duration("lock-wait"),
            milliseconds{2000});
  EXPECT_EQ(settings({"migrate", "--lock-wait", "1s"}, {"GARBOARD_LOCK_WAIT=2s"}, file)
                ->duration("lock-wait"),
            milliseconds{1000});
}

TEST(Settings, HasAVariableAndAFileKeyForEveryOption) {
  for (const OptionSpec& option : option_specs()) {
    if (!option.is_setting || option.name == "config") continue;
    std::string text = "x";
    if (option.kind == ValueKind::duration) text = "7s";
    if (option.kind == ValueKind::flag) text = "true";
    if (option.kind == ValueKind::number || option.kind == ValueKind::count) text = "7";
    if (option.kind == ValueKind::decimal) text = "0.7";
    if (option.kind == ValueKind::choice) text = option.choices.substr(0, option.choices.find('|'));
    const std::string variable = environment_name(option) + "=" + text;
    for (const CommandSpec& command : command_specs()) {
      if ((option.commands & bit(command.command)) == 0 || command.min_arguments != 0) continue;
      const Result<Settings> from_environment = settings({std::string(command.name)}, {variable});
      ASSERT_TRUE(from_environment) << variable;
      EXPECT_EQ(from_environment->text(option.name), text);
      const Result<Settings> from_file =
          settings({std::string(command.name)}, {}, std::string(option.name) + ": " + text);
      ASSERT_TRUE(from_file) << option.name;
      EXPECT_EQ(from_file->text(option.name), text);
      EXPECT_TRUE(from_file->is_given(option.name));
    }
  }
}

TEST(Settings, TakesListsFromEverywhere) {
  using List = std::vector<std::string>;
  EXPECT_EQ(settings({"migrate", "-p", "a", "-p", "b"}, {"GARBOARD_PLAN=c"})->list("plan"),
            (List{"a", "b"}));
  EXPECT_EQ(settings({"migrate"}, {"GARBOARD_PLAN=a,b"})->list("plan"), (List{"a", "b"}));
  EXPECT_EQ(settings({"migrate"}, {}, "plan: [a, b]")->list("plan"), (List{"a", "b"}));
  EXPECT_EQ(settings({"migrate"}, {}, "plan: a")->list("plan"), List{"a"});
}

TEST(Settings, TakesTheLastOfARepeatedFlag) {
  EXPECT_EQ(settings({"migrate", "--table", "a", "--table", "b"})->text("table"), "b");
}

TEST(Settings, ReadsAnEmptyVariableAsNotSet) {
  EXPECT_EQ(settings({"migrate"}, {"GARBOARD_TABLE="})->text("table"), "garboard_migrations");
}

TEST(Settings, RefusesValuesThatDoNotFitAndSaysWhereTheyStand) {
  const Result<Settings> flag = settings({"migrate", "--lock-wait", "soon"});
  ASSERT_FALSE(flag);
  EXPECT_EQ(flag.error().code, base::Code::usage);
  EXPECT_EQ(flag.error().message, "--lock-wait: expected a duration such as 500ms, 30s or 5m");
  const Result<Settings> variable = settings({"migrate"}, {"GARBOARD_IF_AHEAD=maybe"});
  ASSERT_FALSE(variable);
  EXPECT_EQ(variable.error().code, base::Code::bad_input);
  EXPECT_EQ(variable.error().message, "GARBOARD_IF_AHEAD: expected one of ok, warn, fail");
  const Result<Settings> file = settings({"migrate"}, {}, "\ndry-run: perhaps");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message, "garboard.yaml:2:10: expected true or false");
}

TEST(Settings, CountsFromNoneToAThousand) {
  for (const char* count : {"0", "1000"})
    EXPECT_EQ(settings({"migrate", "--lock-retries", count})->count("lock-retries"),
              static_cast<std::size_t>(std::stoi(count)));
  for (const char* wrong : {"1001", "-1", "x", "1s"})
    EXPECT_FALSE(settings({"migrate", "--lock-retries", wrong})) << wrong;
}

TEST(Settings, LeavesTheOptionsOfOtherCommandsUnchecked) {
  EXPECT_TRUE(settings({"status"}, {"GARBOARD_LOCK_WAIT=soon"}));
}

TEST(SettingsSchema, KnowsTheSameKeysAndDefaultsAsTheTable) {
  std::ifstream file(GARBOARD_SCHEMA_FOLDER "/settings.schema.json");
  const nlohmann::json properties = nlohmann::json::parse(file).at("properties");
  std::size_t expected = 0;
  for (const OptionSpec& option : option_specs()) {
    if (!option.is_setting || option.name == "config") continue;
    ++expected;
    const std::string name(option.name);
    ASSERT_TRUE(properties.contains(name)) << name;
    const nlohmann::json& property = properties.at(name);
    if (!option.default_value.empty()) {
      const nlohmann::json& value = property.at("default");
      EXPECT_EQ(value.is_string() ? value.get<std::string>() : value.dump(), option.default_value);
    }
    for_each_part(option.choices, '|', [&](std::string_view choice) {
      EXPECT_EQ(std::ranges::count(property.at("enum"), nlohmann::json(choice)), 1) << choice;
    });
  }
  EXPECT_EQ(properties.size(), expected);
}

TEST(SettingsFile, RefusesAllMistakesAtOnceWithTheirPlaces) {
  const Result<FileSettings> read = read_settings_file(
      "tabel: x\ntable: a\ntable: b\nlock-wait: {a: b}\nhelp: true\n", "g.yaml", FileTrust::named);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, base::Code::bad_input);
  EXPECT_EQ(read.error().message, "unknown setting 'tabel'");
  EXPECT_EQ(read.error().hint, "did you mean table?");
  EXPECT_EQ(read.error().where.text(), "g.yaml:1:1");
  ASSERT_EQ(read.error().others.size(), 3U);
  EXPECT_EQ(read.error().others[0].where.text(), "g.yaml:3:1");
  EXPECT_EQ(read.error().others[1].where.text(), "g.yaml:4:12");
  EXPECT_EQ(read.error().others[2].message, "unknown setting 'help'");
}

TEST(SettingsFile, RefusesWhatIsNoFlatMapping) {
  for (const char* text : {"[a]", "a", "a: [", "a: b\n---\nc: d\n", "table: ~", "table: [a]"})
    EXPECT_FALSE(read_settings_file(text, "g.yaml", FileTrust::named)) << text;
  EXPECT_TRUE(read_settings_file("", "g.yaml", FileTrust::named));
  EXPECT_TRUE(read_settings_file("# nothing\n", "g.yaml", FileTrust::named));
}

TEST(SettingsFile, NamesNoCodeToLoadUnlessItWasNamedItself) {
  EXPECT_TRUE(read_settings_file("plugin-dir: /p", "g.yaml", FileTrust::named));
  EXPECT_FALSE(read_settings_file("plugin-dir: /p", "g.yaml", FileTrust::found));
}

}  // namespace
}  // namespace garboard::cli
