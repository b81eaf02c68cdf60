// SPDX-License-Identifier: Apache-2.0
// Looks at the history's tables in the database's catalog before anything is read from them or
// written to them: whoever may create objects there could have planted a view, a trigger or a rule
// that runs with the rights of the migrating user.
#pragma once

#include "base/result.hpp"
#include "execution/ledger.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

enum class HistoryTables { of_migrations, of_seeds };

/// One query for all of them, none where the dialect knows no check. Code::unsafe_environment with
/// the reason "untrusted-history" names each table and what is wrong with it. What is missing is
/// fine.
Result<void> check_history_tables(ports::Session& session, const LedgerOptions& options,
                                  HistoryTables tables);

}  // namespace garboard::execution
