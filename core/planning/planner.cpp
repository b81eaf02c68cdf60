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
using model::Phase;
using model::Plan;
using model::PlanItem;

ItemState state_of(const Change& change, const LedgerEntry& entry) {
  if (entry.state == LedgerState::partial) return ItemState::partial;
  if (entry.state == LedgerState::reverting) return ItemState::reverting;
  if (entry.checksum == change.checksum) return ItemState::applied;
  return change.is_repeatable ? ItemState::outdated : ItemState::changed;
}

bool is_selected_by(const Change& change, const Selection& selection) {
  const auto has = [&](const std::string& tag) {
    return std::ranges::find(change.tags, tag) != change.tags.end();
  };
  const bool has_tag = selection.tags.empty() || std::ranges::any_of(selection.tags, has);
  return has_tag && (selection.phase == Phase::any || change.phase == Phase::any ||
                     change.phase == selection.phase);
}

PlanItem make_item(const Change& change, const LedgerEntry* entry, std::string_view database) {
  PlanItem item{.change = &change};
  if (entry != nullptr) {
    item.entry = *entry;
    item.state = state_of(change, *entry);
  } else if (!model::is_for(change.databases, database)) {
    item.state = ItemState::skipped;
  }
  return item;
}

/// A migration for after the deployment may wait while others go on; repeatable ones have no order.
/// What stands behind --to is no less applied, other than what --tags and --phase leave out.
void mark_out_of_order(std::vector<PlanItem>& items, const Selection& selection) {
  bool is_later_applied = false;
  bool is_later_post_applied = false;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (item->change->is_repeatable || !is_selected_by(*item->change, selection)) continue;
    const bool is_post = item->change->phase == Phase::post_deploy;
    item->is_out_of_order = item->is_selected && item->state == ItemState::pending &&
                            (is_post ? is_later_post_applied : is_later_applied);
    if (!item->entry || item->state == ItemState::partial) continue;
    is_later_applied = true;
    is_later_post_applied |= is_post;
  }
}

void select(std::vector<PlanItem>& items, const Selection& selection) {
  bool is_past_last = false;
  for (PlanItem& item : items) {
    item.is_selected = !is_past_last && is_selected_by(*item.change, selection);
    is_past_last |= !selection.last_id.empty() && item.change->id == selection.last_id;
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
                   "restore the migration's text as it was applied and put what is new into a new "
                   "migration, or accept it with `garboard repair " +
                   item.change->id + " --accept-changed`",
               .where = item.change->where,
               .migration = item.change->id};
}

Error out_of_order_error(const PlanItem& item) {
  return Error{.code = Code::out_of_order,
               .message = "migration '" + item.change->id +
                          "' is pending, but a later one in the plan is applied already",
               .hint =
                   "move it to the end of the plan, or pass --allow-out-of-order if it does not "
                   "depend on the order",
               .where = item.change->where,
               .migration = item.change->id};
}

Error reverting_error(const PlanItem& item) {
  return Error{.code = Code::half_applied,
               .message = "migration '" + item.change->id + "' is half rolled back",
               .reason = "half-rolled-back",
               .hint = "finish it with `garboard rollback`, which goes on where it stopped",
               .where = item.change->where,
               .migration = item.change->id};
}

Error missing_requirement_error(const PlanItem& item, const PlanItem& required) {
  const std::string& id = required.change->id;
  const bool is_begun = required.state == ItemState::partial;
  return Error{.code = Code::out_of_order,
               .message = "migration '" + item.change->id + "' requires '" + id + "', which is " +
                          (is_begun ? "half applied" : "pending") + " and not selected",
               .reason = "requirement-missing",
               .hint = "select both, or apply '" + id + "' first",
               .where = item.change->where,
               .migration = item.change->id};
}

/// Every migration that is to run, and is not preceded by all that it requires.
void check_requirements(const Plan& plan, std::vector<Error>& problems) {
  std::unordered_map<std::string_view, const PlanItem*> lacking;  // and not going to be applied
  for (const PlanItem& item : plan.items)
    if (!item.is_selected && (item.state == ItemState::pending || item.state == ItemState::partial))
      lacking.emplace(item.change->id, &item);
  if (lacking.empty()) return;
  for (const PlanItem& item : plan.items) {
    if (!item.is_to_run()) continue;
    for (const std::string& required : item.change->required_ids)
      if (const auto found = lacking.find(required); found != lacking.end())
        problems.push_back(missing_requirement_error(item, *found->second));
  }
}

Error unknown_error(const LedgerEntry& entry, std::string_view what) {
  return Error{.code = Code::ahead,
               .message = "migration '" + entry.id + "' is applied to the database, but " +
                          std::string(what),
               .hint = "use the plan that has it, or pass --if-ahead warn to go on without it",
               .migration = entry.id};
}

}  // namespace

base::Result<void> check_selection(const model::Changes& changes, const Selection& selection) {
  const auto is_any = [&](const auto& matches) {
    return std::ranges::any_of(changes.items, matches);
  };
  const auto has_id = [&](const Change& change) { return change.id == selection.last_id; };
  if (!selection.last_id.empty() && !is_any(has_id)) {
    return Error{.code = Code::usage,
                 .message = "--to names '" + selection.last_id + "', which is not in the plan",
                 .hint = "`garboard status` lists the ids"};
  }
  for (const std::string& tag : selection.tags) {
    const auto has_tag = [&](const Change& change) {
      return std::ranges::find(change.tags, tag) != change.tags.end();
    };
    if (!is_any(has_tag)) {
      return Error{.code = Code::usage,
                   .message = "--tags names '" + tag + "', which no migration has",
                   .hint = "see `tags:` in the plan"};
    }
  }
  return {};
}

Plan make_plan(const model::Changes& changes, const model::Ledger& ledger,
               std::string_view database, const Selection& selection) {
  Plan plan{.ledger_exists = ledger.exists};
  if (!model::is_for(changes.databases, database)) plan.written_for = list_of(changes.databases);

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
    // a repeatable one moves to the end whenever it is applied again
    if (!change.is_repeatable) last_known_ordinal = std::max(last_known_ordinal, entry->ordinal);
    by_id.erase(found);
  }
  select(plan.items, selection);
  mark_out_of_order(plan.items, selection);

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
    if (item.state == ItemState::reverting) problems.push_back(reverting_error(item));
    if (item.is_out_of_order && !policy.allows_out_of_order)
      problems.push_back(out_of_order_error(item));
  }
  check_requirements(plan, problems);
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
