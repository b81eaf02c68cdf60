// SPDX-License-Identifier: Apache-2.0
// What can be seen in a plugin's file, and while it is loaded.
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string>

#include "check.hpp"
#include "elf_file.hpp"
#include "plugin_host/checks.hpp"
#include "process_state.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

constexpr double load_limit_ms = 100;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

void exports_one_symbol(Subject& subject) {
  const auto exported = read_elf(subject.file()).exported;
  expect(exported.size() == 1 && exported.front() == "garboard_plugin_v1",
         "garboard_plugin_v1 alone was expected, exported are: " + listed(exported));
}

void has_a_note(Subject& subject) {
  const auto& note = subject.note();
  if (auto fits = plugin_host::check_abi(note); !fits) throw Failed(fits.error().message);
  expect(!note.kinds.empty(), "its note names no \"kinds\"");
  for (const std::string& kind : note.kinds)
    expect(kind == "driver" || kind == "hook", "its note names the unknown kind " + kind);
  expect(!subject.is_a("driver") || !note.schemes.empty(), "its note names no \"schemes\"");
}

void note_equals_table(Subject& subject) {
  const auto& note = subject.note();
  const gbd_plugin& plugin = subject.plugin();
  const auto same = [](const std::string& what, std::string_view noted, std::string_view told) {
    expect(noted == told,
           what + ": the note says " + std::string(noted) + ", the table " + std::string(told));
  };
  same("name", note.name, sdk::view(plugin.name));
  same("version", note.version, sdk::view(plugin.version));
  same("abi", note.abi,
       std::to_string(GARBOARD_ABI_MAJOR) + "." + std::to_string(plugin.abi_minor));
  if (!note.min_host.empty())
    same("minHost", note.min_host,
         std::to_string(GARBOARD_ABI_MAJOR) + "." + std::to_string(plugin.min_host_minor));
  const std::array<std::pair<const char*, const char*>, 2> interfaces{
      {{"driver", "garboard.driver/1"}, {"hook", "garboard.hook/1"}}};
  for (const auto& [kind, id] : interfaces) {
    const bool is_offered = plugin.get_interface(id) != nullptr;
    expect(is_offered == subject.is_a(kind), std::string("the note says that it is ") +
                                                 (subject.is_a(kind) ? "a " : "no ") + kind +
                                                 ", get_interface(\"" + id + "\") says otherwise");
  }
}

void binds_at_once(Subject& subject) {
  (void)subject.plugin();
  expect(
      subject.note().binds_at_once,
      "it is linked without -z now, so a symbol that is missing is found in the middle of a run");
}

void is_hardened(Subject& subject) {
  const ElfFacts facts = read_elf(subject.file());
  expect(!facts.has_text_relocations, "it has text relocations: compile it with -fPIC");
  expect(!facts.has_executable_stack,
         "it asks for an executable stack: link it with -z noexecstack");
  for (const std::string& path : facts.run_paths) {
    struct stat status {};
    expect(path.starts_with('/') || path.starts_with("$ORIGIN"),
           "its run path " + path + " depends on the working directory");
    const bool is_open = ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0;
    expect(!is_open, "anyone can write to its run path " + path);
  }
}

/// 2.4 < 2.34
bool is_later(std::string_view version, std::string_view than) {
  while (!version.empty() || !than.empty()) {
    const auto next = [](std::string_view& rest) {
      unsigned number = 0;
      const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), number).ptr;
      rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
      rest.remove_prefix(std::min<std::size_t>(rest.size(), 1));
      return number;
    };
    const unsigned left = next(version);
    const unsigned right = next(than);
    if (left != right) return left > right;
  }
  return false;
}

void needs_no_newer_symbols(Subject& subject) {
  const auto& floors = subject.profile().symbols;
  if (floors.empty()) throw Skipped("the profile names no \"symbols\"");
  for (const std::string& needed : read_elf(subject.file()).versions) {
    const auto dash = needed.find('_');
    const auto floor = floors.find(needed.substr(0, dash));
    if (floor == floors.end() || dash == std::string::npos) continue;
    expect(!is_later(needed.substr(dash + 1), floor->second),
           "it needs " + needed + ", the profile allows up to " + floor->second);
  }
}

void loads_quickly(Subject& subject) {
  const auto cpu_ms = [] {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  };
  const double before = cpu_ms();
  (void)subject.plugin();
  const double took = cpu_ms() - before;
  expect(took < load_limit_ms, "loading took " + std::to_string(static_cast<int>(took)) +
                                   " ms of processor time, less than 100 was expected");
}

void loads_silently(Subject& subject) {
  const auto before = ProcessState::now();
  (void)subject.plugin();
  const std::string changed = ProcessState::now().changed_since(before);
  expect(changed.empty(), "loading changed " + changed);
}

constexpr std::array<Check, 8> checks{{
    {"binary.exports", "exports garboard_plugin_v1 and nothing else", For::plugin,
     &exports_one_symbol},
    {"binary.note", "has a note that this host understands", For::plugin, &has_a_note},
    {"binary.identity", "says the same in its note and in its tables", For::plugin,
     &note_equals_table},
    {"binary.binding", "has all its symbols when it is loaded", For::plugin, &binds_at_once},
    {"binary.hardening", "has no text relocations, executable stack or run path open to others",
     For::plugin, &is_hardened},
    {"binary.symbols", "needs no newer libraries than the profile allows", For::plugin,
     &needs_no_newer_symbols},
    {"binary.time", "loads within 100 ms", For::plugin, &loads_quickly},
    {"binary.silence", "leaves the process as it was while it is loaded", For::plugin,
     &loads_silently},
}};

}  // namespace

std::span<const Check> binary_checks() noexcept { return checks; }

}  // namespace garboard::conformance
