// SPDX-License-Identifier: Apache-2.0
// How the process of one target is started: this command again, for that database alone.
#pragma once

#include <string>
#include <vector>

#include "base/child_process.hpp"
#include "cli/fleet_targets.hpp"

namespace garboard::cli {

class TargetCommand {
 public:
  TargetCommand(const CommandContext& context, const Fleet& fleet);

  /// The URL is in the environment alone, where no other user of the machine can read it, and there
  /// is no other target's. `text` is it whole.
  [[nodiscard]] base::ProcessSpec of(const model::Target& target, const std::string& text) const;

 private:
  const CommandContext& context_;
  const Fleet& fleet_;
  std::vector<std::string> options_;
  std::vector<std::string> environment_;
};

/// The command line that runs this command for these targets alone, as a shell reads it.
[[nodiscard]] std::string command_for(const CommandContext& context,
                                      const std::vector<std::string>& targets);

}  // namespace garboard::cli
