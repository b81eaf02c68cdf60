// SPDX-License-Identifier: Apache-2.0
#include "planning/corrections.hpp"

#include <algorithm>
#include <utility>

namespace garboard::planning {

namespace {

using base::Code;
using base::Error;
using model::Change;
using model::LedgerEntry;
using model::LedgerState;

const Change* find(const model::Changes& changes, std::string_view id) {
  const auto found = std::ranges::find(changes.items, id, &Change::id);
  return found == changes.items.end() ? nullptr : &*found;
}

const LedgerEntry* find(const model::Ledger& ledger, std::string_view id) {
  const auto found = std::ranges::find(ledger.entries, id, &LedgerEntry::id);
  return found == ledger.entries.end() ? nullptr : &*found;
}

Error not_in_plan(std::string_view id) {
  return Error{.code = Code::usage,
               .message = "'" + std::string(id) + "' is not in the plan",
               .hint = "`garboard status` lists the ids"};
}

Error not_empty(const LedgerEntry& entry, std::string_view why) {
  return Error{.code = Code::bad_input,
               .message = "the tracking table has '" + entry.id + "' already, " + std::string(why),
               .reason = "history-not-empty",
               .hint =
                   "baseline is for a database without a history; correct single migrations "
                   "with `garboard mark`"};
}

Correction added(const Change& change, std::string action, std::string_view reason) {
  return {.kind = Correction::Kind::add,
          .action = std::move(action),
          .change = &change,
          .entry = {.id = change.id, .name = change.name},
          .reason = std::string(reason)};
}

Result<std::vector<Correction>> mark_applied(const Change* change, const LedgerEntry* entry,
                                             std::string_view id, std::string_view reason) {
  if (entry == nullptr) {
    if (change == nullptr) return not_in_plan(id);
    return std::vector{added(*change, "marked_applied", reason)};
  }
  if (entry->state == LedgerState::applied) {
    if (change == nullptr || change->checksum == entry->checksum || change->is_repeatable)
      return std::vector<Correction>{};
    return Error{.code = Code::checksum_changed,
                 .message = "migration '" + entry->id + "' is applied, with other text",
                 .hint = "accept its text with `garboard repair " + entry->id +
                         " --accept-changed` if the database is as it says now",
                 .where = change->where};
  }
  return std::vector{Correction{.kind = Correction::Kind::finish,
                                .action = "marked_applied",
                                .change = change,
                                .entry = *entry,
                                .reason = std::string(reason)}};
}

bool is_changed(const Change& change, const LedgerEntry* entry) {
  return entry != nullptr && entry->state == LedgerState::applied && !change.is_repeatable &&
         entry->checksum != change.checksum;
}

}  // namespace

Result<std::vector<Correction>> plan_baseline(const model::Changes& changes,
                                              const model::Ledger& ledger,
                                              std::string_view database, std::string_view last_id) {
  const Change* last = find(changes, last_id);
  if (last == nullptr) return not_in_plan(last_id);
  std::vector<Correction> corrections;
  std::size_t known = 0;
  for (const Change& change : changes.items) {
    const bool is_meant = model::is_for(change.databases, database);
    const LedgerEntry* entry = find(ledger, change.id);
    if (entry != nullptr) {
      ++known;
      if (entry->state != LedgerState::applied || entry->checksum != change.checksum)
        return not_empty(*entry, "and not as the plan has it");
    } else if (is_meant) {
      corrections.push_back(added(change, "baselined", ""));
    }
    if (&change == last) break;
  }
  if (known == ledger.entries.size()) return corrections;
  for (const LedgerEntry& entry : ledger.entries) {
    const Change* change = find(changes, entry.id);
    if (change == nullptr || change > last)
      return not_empty(entry, "which is not among those up to '" + last->id + "'");
  }
  return corrections;
}

Result<std::vector<Correction>> plan_mark(const model::Changes& changes,
                                          const model::Ledger& ledger, std::string_view id,
                                          bool is_applied, std::string_view reason) {
  const Change* change = find(changes, id);
  const LedgerEntry* entry = find(ledger, id);
  if (is_applied) return mark_applied(change, entry, id, reason);
  if (entry == nullptr) {
    if (change == nullptr) return not_in_plan(id);
    return std::vector<Correction>{};
  }
  return std::vector{Correction{.kind = Correction::Kind::remove,
                                .action = "marked_pending",
                                .change = change,
                                .entry = *entry,
                                .reason = std::string(reason)}};
}

Result<std::vector<Correction>> plan_accept(const model::Changes& changes,
                                            const model::Ledger& ledger,
                                            std::span<const std::string> ids,
                                            std::string_view reason) {
  for (const std::string& id : ids) {
    const Change* change = find(changes, id);
    if (change == nullptr) return not_in_plan(id);
    if (!is_changed(*change, find(ledger, id)))
      return Error{.code = Code::usage,
                   .message = "migration '" + id +
                              "' is not one whose text changed after it was "
                              "applied",
                   .hint = "`garboard repair` without an option lists those"};
  }
  std::vector<Correction> corrections;
  for (const Change& change : changes.items) {
    if (!ids.empty() && std::ranges::find(ids, change.id) == ids.end()) continue;
    const LedgerEntry* entry = find(ledger, change.id);
    if (!is_changed(change, entry)) continue;
    corrections.push_back({.kind = Correction::Kind::accept,
                           .action = "repaired",
                           .change = &change,
                           .entry = *entry,
                           .reason = std::string(reason)});
  }
  return corrections;
}

}  // namespace garboard::planning
