// SPDX-License-Identifier: Apache-2.0
#include "cli/help.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"

namespace garboard::cli {

namespace {

using base::Code;

constexpr std::size_t left_column = 30;
constexpr std::size_t widest = 120;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

std::string option_line(const OptionSpec& option) {
  std::string left = option.letter == '\0' ? "      " : std::string("  -") + option.letter + ", ";
  left += "--" + std::string(option.name);
  if (option.kind != ValueKind::flag) left += " " + std::string(option.value_name);
  std::string text = padded(std::move(left), left_column + 2) + std::string(option.help);
  std::size_t width = text.size();
  const auto add = [&](const std::string& part) {
    if (width + part.size() > widest) {
      text += "\n" + std::string(left_column + 2, ' ');
      width = left_column + 2;
    }
    text += part;
    width += part.size();
  };
  const char* before = " (";
  for_each_part(option.choices, '|', [&](std::string_view choice) {
    add(before + std::string(choice));
    before = "|";
  });
  if (!option.choices.empty()) text += ")";
  if (!option.default_value.empty()) add(" [" + std::string(option.default_value) + "]");
  return text + "\n";
}

std::string options_text(std::string_view title, Command command, bool is_global) {
  std::string text;
  for (const OptionSpec& option : option_specs()) {
    const bool has_everywhere = option.commands == every_command;
    if (has_everywhere != is_global || (option.commands & bit(command)) == 0) continue;
    text += option_line(option);
  }
  return text.empty() ? text : "\n" + std::string(title) + "\n" + text;
}

constexpr std::array<std::pair<Code, std::string_view>, 22> exit_meanings{{
    {Code::internal, "internal error, or the report could not be written"},
    {Code::usage, "wrong usage"},
    {Code::pending, "something is pending, half done or changed (status --exit-code)"},
    {Code::unreachable, "database unreachable, or the wait expired; try again"},
    {Code::locked, "another run holds the lock; try again"},
    {Code::retryable, "deadlock, serialization failure or lock timeout, rolled back; try again"},
    {Code::terminated, "terminated by a signal; try again"},
    {Code::connection_lost, "connection lost, nothing half-done; try again"},
    {Code::read_only, "the server is read-only and something is pending; try again"},
    {Code::bad_input, "bad configuration, plan or script"},
    {Code::authentication, "authentication failed"},
    {Code::permission, "permission denied"},
    {Code::plugin, "driver missing, refused, or of another ABI"},
    {Code::tls, "TLS failed"},
    {Code::unsafe_environment, "unsafe environment, such as a transaction pooler or Galera"},
    {Code::statement_failed, "a statement failed; its migration was rolled back"},
    {Code::half_applied, "a migration is half-applied and was recorded as such"},
    {Code::checksum_changed, "an applied migration's text changed"},
    {Code::out_of_order, "out of order or a gap"},
    {Code::ahead, "the database is ahead of the plan"},
    {Code::policy_refused, "a hook denies it, or could not be asked"},
    {Code::some_targets_failed,
     "some of --targets failed and others did not, or for another reason"},
}};

}  // namespace

std::string overview_text() {
  std::string text =
      "garboard brings a database schema up to date.\n\nUsage: garboard [options] COMMAND "
      "[options]\n\nCommands\n";
  for (const CommandSpec& command : command_specs()) {
    std::string left = "  " + std::string(command.name);
    if (!command.arguments.empty()) left += " " + std::string(command.arguments);
    text += padded(std::move(left), left_column + 2) + std::string(command.summary) + "\n";
  }
  text += options_text("Options of every command", Command::help, true);
  return text +
         "\nEvery option --like-this is also the environment variable GARBOARD_LIKE_THIS and the "
         "key\n"
         "like-this of garboard.yaml. A flag wins over the environment, that over the file.\n"
         "garboard help COMMAND explains a command, garboard help exit-codes the exit codes.\n";
}

std::string command_help(const CommandSpec& command) {
  std::string text = "Usage: garboard " + std::string(command.name);
  if (!command.arguments.empty()) text += " " + std::string(command.arguments);
  text += " [options]\n\n";
  text += command.description.empty() ? command.summary : command.description;
  text += "\n";
  if (!command.aliases.empty()) text += "\nAlso called: " + std::string(command.aliases) + "\n";
  text += options_text("Options", command.command, false);
  return text + options_text("Options of every command", command.command, true);
}

std::string exit_codes_text() {
  std::string text = "  0  done, or nothing to do\n";
  for (const auto& [code, meaning] : exit_meanings) {
    const std::string number = std::to_string(static_cast<int>(code));
    text += std::string(3 - number.size(), ' ') + number + "  " +
            padded(std::string(base::reason_of(code)), 24) + std::string(meaning) + "\n";
  }
  return text;
}

}  // namespace garboard::cli
