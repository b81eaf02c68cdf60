// SPDX-License-Identifier: Apache-2.0
#include "planning/rollback.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace garboard::planning {

namespace {

using base::Code;
using base::Error;
using model::LedgerEntry;
using model::LedgerState;

/// Rows from this ordinal on are undone.
base::Result<std::int64_t> first_ordinal(const std::vector<LedgerEntry>& entries,
                                         const RollbackScope& scope) {
  if (!scope.last_kept_id.empty()) {
    const auto found = std::ranges::find(entries, scope.last_kept_id, &LedgerEntry::id);
    if (found == entries.end()) {
      return Error{.code = Code::usage,
                   .message = "--to names '" + scope.last_kept_id + "', which is not applied",
                   .hint = "`garboard history` lists what is"};
    }
    return found->ordinal + 1;
  }
  if (scope.steps) return std::numeric_limits<std::int64_t>::min();
  // what other runs applied in between stands on what goes
  std::int64_t first = entries.back().ordinal;
  for (const LedgerEntry& entry : entries)
    if (entry.run_id == entries.back().run_id) first = std::min(first, entry.ordinal);
  return first;
}

Error half_applied(const LedgerEntry& entry) {
  return Error{.code = Code::half_applied,
               .message = "migration '" + entry.id + "' is half applied, and cannot be undone so",
               .hint =
                   "finish it with `garboard migrate`, or settle it with `garboard repair` or "
                   "`garboard mark`, then roll back"};
}

}  // namespace

std::unordered_set<std::string> staying_ids(const model::Changes& changes) {
  std::unordered_set<std::string> ids;
  for (const model::Change& change : changes.items)
    if (change.is_repeatable && change.down.empty()) ids.insert(change.id);
  return ids;
}

base::Result<std::vector<LedgerEntry>> choose_rollback(
    const model::Ledger& ledger, const RollbackScope& scope,
    const std::unordered_set<std::string>& staying) {
  std::vector<LedgerEntry> chosen;
  if (ledger.entries.empty() && scope.last_kept_id.empty()) return chosen;
  auto first = first_ordinal(ledger.entries, scope);
  if (!first) return std::move(first).error();
  for (auto entry = ledger.entries.rbegin(); entry != ledger.entries.rend(); ++entry) {
    if (entry->ordinal < *first || (scope.steps && chosen.size() == *scope.steps)) break;
    if (staying.contains(entry->id)) continue;
    if (entry->state == LedgerState::partial) return half_applied(*entry);
    chosen.push_back(*entry);
  }
  // what is half undone already comes first
  std::stable_partition(chosen.begin(), chosen.end(), [](const LedgerEntry& entry) {
    return entry.state == LedgerState::reverting;
  });
  if (chosen.empty() && scope.last_kept_id.empty() && !scope.steps) {
    return Error{.code = Code::bad_input,
                 .message =
                     "the last run applied repeatable migrations without a down, and "
                     "nothing else",
                 .reason = "no-down",
                 .hint = "name what to undo with --steps or --to"};
  }
  return chosen;
}

}  // namespace garboard::planning
