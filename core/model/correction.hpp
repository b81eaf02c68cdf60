// SPDX-License-Identifier: Apache-2.0
// Correction: one change of the record that runs nothing of the migration, and the log entry that
// says so.
#pragma once

#include <cstdint>
#include <string>

#include "model/change.hpp"
#include "model/ledger.hpp"

namespace garboard::model {

struct Correction {
  enum class Kind {
    add,               ///< a row for `change`, applied
    finish,            ///< a half-way row is applied; the journal is cleared
    remove,            ///< the row goes, and its journal
    accept,            ///< the row says what `change` is now
    statement_done,    ///< the statement `seq`, whose end nobody saw, took effect
    statement_undone,  ///< it did not
  };
  Kind kind = Kind::add;
  std::string action;              ///< of the log: "baselined", "marked_applied", ...
  const Change* change = nullptr;  ///< borrowed; of a row that the plan does not have: nullptr
  /// The row as it is; of `add`: id, name, and when it was applied if that was not now (UTC).
  LedgerEntry entry = {};
  std::int64_t seq = 0;
  std::string reason = {};
  std::string detail = {};  ///< of `add`: for the log, an object's JSON text
};

}  // namespace garboard::model
