// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet_process.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <string_view>

#include "cli/database.hpp"
#include "cli/fleet.hpp"

namespace garboard::cli {

namespace {

// What the parent decides for each target.
constexpr std::array<std::string_view, 4> decided_options{"output", "log-format", "termination-log",
                                                          "set"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::string flag_text(const OptionSpec& option, const std::string& value) {
  return "--" + std::string(option.name) + "=" + value;
}

/// The variables that name databases, or make a run one for many.
std::set<std::string, std::less<>> hidden_variables(const Fleet& fleet) {
  std::set<std::string, std::less<>> names{"GARBOARD_URL", "GARBOARD_URL_FILE"};
  for (const std::string_view option : fleet_options)
    names.insert(environment_name(*find_option(option)));
  for (const model::TargetEntry& entry : fleet.entries) {
    if (entry.url.kind != model::UrlSource::Kind::variable) continue;
    names.insert(entry.url.value);
    names.insert(entry.url.value + "_FILE");
  }
  return names;
}

std::string quoted(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_./=:,@%+").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

TargetCommand::TargetCommand(const CommandContext& context, const Fleet& fleet)
    : context_(context), fleet_(fleet) {
  for (const auto& [option, value] : context.arguments.options)
    if (!is_one_of(option->name, fleet_options) && !is_one_of(option->name, decided_options))
      options_.push_back(flag_text(*option, value));
  options_.insert(options_.end(),
                  {"--output=json", "--log-format=json", "--termination-log=/dev/null"});
  const auto hidden = hidden_variables(fleet);
  for (std::string& variable : context.environment.all())
    if (!hidden.contains(variable.substr(0, variable.find('='))))
      environment_.push_back(std::move(variable));
}

base::ProcessSpec TargetCommand::of(const model::Target& target, const std::string& text) const {
  base::ProcessSpec spec{
      .program = executable_path().string(),
      .arguments = {std::string(fleet_target_command), target.name, std::to_string(getpid()),
                    std::string(spec_of(context_.arguments.command).name)},
      .environment = environment_};
  spec.arguments.insert(spec.arguments.end(), options_.begin(), options_.end());
  for (const std::string& given : context_.settings.list("set"))
    spec.arguments.push_back("--set=" + given);
  for (const auto& [name, value] : fleet_.entry_of(target).values)
    spec.arguments.push_back(std::string("--set=").append(name).append("=").append(value));
  if (!target.schema.empty()) spec.arguments.push_back("--schema=" + target.schema);
  spec.environment.push_back("GARBOARD_URL=" + text);
  spec.blocked_signals = {SIGTERM, SIGINT};
  return spec;
}

std::string command_for(const CommandContext& context, const std::vector<std::string>& targets) {
  std::string text = "garboard " + std::string(spec_of(context.arguments.command).name);
  for (const auto& [option, value] : context.arguments.options) {
    if (option->name == "target" || option->name == "only-failed" || option->name == "shard")
      continue;
    text += option->kind == ValueKind::flag ? " --" + std::string(option->name)
                                            : " " + quoted(flag_text(*option, value));
  }
  for (const std::string& target : targets) text += " --target=" + quoted(target);
  return text;
}

}  // namespace garboard::cli
