// SPDX-License-Identifier: Apache-2.0
#include "planning/planner.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace garboard::planning {

namespace {

using base::Code;
using base::Error;
using model::Change;
using model::ItemState;
using model::LedgerEntry;
using model::LedgerState;
using model::Plan;
using model::PlanItem;

bool is_for(const std::vector<std::string>& databases, std::string_view database) {
  return databases.empty() || std::ranges::find(databases, database) != databases.end();
}

PlanItem make_item(const Change& change, const LedgerEntry* entry, std::string_view database) {
  PlanItem item{.change = &change};
  if (entry != nullptr) {
    item.entry = *entry;
    if (entry->state == LedgerState::partial) {
      item.state = ItemState::partial;
    } else {
      item.state = entry->checksum == change.checksum ? ItemState::applied : ItemState::changed;
    }
  } else if (!is_for(change.databases, database)) {
    item.state = ItemState::skipped;
  }
  return item;
}

void mark_out_of_order(std::vector<PlanItem>& items) {
  bool is_later_applied = false;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (item->entry && item->state != ItemState::partial) is_later_applied = true;
    item->is_out_of_order = item->state == ItemState::pending && is_later_applied;
  }
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Error changed_error(const PlanItem& item) {
  return Error{.code = Code::checksum_changed,
               .message = "migration '" + item.change->id +
                          "' was applied with other text (checksum " + item.entry->checksum +
                          ", now " + item.change->checksum + ")",
               .hint =
                   "restore the migration's text as it was applied, and put what is new into a "
                   "new migration",
               .where = item.change->where};
}

Error out_of_order_error(const PlanItem& item) {
  return Error{.code = Code::out_of_order,
               .message = "migration '" + item.change->id +
                          "' is pending, but a later one in the plan is applied already",
               .hint =
                   "move it to the end of the plan, or pass --allow-out-of-order if it does not "
                   "depend on the order",
               .where = item.change->where};
}

Error unknown_error(const LedgerEntry& entry, std::string_view what) {
  return Error{.code = Code::ahead,
               .message = "migration '" + entry.id + "' is applied to the database, but " +
                          std::string(what),
               .hint = "use the plan that has it, or pass --if-ahead warn to go on without it"};
}

}  // namespace

Plan make_plan(const model::Changes& changes, const model::Ledger& ledger,
               std::string_view database) {
  Plan plan{.ledger_exists = ledger.exists};
  if (!is_for(changes.databases, database)) plan.written_for = list_of(changes.databases);

  std::unordered_map<std::string_view, const LedgerEntry*> by_id;
  by_id.reserve(ledger.entries.size());
  for (const LedgerEntry& entry : ledger.entries) {
    by_id.emplace(entry.id, &entry);
    plan.last_ordinal = std::max(plan.last_ordinal, entry.ordinal);
  }

  std::int64_t last_known_ordinal = 0;
  plan.items.reserve(changes.items.size());
  for (const Change& change : changes.items) {
    const auto found = by_id.find(change.id);
    const LedgerEntry* entry = found == by_id.end() ? nullptr : found->second;
    plan.items.push_back(make_item(change, entry, database));
    if (entry == nullptr) continue;
    last_known_ordinal = std::max(last_known_ordinal, entry->ordinal);
    by_id.erase(found);
  }
  mark_out_of_order(plan.items);

  for (const LedgerEntry& entry : ledger.entries) {
    if (!by_id.contains(entry.id)) continue;
    (entry.ordinal > last_known_ordinal ? plan.ahead : plan.missing).push_back(entry);
  }
  return plan;
}

base::Result<void> check_plan(const Plan& plan, const PlanPolicy& policy) {
  std::vector<Error> problems;
  if (!plan.written_for.empty()) {
    problems.push_back(Error{.code = Code::bad_input,
                             .message = "this plan is written for " + plan.written_for +
                                        ", and the database is of another kind",
                             .hint =
                                 "add the database to the plan's `database:` if its SQL fits, or "
                                 "connect to the one it is meant for"});
  }
  for (const PlanItem& item : plan.items) {
    if (item.state == ItemState::changed) problems.push_back(changed_error(item));
    if (item.is_out_of_order && !policy.allows_out_of_order)
      problems.push_back(out_of_order_error(item));
  }
  if (policy.if_ahead == IfAhead::fail) {
    for (const LedgerEntry& entry : plan.missing)
      problems.push_back(unknown_error(entry, "no longer in the plan"));
    for (const LedgerEntry& entry : plan.ahead)
      problems.push_back(unknown_error(entry, "the plan does not know it"));
  }
  if (problems.empty()) return {};
  Error first = std::move(problems.front());
  first.others.assign(std::make_move_iterator(problems.begin() + 1),
                      std::make_move_iterator(problems.end()));
  return first;
}

}  // namespace garboard::planning
