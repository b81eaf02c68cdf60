// SPDX-License-Identifier: Apache-2.0
#include "cli/help.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace garboard::cli {
namespace {

TEST(Help, DocumentsEveryOptionOfEveryCommand) {
  for (const CommandSpec& command : command_specs()) {
    const std::string text = command_help(command);
    EXPECT_NE(text.find("garboard " + std::string(command.name)), std::string::npos);
    for (const OptionSpec& option : option_specs()) {
      const bool is_there =
          text.find(
              "--" + std::string(option.name) +
              (option.kind == ValueKind::flag ? " " : " " + std::string(option.value_name))) !=
          std::string::npos;
      EXPECT_EQ(is_there, (option.commands & bit(command.command)) != 0)
          << command.name << " --" << option.name;
    }
  }
}

TEST(Help, ListsEveryCommandAndNoOther) {
  const std::string text = overview_text();
  for (const CommandSpec& command : command_specs())
    EXPECT_NE(text.find("\n  " + std::string(command.name) + " "), std::string::npos)
        << command.name;
  EXPECT_EQ(text.find("\n  diff "), std::string::npos);
}

TEST(Help, ExplainsExitCodesByTheirSlugs) {
  const std::string text = exit_codes_text();
  for (const int code :
       {1, 2, 3, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35, 40}) {
    const std::string_view slug = base::reason_of(static_cast<base::Code>(code));
    EXPECT_NE(text.find(std::to_string(code) + "  " + std::string(slug) + " "), std::string::npos)
        << code;
  }
}

TEST(Help, KeepsToTheWidthOfATerminal) {
  std::string text = overview_text() + exit_codes_text();
  for (const CommandSpec& command : command_specs()) text += command_help(command);
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    EXPECT_LE(end - from, 130U) << text.substr(from, end - from);
    from = end + 1;
  }
}

TEST(Options, HaveNamesThatAreTheirOnlyOnes) {
  for (const OptionSpec& option : option_specs()) {
    EXPECT_EQ(find_option(option.name), &option);
    EXPECT_FALSE(option.help.empty());
    EXPECT_EQ(option.kind == ValueKind::choice, !option.choices.empty());
  }
  for (const CommandSpec& command : command_specs()) EXPECT_EQ(&spec_of(command.command), &command);
  EXPECT_EQ(environment_name(*find_option("lock-wait")), "GARBOARD_LOCK_WAIT");
}

TEST(Completion, CoversEveryCommandOptionAndChoice) {
  for (const std::string_view shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell);
    for (const CommandSpec& command : command_specs())
      EXPECT_NE(script.find(command.name), std::string::npos) << command.name;
    for (const OptionSpec& option : option_specs()) {
      const std::string spelled = (shell == "fish" ? "-l " : "--") + std::string(option.name);
      EXPECT_NE(script.find(spelled), std::string::npos) << shell << " " << option.name;
      for_each_part(option.choices, '|', [&](std::string_view choice) {
        EXPECT_NE(script.find(choice), std::string::npos) << choice;
      });
    }
  }
}

}  // namespace
}  // namespace garboard::cli
