// SPDX-License-Identifier: Apache-2.0
// Where plugin files are looked for, and under which names. Looks at directories only; what is in a
// file is for elf_note and checks.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plugin_host/host.hpp"

namespace garboard::plugin_host {

/// True for what may stand in a file name after "garboard-driver-" or "garboard-hook-": a-z, 0-9,
/// '+', '.', '-', begun by a letter or digit, at most 64 characters. It can name no other
/// directory.
[[nodiscard]] bool is_plugin_name(std::string_view name) noexcept;

/// "garboard-driver-<name>.so".
[[nodiscard]] std::string plugin_file_name(PluginKind kind, std::string_view name);

struct SearchPath {
  std::vector<std::filesystem::path> directories;  ///< absolute, without repetitions
  std::vector<std::string> ignored;                ///< sentences about entries that were left out
};

/// --plugin-dir, GARBOARD_PLUGIN_PATH, ../lib/garboard/plugins beside the executable, then the two
/// fixed directories. Relative entries are left out: the working directory must not choose code.
[[nodiscard]] SearchPath make_search_path(const HostOptions& options);

/// The first existing file of that name, good or bad. Code::plugin, with each path tried and what
/// was there instead, when there is none; Code::bad_input when `name` is not well-formed.
Result<std::filesystem::path> find_plugin(const SearchPath& search, PluginKind kind,
                                          std::string_view name);

/// Paths of all plugin files, by directory in search order, then by name. A symbolic link to
/// another plugin file of the same directory is an alias and left out.
[[nodiscard]] std::vector<std::filesystem::path> find_all(const SearchPath& search);

}  // namespace garboard::plugin_host
