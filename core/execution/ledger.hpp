// SPDX-License-Identifier: Apache-2.0
// The tracking table and the statement journal: their names, and reading them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/dialect.hpp"
#include "model/ledger.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

using base::Result;

struct LedgerOptions {
  std::string schema = {};  ///< empty = the dialect's default
  std::string table = "garboard_migrations";
  std::string app = "default";  ///< several applications may share one table
};

enum class Detail { brief /* id, ordinal, checksum, state */, full };

/// Two queries, no lock: first whether the tables may be trusted (see history_check.hpp), then what
/// is in them. A missing table is an empty ledger with exists == false.
Result<model::Ledger> read_ledger(ports::Session& session, const LedgerOptions& options,
                                  Detail detail);

/// Whether a query failed since the table is not there.
[[nodiscard]] bool is_missing_table(const base::Error& error, const model::Dialect& dialect);

/// The journal of one migration, by seq; empty when there is none.
Result<std::vector<model::JournalEntry>> read_journal(ports::Session& session,
                                                      const LedgerOptions& options,
                                                      std::string_view id);

}  // namespace garboard::execution
