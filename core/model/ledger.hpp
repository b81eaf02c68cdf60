// SPDX-License-Identifier: Apache-2.0
// Ledger: what the tracking table says has been applied to one database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace garboard::model {

enum class LedgerState {
  applied,
  partial,    ///< begun outside a transaction and not finished; the journal knows how far
  reverting,  ///< the same of its down
};

struct LedgerEntry {
  std::string id;
  std::int64_t ordinal = 0;  ///< position in the order of application, from 1
  std::string checksum = {};
  LedgerState state = LedgerState::applied;
  std::string name = {};        ///< filled by a full read only, like all that follows
  std::string started_at = {};  ///< server clock, UTC
  std::string finished_at = {};
  std::string applied_by = {};
  std::string run_id = {};
};

/// One statement of a migration that runs outside a transaction.
struct JournalEntry {
  std::string id;
  std::int64_t seq = 0;  ///< 1-based over all statements of the migration
  std::string checksum = {};
  std::string state = {};  ///< "intent", "done", "undone" or "failed"
  std::string fingerprint =
      {};  ///< of the objects it changes, taken before it ran; empty = not to be told
  std::string note = {};  ///< of a failure: the server's codes
};

struct Ledger {
  bool exists = false;                    ///< false when the table has not been made yet
  std::vector<LedgerEntry> entries = {};  ///< by ordinal
};

}  // namespace garboard::model
