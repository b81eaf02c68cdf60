// SPDX-License-Identifier: Apache-2.0
// Reads the identity note of a plugin file without running any of its code. The file may be
// hostile: every number in it is checked before it is used.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "plugin_host/host.hpp"

namespace garboard::plugin_host {

/// The note of a shared object for this machine. Code::plugin with the reason when the file is
/// anything else. Reads headers and notes only, never the whole file.
Result<PluginNote> read_note(const std::filesystem::path& file);

/// The note's JSON text as values; Code::plugin when it is not what abi.h lays down.
Result<PluginNote> parse_note(std::string_view json);

}  // namespace garboard::plugin_host
