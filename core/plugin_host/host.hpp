// SPDX-License-Identifier: Apache-2.0
// Finds plugins, checks them before they are opened, loads them for ever, and wraps a driver's C
// tables as ports::Session. The only room that calls dlopen.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/dialect.hpp"
#include "model/rendered.hpp"
#include "plugin_host/plugin_lock.hpp"
#include "ports/session.hpp"

namespace garboard::plugin_host {

using base::Result;

/// What the ELF note of a plugin file says, read without running any of its code.
struct PluginNote {
  std::string name, version, abi, min_host;
  std::vector<std::string> kinds, schemes;
  std::vector<std::string> events = {};  ///< of a hook; may be left out
  bool wants_idle_runs = true;           ///< of a hook
  bool binds_at_once = false;            ///< linked with -z now, as garboard_add_plugin() does
};

enum class PluginKind { driver, hook };

/// "driver", "hook": as in file names, and under "kinds" in a note.
[[nodiscard]] constexpr std::string_view name_of(PluginKind kind) noexcept {
  return kind == PluginKind::driver ? "driver" : "hook";
}

/// A plugin file found on the search path.
struct PluginFile {
  std::filesystem::path path;
  std::string file_name;
  std::string problem = {};  ///< why it would be refused; empty = it would be loaded
  PluginNote note = {};      ///< empty name when unreadable
};

/// A loaded driver; lives until the process ends.
class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;
  [[nodiscard]] virtual const model::Dialect& dialect() const noexcept = 0;
  [[nodiscard]] virtual const std::filesystem::path& path() const noexcept = 0;
  [[nodiscard]] virtual const std::string& describe_json() const noexcept = 0;
  /// `options_json` as docs/driver-describe.md says.
  virtual Result<std::unique_ptr<ports::Session>> open(std::string_view options_json) = 0;
  /// The SQL of a logical operation for any server of this dialect.
  [[nodiscard]] virtual Result<model::Rendered> outline(std::string_view operation_json) const = 0;
};

struct HostOptions {
  std::vector<std::filesystem::path> plugin_dirs = {};  ///< --plugin-dir, in order
  std::string plugin_path = {};                         ///< GARBOARD_PLUGIN_PATH, colon-separated
  std::filesystem::path executable = {};    ///< of this process, for ../lib/garboard/plugins
  std::optional<PluginLock> lock = {};      ///< only these files are opened
  std::string version = {};                 ///< told to plugins
  std::function<bool()> is_cancelled = {};  ///< what plugins may poll
  std::function<void(int level, std::string_view message)> log = {};
};

class Host {
 public:
  explicit Host(HostOptions options);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host();  ///< runs shutdown() of what was loaded; nothing is unmapped

  /// Directories in search order.
  [[nodiscard]] const std::vector<std::filesystem::path>& search_path() const noexcept;
  /// Every plugin file on the search path, first of each name first; reads notes only.
  [[nodiscard]] std::vector<PluginFile> list() const;
  /// Loads the driver for a URL scheme or name. The first existing file wins; Code::plugin with all
  /// paths tried, what was found there and how to get it when there is none or it is refused.
  Result<std::reference_wrapper<Driver>> driver(std::string_view scheme);
  /// The file of a hook, found and refused like a driver's; it is not opened.
  Result<std::filesystem::path> hook_file(std::string_view name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace garboard::plugin_host
