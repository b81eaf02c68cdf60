// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.hpp"

#include <algorithm>

#include <boost/program_options/errors.hpp>
#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

namespace garboard::cli {

namespace {

namespace po = boost::program_options;
using base::Code;
using base::Error;

Error usage(std::string message, std::string hint = {}) {
  if (hint.empty()) hint = "see garboard help";
  return Error{.code = Code::usage, .message = std::move(message), .hint = std::move(hint)};
}

// A word of the command line as a message may show it: never one that could be a URL.
std::string shown(std::string_view word) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (word.empty()) return "(empty)";
  if (word.size() > 40 || !std::ranges::all_of(word, is_plain)) return "(not shown)";
  return "'" + std::string(word) + "'";
}

Error unknown_option(std::string_view token) {
  const std::string_view word = token.substr(0, token.find('='));
  const std::size_t name = std::min(word.find_first_not_of('-'), word.size());
  const std::string_view near = nearest_option(word.substr(name));
  // What follows a single letter may be its value, written together.
  const std::string_view safe = word.starts_with("--") ? word : word.substr(0, 2);
  return usage("unknown option " + shown(safe),
               near.empty() ? std::string() : "did you mean --" + std::string(near) + "?");
}

po::options_description described() {
  po::options_description description;
  for (const OptionSpec& option : option_specs()) {
    std::string name(option.name);
    if (option.letter != '\0') name += std::string(",") + option.letter;
    description.add_options()(name.c_str(), po::value<std::string>(), "");
  }
  return description;
}

// Gives each flag its value, so that no word that follows it can be taken for one.
std::vector<std::string> with_flag_values(std::span<const std::string> args) {
  std::vector<std::string> out(args.begin(), args.end());
  for (std::string& arg : out) {
    if (arg == "--") break;
    for (const OptionSpec& option : option_specs()) {
      if (option.kind != ValueKind::flag) continue;
      const std::string flag = "--" + std::string(option.name);
      const bool is_letter = option.letter != '\0' && arg == std::string("-") + option.letter;
      if (arg == flag || is_letter) arg = flag + "=true";
    }
  }
  return out;
}

Result<void> take(const po::option& parsed, Arguments& arguments, std::vector<std::string>& words) {
  if (parsed.position_key >= 0) {
    words.insert(words.end(), parsed.value.begin(), parsed.value.end());
    return {};
  }
  if (parsed.unregistered) {
    return unknown_option(parsed.original_tokens.empty() ? parsed.string_key
                                                         : parsed.original_tokens.front());
  }
  std::string_view name = parsed.string_key;
  if (name.starts_with('-')) name.remove_prefix(name.find_first_not_of('-'));
  const OptionSpec* option = find_option(name);
  if (option == nullptr) return unknown_option(parsed.string_key);
  arguments.options.emplace_back(option, parsed.value.empty() ? "" : parsed.value.front());
  return {};
}

Result<void> set_command(Arguments& arguments, std::vector<std::string> words) {
  if (words.empty()) {
    arguments.command = arguments.has("version") ? Command::version : Command::help;
    if (arguments.has("help") || arguments.has("version")) return {};
    return usage("no command is given");
  }
  const CommandSpec* spec = find_command(words.front());
  if (spec == nullptr) {
    const std::string_view near = nearest_command(words.front());
    return usage("unknown command " + shown(words.front()),
                 near.empty() ? std::string() : "did you mean " + std::string(near) + "?");
  }
  arguments.command = spec->command;
  arguments.words.assign(words.begin() + 1, words.end());
  return {};
}

Result<void> check(const Arguments& arguments) {
  const CommandSpec& spec = spec_of(arguments.command);
  const std::string name(spec.name);
  const std::string see = "see garboard help " + name;
  for (const auto& [option, value] : arguments.options)
    if ((option->commands & bit(arguments.command)) == 0)
      return usage(name + " takes no option --" + std::string(option->name), see);
  if (arguments.has("help") || arguments.has("version")) return {};
  if (arguments.words.size() > spec.max_arguments) {
    return usage(name + " takes no argument " + shown(arguments.words.at(spec.max_arguments)), see);
  }
  if (arguments.words.size() < spec.min_arguments)
    return usage(name + " needs an argument: " + std::string(spec.arguments), see);
  if (spec.words.empty() || arguments.words.empty()) return {};
  bool is_known = false;
  for_each_part(spec.words, ' ', [&](std::string_view w) { is_known |= w == arguments.words[0]; });
  if (is_known) return {};
  return usage(
      name + " knows no " + shown(arguments.words[0]) + ", only " + std::string(spec.arguments),
      see);
}

}  // namespace

bool Arguments::has(std::string_view option) const noexcept {
  return std::ranges::any_of(options,
                             [&](const auto& given) { return given.first->name == option; });
}

Result<Arguments> parse_arguments(std::span<const std::string> args) {
  namespace style = po::command_line_style;
  const po::options_description description = described();
  std::vector<po::option> parsed;
  try {
    parsed = po::command_line_parser(with_flag_values(args))
                 .options(description)
                 .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next |
                        style::allow_short | style::allow_dash_for_short |
                        style::short_allow_adjacent | style::short_allow_next)
                 .allow_unregistered()
                 .run()
                 .options;
  } catch (const po::error_with_option_name& wrong) {
    const std::string name = wrong.get_option_name();
    return usage("option " + shown(name.substr(0, name.find('='))) + " lacks its value");
  } catch (const po::error&) {
    return usage("the command line is not understood");
  }
  Arguments arguments;
  std::vector<std::string> words;
  for (const po::option& option : parsed) {
    Result<void> taken = take(option, arguments, words);
    if (!taken) return std::move(taken).error();
  }
  Result<void> known = set_command(arguments, std::move(words));
  if (known) known = check(arguments);
  if (!known) return std::move(known).error();
  return arguments;
}

}  // namespace garboard::cli
