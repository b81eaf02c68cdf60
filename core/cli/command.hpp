// SPDX-License-Identifier: Apache-2.0
// Command: what each command of the command line gets, and what it leaves behind for app.cpp to
// print. A command returns the exit code of success (0 or 3) or the Error that ended it; in both
// cases its report is printed.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/environment.hpp"
#include "cli/error_json.hpp"
#include "cli/log.hpp"
#include "cli/output.hpp"
#include "cli/settings.hpp"
#include "cli/signals.hpp"
#include "plugin_host/plugin_lock.hpp"

namespace garboard::cli {

/// For standard output, in the form that --output chose. A document gets `exitCode` and `error`
/// added.
struct Report {
  Json document = Json::object();
  std::string text = {};
  bool is_streamed = false;  ///< the command wrote to `out` itself
};

struct CommandContext {
  const Arguments& arguments;
  const Settings& settings;
  const Environment& environment;
  Log& log;
  Output& out;
  Report& report;
  SignalInterrupt* interrupt = nullptr;                     ///< of commands that connect
  std::optional<plugin_host::PluginLock> plugin_lock = {};  ///< of --locked

  [[nodiscard]] bool wants_json() const { return settings.text("output") == "json"; }
};

using base::Result;

Result<int> run_migrate(CommandContext& context);
Result<int> run_status(CommandContext& context);
Result<int> run_validate(CommandContext& context);
Result<int> run_lint(CommandContext& context);
Result<int> run_render(CommandContext& context);
Result<int> run_split(CommandContext& context);
Result<int> run_rollback(CommandContext& context);
Result<int> run_redo(CommandContext& context);
Result<int> run_new(CommandContext& context);
Result<int> run_baseline(CommandContext& context);
Result<int> run_mark(CommandContext& context);
Result<int> run_repair(CommandContext& context);
Result<int> run_adopt(CommandContext& context);
Result<int> run_history(CommandContext& context);
Result<int> run_seed(CommandContext& context);
Result<int> run_wait(CommandContext& context);
Result<int> run_fleet(CommandContext& context);
Result<int> run_plugins(CommandContext& context);

}  // namespace garboard::cli
