// SPDX-License-Identifier: Apache-2.0
// The targets of a fleet as the settings choose them, and the URL of each.
#pragma once

#include <vector>

#include "cli/command.hpp"
#include "cli/connection.hpp"
#include "fleet/selection.hpp"
#include "model/target.hpp"

namespace garboard::cli {

struct Fleet {
  std::vector<model::TargetEntry> entries = {};  ///< as the file has them
  std::vector<model::Target> targets = {};       ///< with each schema as a target of its own

  [[nodiscard]] const model::TargetEntry& entry_of(const model::Target& target) const {
    return entries[target.entry];
  }
};

/// Reads --targets and asks the databases for the schemas that queries list.
Result<Fleet> load_fleet(CommandContext& context);

/// Those of --target, --only-failed, --canaries and --shard.
Result<fleet::Waves> choose_targets(const CommandContext& context, const Fleet& fleet);

/// Where the target's URL leads; with its schema as the search path of PostgreSQL, as the database
/// of MySQL.
Result<Connection> connection_of(const CommandContext& context, const Fleet& fleet,
                                 const model::Target& target);

}  // namespace garboard::cli
