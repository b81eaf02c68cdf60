// SPDX-License-Identifier: Apache-2.0
// The down of a migration as the tracking table keeps it, so that an older image, whose plan does
// not have the migration yet, can still undo it. What it looks like: docs/rollback.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"
#include "ports/files.hpp"

namespace garboard::execution {

using base::Result;

/// The down steps, and how they are to run, as a JSON array; nullopt when there are none or they
/// are longer than is kept (1 MiB). Values of placeholders are not in it.
Result<std::optional<std::string>> down_sql_of(const model::Change& change, ports::Files& files);

/// A change that has these down steps and nothing else to run. `placeholders`: for the steps that
/// were kept with theirs. Code::bad_input for text that down_sql_of did not write.
Result<model::Change> change_of_down(const model::LedgerEntry& entry, std::string_view down_sql,
                                     const model::Placeholders& placeholders);

}  // namespace garboard::execution
