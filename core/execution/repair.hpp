// SPDX-License-Identifier: Apache-2.0
// What of the record needs a decision: half-done migrations, the statement each stopped at, and
// applied ones whose text is another now. See docs/repair.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "execution/ledger.hpp"
#include "model/change.hpp"
#include "model/correction.hpp"
#include "model/ledger.hpp"
#include "ports/files.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

struct Finding {
  enum class Kind { partial, reverting, changed };
  Kind kind = Kind::partial;
  model::LedgerEntry entry;
  std::string new_checksum = {};     ///< of a changed one
  std::int64_t statement = 0;        ///< the first that is not known to be done; 0 = unknown
  std::string statement_state = {};  ///< "failed", "intent" or "undone"; empty = not begun
  std::string note = {};             ///< of a failure: the server's codes
  std::string sql = {};              ///< its text, where the plan or the kept down has it
  bool has_fingerprint = false;      ///< the next run can tell by itself whether it took effect
};

Result<std::vector<Finding>> find_repairs(ports::Session& session, ports::Files& files,
                                          const LedgerOptions& options, const model::Ledger& ledger,
                                          const model::Changes& changes);

/// Says whether the statement that a half-done migration stopped at took effect. `id` may be empty
/// where only one is waiting. Code::usage when none is, or when it must be said which.
Result<std::vector<model::Correction>> settle_statement(ports::Session& session,
                                                        const LedgerOptions& options,
                                                        const model::Ledger& ledger,
                                                        std::string_view id, bool is_done,
                                                        std::string_view reason);

}  // namespace garboard::execution
