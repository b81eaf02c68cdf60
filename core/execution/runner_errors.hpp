// SPDX-License-Identifier: Apache-2.0
// What a run says when the tracking table is not as it left it.
#pragma once

#include "base/error.hpp"
#include "model/change.hpp"
#include "model/ledger.hpp"

namespace garboard::execution {

/// Another run applied the migration with other text.
base::Error changed_meanwhile(const model::Change& change, const model::LedgerEntry& entry);
/// Writing the row had no effect, time and again.
base::Error unwritable(const model::Change& change);
/// Another run applied a migration after those to undo were chosen.
base::Error applied_meanwhile(std::string_view id, bool is_some_undone);
/// Rows that this run had seen are gone after a lost connection, or those it took away are back.
base::Error history_lost();
/// Somebody took the row away while the migration ran.
base::Error row_lost(const model::Change& change);
/// Another run left the migration half-way, in the other direction.
base::Error half_done_meanwhile(const model::Change& change, bool is_reverting);

}  // namespace garboard::execution
