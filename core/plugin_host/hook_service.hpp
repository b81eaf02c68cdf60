// SPDX-License-Identifier: Apache-2.0
// The inside of a hook's own process: loads the hook and answers for it, line by line, until the
// other side goes away. What the lines say is in hook_process.hpp.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace garboard::plugin_host {

/// `garboard hook-process FILE` is such a process; it is for garboard itself, and in no help.
inline constexpr std::string_view hook_process_command = "hook-process";

/// The socket to the process that started this one.
inline constexpr int hook_channel_fd = 3;

/// Returns the exit code.
int serve_hook(const std::filesystem::path& file, const std::string& version);

}  // namespace garboard::plugin_host
