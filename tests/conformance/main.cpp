// SPDX-License-Identifier: Apache-2.0
// garboard-conformance: tries a plugin against the promises of the plugin ABI. It is what
// `garboard plugins check` runs.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "lock_holder.hpp"
#include "plugin_host/elf_note.hpp"
#include "profile.hpp"
#include "report.hpp"
#include "trial.hpp"

namespace garboard::conformance {
namespace {

constexpr int exit_passed = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr std::string_view usage =
    "usage: garboard plugins check FILE [--profile FILE] [--only ID,..] [--junit FILE]\n";

struct Arguments {
  std::filesystem::path plugin;
  std::string profile, only, junit;
  std::string run, hold;  ///< asked for by this program alone
};

/// What is wrong with the command line goes to `problem`.
std::optional<Arguments> read(std::span<char*> words, std::string& problem) {
  Arguments arguments;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    std::string* const value = word == "--profile" ? &arguments.profile
                               : word == "--only"  ? &arguments.only
                               : word == "--junit" ? &arguments.junit
                               : word == "--run"   ? &arguments.run
                               : word == "--hold"  ? &arguments.hold
                                                   : nullptr;
    if (value != nullptr) {
      if (++i == words.size()) {
        problem = std::string(word) + " needs a value";
        return std::nullopt;
      }
      *value = words[i];
    } else if (word.starts_with("--") || !arguments.plugin.empty()) {
      problem = std::string(word) + " is not understood";
      return std::nullopt;
    } else {
      arguments.plugin = std::filesystem::absolute(word);
    }
  }
  if (!arguments.plugin.empty()) return arguments;
  problem = "which plugin?";
  return std::nullopt;
}

/// Those that --only names, all when it is empty; an unknown name goes to `problem`.
std::vector<Check> chosen(std::string_view only, std::string& problem) {
  std::vector<Check> all = all_checks();
  if (only.empty()) return all;
  std::vector<Check> chosen;
  while (!only.empty()) {
    const std::string_view name = only.substr(0, only.find(','));
    only.remove_prefix(std::min(only.size(), name.size() + 1));
    const auto size = chosen.size();
    for (const Check& check : all)
      if (check.id == name || check.id.substr(0, check.id.find('.')) == name)
        chosen.push_back(check);
    if (chosen.size() == size) problem = "no check is named " + std::string(name);
  }
  return chosen;
}

/// Why there is nothing to try, or empty.
std::string why_not(const Check& check, const plugin_host::PluginNote& note,
                    const Profile& profile) {
  const auto is_a = [&note](std::string_view kind) {
    return std::ranges::find(note.kinds, kind) != note.kinds.end();
  };
  switch (check.who) {
    case For::plugin:
      return "";
    case For::driver:
      return is_a("driver") ? "" : "it is no driver";
    case For::hook:
      return is_a("hook") ? "" : "it is no hook";
    case For::database:
      if (!is_a("driver")) return "it is no driver";
      return profile.database ? "" : "no --profile names a database to try it on";
  }
  return "";
}

int refuse(const std::string& message) {
  std::cerr << "garboard plugins check: " << message << "\n" << usage;
  return exit_usage;
}

int run_all(const Arguments& arguments, const std::vector<Check>& checks, const Profile& profile) {
  auto note = plugin_host::read_note(arguments.plugin);
  Report report(std::cout, arguments.plugin.filename().string(), checks.size());
  for (const Check& check : checks) {
    const std::string why = why_not(check, note ? *note : plugin_host::PluginNote{}, profile);
    const Verdict verdict =
        why.empty() ? try_out(check, {.file = arguments.plugin, .profile_file = arguments.profile},
                              profile.timeout)
                    : Verdict{.kind = Verdict::Kind::skipped, .why = why};
    const auto quirk = profile.quirks.find(std::string(check.id));
    report.add(check, verdict, quirk == profile.quirks.end() ? "" : quirk->second);
  }
  report.end();
  if (!arguments.junit.empty()) {
    std::ofstream file(arguments.junit);
    file << report.junit() << std::flush;
    if (!file) return refuse(arguments.junit + " cannot be written");
  }
  return report.is_passed() ? exit_passed : exit_failed;
}

/// A quirk of a check that does not exist would never be seen to be wrong.
std::string unknown_quirk(const Profile& profile) {
  const std::vector<Check> all = all_checks();
  for (const auto& quirk : profile.quirks)
    if (std::ranges::find(all, quirk.first, &Check::id) == all.end()) return quirk.first;
  return "";
}

int run(std::span<char*> words) {
  std::string problem;
  const auto arguments = read(words, problem);
  if (!arguments) return refuse(problem);
  if (!std::filesystem::is_regular_file(arguments->plugin))
    return refuse(arguments->plugin.string() + " is no file");
  Profile profile;
  if (!arguments->profile.empty()) {
    auto read = read_profile(arguments->profile);
    if (!read) return refuse(read.error().message + "; " + read.error().hint);
    profile = *std::move(read);
  }
  for (const auto& [name, value] : profile.hook_env) ::setenv(name.c_str(), value.c_str(), 0);
  if (const std::string id = unknown_quirk(profile); !id.empty())
    return refuse("quirks." + id + ": no check is named so");
  if (!arguments->hold.empty())
    hold_lock_here(arguments->hold, arguments->plugin, std::move(profile));
  const auto checks = chosen(arguments->run.empty() ? arguments->only : arguments->run, problem);
  if (!problem.empty()) return refuse(problem);
  if (!arguments->run.empty()) run_here(checks.front(), arguments->plugin, std::move(profile));
  return run_all(*arguments, checks, profile);
}

}  // namespace
}  // namespace garboard::conformance

int main(int count, char** words) {
  try {
    return garboard::conformance::run({words, static_cast<std::size_t>(count)});
  } catch (const std::exception& failure) {
    std::cerr << "garboard plugins check: " << failure.what() << "\n";
    return garboard::conformance::exit_usage;
  }
}
