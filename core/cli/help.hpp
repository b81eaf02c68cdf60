// SPDX-License-Identifier: Apache-2.0
// Help texts and shell completions, made from the table of options.
#pragma once

#include <string>
#include <string_view>

#include "cli/options.hpp"

namespace garboard::cli {

/// The commands, the global options and where settings come from.
[[nodiscard]] std::string overview_text();
[[nodiscard]] std::string command_help(const CommandSpec& command);
/// The exit codes, one line each.
[[nodiscard]] std::string exit_codes_text();

/// A completion script; the shell is one of those in the table.
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace garboard::cli
