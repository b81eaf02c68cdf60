// SPDX-License-Identifier: Apache-2.0
// The plugin that a check is about, in the process of that check.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/abi.h>
#include <garboard/plugin.hpp>

#include "check.hpp"
#include "model/dialect.hpp"
#include "plugin_host/host.hpp"
#include "plugin_host/host_table.hpp"
#include "plugin_host/loader.hpp"
#include "profile.hpp"

namespace garboard::conformance {

class Subject {
 public:
  /// The note must be readable: Failed.
  Subject(std::filesystem::path file, Profile profile);
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  ~Subject() = default;

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] const Profile& profile() const noexcept { return profile_; }
  [[nodiscard]] const DatabaseProfile& database() const { return profile_.database.value(); }
  [[nodiscard]] const plugin_host::PluginNote& note() const noexcept { return note_; }
  [[nodiscard]] bool is_a(std::string_view kind) const;

  /// Opened, not initialised.
  const gbd_plugin& plugin();
  /// Opened and initialised by the host's own loader.
  const gbd_driver& driver();
  const gbd_hook& hook();
  const model::Dialect& dialect();
  std::string describe();  ///< of the driver or hook, asked anew

  /// Runs the plugin's shutdown(), if it was initialised.
  void shut_down();

  [[nodiscard]] const gbd_host* host() const noexcept { return host_.table(); }
  /// What the plugin has logged so far.
  [[nodiscard]] std::vector<std::string> log() const;
  /// From now on the host says that the run was interrupted.
  std::atomic<bool> is_cancelled = false;

 private:
  template <class Table>
  using LoadBy = base::Result<plugin_host::Loaded<Table>> (*)(const std::filesystem::path&,
                                                              const plugin_host::PluginNote&,
                                                              const gbd_host*);
  template <class Table>
  const Table& loaded(const Table*& table, LoadBy<Table> load);

  const std::filesystem::path file_;
  const Profile profile_;
  plugin_host::PluginNote note_;
  mutable std::mutex mutex_;
  std::vector<std::string> log_;
  plugin_host::HostTable host_;
  const gbd_plugin* plugin_ = nullptr;
  const gbd_driver* driver_ = nullptr;
  const gbd_hook* hook_ = nullptr;
  void (*shutdown_)() GBD_NX = nullptr;
  std::optional<model::Dialect> dialect_;
};

/// "GBD_E_SQL" and the like.
[[nodiscard]] std::string name_of(gbd_status status);

}  // namespace garboard::conformance
