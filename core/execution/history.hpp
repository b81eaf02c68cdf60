// SPDX-License-Identifier: Apache-2.0
// What the tracking table and the log tell together: what ran when, by whom, how long.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "execution/ledger.hpp"
#include "model/history.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// Newest first; empty when there are no tables. What was applied and rolled back since is there
/// twice: from what the log kept of its row.
Result<std::vector<model::HistoryEvent>> read_history(ports::Session& session,
                                                      const LedgerOptions& options);

/// Milliseconds between two times as the tracking table writes them ("2026-01-31 23:59:59.123456");
/// nullopt for other text, and when the second is before the first.
std::optional<std::int64_t> milliseconds_between(std::string_view from, std::string_view to);

}  // namespace garboard::execution
