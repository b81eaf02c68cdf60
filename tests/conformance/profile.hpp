// SPDX-License-Identifier: Apache-2.0
// What the kit has to know to try a plugin: a file in JSON, see docs/conformance.md.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/connection.hpp"

namespace garboard::conformance {

/// A database to try a driver on. In its texts {table} stands for a name, {values} for expressions,
/// {session} for what server_info calls "session".
struct DatabaseProfile {
  cli::Connection connection;
  std::string select = "SELECT {values}";
  std::string text_table = "CREATE TABLE {table} (id INTEGER NOT NULL PRIMARY KEY, body TEXT)";
  std::optional<std::string> sleep = {};                ///< a statement that takes 30 s
  std::optional<std::string> terminate = {};            ///< ends another session
  std::map<std::string, std::string> unsupported = {};  ///< operations, and why
};

struct Profile {
  std::filesystem::path file = {};  ///< where it stands
  std::optional<DatabaseProfile> database = {};
  std::optional<std::string> hook_config_json = {};
  /// Variables that it reads; those that are set already stay as they are.
  std::map<std::string, std::string> hook_env = {};
  /// Promises that this plugin does not keep, by the id of the check, and why.
  std::map<std::string, std::string> quirks = {};
  /// Highest versions of symbols that it may need: {"GLIBC":"2.36"}.
  std::map<std::string, std::string> symbols = {};
  std::chrono::seconds timeout{120};  ///< of one check
};

/// Code::bad_input with the key that is unknown or wrong; variables of the environment named in it
/// must be set.
base::Result<Profile> read_profile(const std::filesystem::path& file);

}  // namespace garboard::conformance
