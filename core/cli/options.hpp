// SPDX-License-Identifier: Apache-2.0
// The one table of commands and options. Parsing, help, completion, environment names, the keys of
// garboard.yaml and their schema test all read it, so that none of them can know an option that
// another does not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace garboard::cli {

enum class Command : unsigned {
  migrate,
  status,
  validate,
  lint,
  render,
  split,
  rollback,
  redo,
  new_migration,
  baseline,
  mark,
  repair,
  adopt,
  history,
  seed,
  wait,
  fleet,
  plugins,
  completion,
  version,
  help,
};

/// A set of commands as bits.
using Commands = std::uint32_t;
constexpr Commands bit(Command command) noexcept { return 1U << static_cast<unsigned>(command); }
inline constexpr Commands every_command = ~Commands{0};
/// That look at the migrations which --to, --tags and --phase leave in.
inline constexpr Commands selecting_commands =
    bit(Command::migrate) | bit(Command::status) | bit(Command::wait);

struct CommandSpec {
  Command command;
  std::string_view name;
  std::string_view aliases;    ///< separated by spaces
  std::string_view arguments;  ///< as help shows them
  std::string_view
      words;  ///< what the first argument may be, separated by spaces; empty = anything
  unsigned min_arguments;
  unsigned max_arguments;
  std::string_view summary;
  std::string_view description;
};

enum class ValueKind {
  flag,
  text,
  list,
  number /* from 1 */,
  count /* from 0 */,
  decimal /* from 0 */,
  duration,
  choice,
  path
};

struct OptionSpec {
  std::string_view name;
  char letter;  ///< '\0' = none
  ValueKind kind;
  std::string_view value_name;
  std::string_view default_value;
  std::string_view choices;  ///< separated by '|'
  Commands commands;
  bool is_setting;  ///< has an environment variable and a key in garboard.yaml
  std::string_view help;
};

[[nodiscard]] std::span<const CommandSpec> command_specs() noexcept;
[[nodiscard]] std::span<const OptionSpec> option_specs() noexcept;

[[nodiscard]] const CommandSpec& spec_of(Command command) noexcept;
/// By name or alias; nullptr when there is none.
[[nodiscard]] const CommandSpec* find_command(std::string_view word) noexcept;
[[nodiscard]] const OptionSpec* find_option(std::string_view name) noexcept;

/// "GARBOARD_LOCK_WAIT" for "lock-wait".
[[nodiscard]] std::string environment_name(const OptionSpec& option);

/// The name in the table nearest to `word`, when a slip of the fingers could explain it; else
/// empty.
[[nodiscard]] std::string_view nearest_option(std::string_view word);
[[nodiscard]] std::string_view nearest_command(std::string_view word);

/// Calls `each` with every part of a list such as "text|json".
template <class Each>
void for_each_part(std::string_view list, char separator, Each&& each) {
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(separator));
    each(part);
    list.remove_prefix(part.size() < list.size() ? part.size() + 1 : part.size());
  }
}

}  // namespace garboard::cli
