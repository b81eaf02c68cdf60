// SPDX-License-Identifier: Apache-2.0
// Opens a checked plugin file and shakes hands with it. What was opened stays mapped until the
// process ends: unloading crashes with client libraries that leave threads or thread keys behind.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <garboard/abi.h>

#include "base/result.hpp"
#include "plugin_host/host.hpp"

namespace garboard::plugin_host {

/// A plugin and its table of one interface; valid until the process ends.
template <class Table>
struct Loaded {
  const gbd_plugin* plugin = nullptr;
  const Table* table = nullptr;

  void shut_down() const noexcept {
    if (plugin->shutdown != nullptr) plugin->shutdown();
  }
};

/// Opens `file` (absolute, checked), compares its tables with `note`, runs init(host) and asks for
/// the interface of its kind. Code::plugin, or what init reported, when any of it fails. A plugin
/// that failed after its init was shut down again.
Result<Loaded<gbd_driver>> load_driver(const std::filesystem::path& file, const PluginNote& note,
                                       const gbd_host* host);
Result<Loaded<gbd_hook>> load_hook(const std::filesystem::path& file, const PluginNote& note,
                                   const gbd_host* host);

/// What to do about a message of the dynamic linker; empty when there is nothing useful to say.
[[nodiscard]] std::string hint_for_linker_message(std::string_view message);

/// The dynamic linker's part of what Boost.DLL says.
[[nodiscard]] std::string_view linker_part(std::string_view message) noexcept;

}  // namespace garboard::plugin_host
