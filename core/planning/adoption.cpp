// SPDX-License-Identifier: Apache-2.0
#include "planning/adoption.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "planning/foreign_match.hpp"

namespace garboard::planning {

namespace {

using base::Code;
using base::Error;
using model::ForeignEntry;
using model::ForeignHistory;
using model::ForeignTool;
using model::ItemState;
using model::Plan;
using model::PlanItem;
using model::Reach;
using std::string;

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

class Adopting {
 public:
  Adopting(const ForeignHistory& history, const Plan& plan,
           std::span<const std::vector<string>> checksums)
      : history_(history),
        plan_(plan),
        checksums_(checksums),
        match_(history.tool, plan.items),
        entry_of_(plan.items.size(), nowhere),
        found_(history.applied.size(), nowhere),
        problems_(history.problems) {}

  base::Result<Adoption> make() {
    match_entries();
    for (std::size_t e = 0; e < history_.applied.size(); ++e)
      if (history_.applied[e].reach == Reach::up_to) reach_up_to(e);
    reach_ancestors();
    check_any_match();
    Adoption adoption;
    for (std::size_t i = 0; i < plan_.items.size(); ++i) adoption.items.push_back(item_of(i));
    mark_out_of_order(adoption.items);
    for (std::size_t e = 0; e < history_.applied.size(); ++e)
      if (found_[e] == nowhere && history_.applied[e].needs_file)
        adoption.items.push_back({.state = AdoptionState::no_file, .entry = &history_.applied[e]});
    if (!problems_.empty()) return all_problems();
    for (const AdoptionItem& item : adoption.items)
      if (item.state == AdoptionState::to_record) adoption.to_record.push_back(&item);
    std::ranges::stable_sort(adoption.to_record, {},
                             [](const AdoptionItem* item) { return item->entry; });
    return adoption;
  }

 private:
  void match_entries();
  void reach_up_to(std::size_t entry);
  std::vector<std::size_t> find_heads();
  void take_required(std::size_t head);
  void reach_ancestors();
  void check_any_match();
  AdoptionItem item_of(std::size_t i);
  void check_row(const PlanItem& item);
  void check_sum(std::size_t i, AdoptionItem& adopted);
  static void mark_out_of_order(std::vector<AdoptionItem>& items);
  Error all_problems();
  [[nodiscard]] string tool() const { return name_of(history_.tool); }

  const ForeignHistory& history_;
  const Plan& plan_;
  std::span<const std::vector<string>> checksums_;
  ForeignMatch match_;
  std::vector<std::size_t> entry_of_;  // of each item of the plan
  std::vector<std::size_t> found_;     // the item of each entry
  std::vector<Error> problems_;
  bool is_chain_broken_ = false;  // Atlas: a hash covers the files before, too
};

void Adopting::match_entries() {
  for (std::size_t e = 0; e < history_.applied.size(); ++e) {
    const auto item = match_.find(history_.applied[e]);
    if (!item) continue;
    found_[e] = *item;
    if (entry_of_[*item] == nowhere) {
      entry_of_[*item] = e;
      continue;
    }
    const ForeignEntry& other = history_.applied[entry_of_[*item]];
    problems_.push_back(Error{
        .code = Code::bad_input,
        .message = "both '" + other.name + "' and '" + history_.applied[e].name + "' in " +
                   history_.table + " could be migration '" + plan_.items[*item].change->id + "'",
        .reason = "foreign-ambiguous",
        .hint = "give the migration an id that names one of them only; docs/adopt.md says "
                "which ids each tool's entries are known by",
        .where = plan_.items[*item].change->where});
  }
}

void Adopting::reach_up_to(std::size_t entry) {
  const std::size_t last = found_[entry];
  for (std::size_t i = 0; i < plan_.items.size(); ++i) {
    const PlanItem& item = plan_.items[i];
    if (item.change->is_repeatable || entry_of_[i] != nowhere) continue;
    if (item.state == ItemState::skipped) continue;
    const auto is_in = match_.is_up_to(i, history_.applied[entry]);
    if (is_in.value_or(last != nowhere && i <= last)) entry_of_[i] = entry;
  }
}

/// The entries of heads, in plan order; empty when one of them is not in the plan.
std::vector<std::size_t> Adopting::find_heads() {
  std::vector<std::size_t> heads;
  bool is_one_unknown = false;
  for (std::size_t e = 0; e < history_.applied.size(); ++e) {
    const ForeignEntry& entry = history_.applied[e];
    if (entry.reach != Reach::ancestors) continue;
    heads.push_back(e);
    if (found_[e] != nowhere) continue;
    is_one_unknown = true;
    problems_.push_back(
        Error{.code = Code::bad_input,
              .message = "the database is at revision '" + entry.id + "' of " + tool() +
                         ", which is not in the plan",
              .reason = "foreign-unknown",
              .hint = "an entry of the plan takes that revision over when its id is '" + entry.id +
                      "', or begins with it and '_'"});
  }
  if (is_one_unknown) return {};
  std::ranges::sort(heads, {}, [&](std::size_t e) { return found_[e]; });
  return heads;
}

void Adopting::take_required(std::size_t head) {
  std::vector<std::size_t> open{found_[head]};
  while (!open.empty()) {
    const std::size_t i = open.back();
    open.pop_back();
    for (const string& id : plan_.items[i].change->required_ids) {
      const auto required =
          std::ranges::find(plan_.items, id, [](const PlanItem& item) { return item.change->id; });
      if (required == plan_.items.end()) continue;
      const auto at = static_cast<std::size_t>(required - plan_.items.begin());
      if (entry_of_[at] != nowhere) continue;
      entry_of_[at] = head;
      open.push_back(at);
    }
  }
}

/// One head: all that stands before it. Several: what they require, as far as that tells.
void Adopting::reach_ancestors() {
  const std::vector<std::size_t> heads = find_heads();
  if (heads.empty()) return;
  for (const std::size_t head : heads) take_required(head);
  const std::size_t first = found_[heads.front()];
  const std::size_t last = found_[heads.back()];
  for (std::size_t i = 0; i < last; ++i) {
    const PlanItem& item = plan_.items[i];
    if (entry_of_[i] != nowhere || item.change->is_repeatable) continue;
    if (item.state == ItemState::skipped) continue;
    if (i < first) {
      entry_of_[i] = heads.front();
      continue;
    }
    problems_.push_back(
        Error{.code = Code::bad_input,
              .message = "the database has several heads, and whether migration '" +
                         item.change->id + "' belongs to one of them cannot be told",
              .reason = "foreign-ambiguous",
              .hint = "say with `requires:` what each migration is built upon, or put it after '" +
                      plan_.items[last].change->id + "' if it is not applied",
              .where = item.change->where});
  }
}

void Adopting::check_any_match() {
  const auto needs_file = [](const ForeignEntry& entry) { return entry.needs_file; };
  const auto is_found = [](std::size_t i) { return i != nowhere; };
  if (std::ranges::none_of(history_.applied, needs_file) || std::ranges::any_of(found_, is_found) ||
      std::ranges::any_of(entry_of_, is_found) || !problems_.empty())
    return;
  problems_.push_back(Error{
      .code = Code::bad_input,
      .message = "none of the migrations that " + history_.table + " names ('" +
                 history_.applied.front().name + "' is the first) is in the plan",
      .reason = "foreign-unknown",
      .hint =
          "is it the right folder? An entry of a plan takes over the migration whose id it has"});
}

void Adopting::check_row(const PlanItem& item) {
  if (item.state == ItemState::changed) {
    problems_.push_back(Error{.code = Code::checksum_changed,
                              .message = "migration '" + item.change->id +
                                         "' is recorded already, with other text (checksum " +
                                         item.entry->checksum + ", now " + item.change->checksum +
                                         ")",
                              .hint = "restore the migration's text as it was applied",
                              .where = item.change->where});
    return;
  }
  if (item.state != ItemState::partial && item.state != ItemState::reverting) return;
  problems_.push_back(
      Error{.code = Code::half_applied,
            .message = "migration '" + item.change->id + "' is recorded as half " +
                       (item.state == ItemState::partial ? "applied" : "rolled back"),
            .hint = "finish it first: `garboard status` says where it stopped",
            .where = item.change->where});
}

void Adopting::check_sum(std::size_t i, AdoptionItem& adopted) {
  const ForeignEntry& entry = *adopted.entry;
  const bool is_own = found_[entry_of_[i]] == i;  // not only reached by it
  if (!is_own || entry.is_code || entry.checksum.empty()) return;
  if (i >= checksums_.size() || checksums_[i].empty()) return;
  if (std::ranges::find(checksums_[i], entry.checksum) != checksums_[i].end()) {
    adopted.is_verified = true;
    return;
  }
  if (entry.is_repeatable) {
    adopted = {.item = adopted.item};  // the tool would run it again, and so will the next run
    return;
  }
  if (std::exchange(is_chain_broken_, history_.tool == ForeignTool::atlas)) return;
  const model::Change& change = *plan_.items[i].change;
  const bool is_chain = history_.tool == ForeignTool::atlas;
  problems_.push_back(
      Error{.code = Code::checksum_changed,
            .message = "migration '" + change.id + "' was applied by " + tool() +
                       " with other text (checksum " + entry.checksum + ", the file's is " +
                       checksums_[i].front() + ")",
            .reason = "foreign-checksum",
            .hint = is_chain ? "restore the folder as it was applied: a hash of Atlas covers the "
                               "file and all before it"
                             : "restore the file as it was applied, and put what is new into a "
                               "new migration",
            .where = change.where});
}

AdoptionItem Adopting::item_of(std::size_t i) {
  const PlanItem& item = plan_.items[i];
  AdoptionItem adopted{.item = &item};
  if (entry_of_[i] != nowhere) adopted.entry = &history_.applied[entry_of_[i]];
  if (item.entry) {
    adopted.state = AdoptionState::recorded;
    if (adopted.entry != nullptr) check_row(item);
    return adopted;
  }
  if (adopted.entry == nullptr) return adopted;
  adopted.state = AdoptionState::to_record;
  check_sum(i, adopted);
  return adopted;
}

void Adopting::mark_out_of_order(std::vector<AdoptionItem>& items) {
  bool is_later_applied = false;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (item->item->change->is_repeatable) continue;
    const bool is_pending =
        item->state == AdoptionState::pending && item->item->state != ItemState::skipped;
    item->is_out_of_order = is_pending && is_later_applied;
    is_later_applied |= item->state != AdoptionState::pending;
  }
}

Error Adopting::all_problems() {
  Error first = std::move(problems_.front());
  first.others.assign(std::make_move_iterator(problems_.begin() + 1),
                      std::make_move_iterator(problems_.end()));
  return first;
}

}  // namespace

base::Result<Adoption> make_adoption(const ForeignHistory& history, const Plan& plan,
                                     std::span<const std::vector<string>> checksums) {
  return Adopting(history, plan, checksums).make();
}

}  // namespace garboard::planning
