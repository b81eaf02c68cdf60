// SPDX-License-Identifier: Apache-2.0
// The migrations that --plan or --dir names, as every command that needs them loads them.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "loading/source.hpp"
#include "model/change.hpp"
#include "plugin_host/host.hpp"
#include "ports/files.hpp"

namespace garboard::cli {

/// What --plan, --dir, --format and --set say; borrows the context. Code::usage when there is
/// neither a plan nor a folder, or both.
Result<loading::Source> named_source(const CommandContext& context, ports::Files& files);

/// The migrations of that source. The values of secret placeholders are kept out of all output from
/// now on.
Result<model::Changes> load_named_plans(const CommandContext& context, ports::Files& files);

/// Puts a mark in the place of the values of secret placeholders, for SQL that is shown and not
/// run.
void mask_secrets(model::Changes& changes);

/// A plan for people to look at, and the driver that the settings name; no connection.
struct ShownPlan {
  model::Changes changes;  ///< secrets masked
  std::unique_ptr<plugin_host::Host> host;
  plugin_host::Driver* driver = nullptr;  ///< the host's
};
Result<ShownPlan> load_shown_plan(const CommandContext& context, ports::Files& files);

/// About how much there is to read before the migrations are known.
[[nodiscard]] std::uintmax_t size_of_source(const CommandContext& context);

}  // namespace garboard::cli
