// SPDX-License-Identifier: Apache-2.0
#include "cli/report_adopt.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "cli/report.hpp"

namespace garboard::cli {

namespace {

using planning::Adoption;
using planning::AdoptionItem;
using planning::AdoptionState;

struct Words {
  std::string_view key;  ///< of the JSON document
  std::string_view text;
};

Words words_of(AdoptionState state, bool is_done) {
  switch (state) {
    case AdoptionState::to_record:
      return is_done ? Words{"recorded", "recorded"} : Words{"toRecord", "would record"};
    case AdoptionState::recorded:
      return {"alreadyRecorded", "recorded already"};
    case AdoptionState::pending:
      return {"pending", "pending"};
    case AdoptionState::no_file:
      return {"notInPlan", "not in the plan"};
  }
  return {};
}

std::size_t count(const Adoption& adoption, AdoptionState state) {
  return static_cast<std::size_t>(std::ranges::count(adoption.items, state, &AdoptionItem::state));
}

std::string note_of(const AdoptionItem& item) {
  if (item.is_out_of_order) return "out of order";
  if (item.state != AdoptionState::to_record) return {};
  return item.is_verified ? "verified" : "not verified";
}

Json json_of(const AdoptionItem& item, bool is_done) {
  const model::Change* change = item.item == nullptr ? nullptr : item.item->change;
  Json json = {{"id", change == nullptr ? item.entry->id : change->id},
               {"name", change == nullptr ? item.entry->name : change->name},
               {"adoption", words_of(item.state, is_done).key}};
  if (item.state == AdoptionState::to_record) json["verified"] = item.is_verified;
  if (item.entry != nullptr && !item.entry->finished_at.empty())
    json["appliedAt"] = item.entry->finished_at;
  if (item.is_out_of_order) json["outOfOrder"] = true;
  return json;
}

std::string summary_text(const Adoption& adoption, bool is_done) {
  const std::size_t recorded = count(adoption, AdoptionState::to_record);
  std::string text = std::to_string(recorded) + (is_done ? " recorded" : " to record");
  const auto add = [&](AdoptionState state, std::string_view what) {
    const std::size_t n = count(adoption, state);
    if (n != 0) text += ", " + std::to_string(n) + std::string(what);
  };
  add(AdoptionState::recorded, " recorded already");
  add(AdoptionState::pending, " pending");
  add(AdoptionState::no_file, " not in the plan and left out");
  text += is_done ? "\n" : "; nothing was changed\n";
  if (std::ranges::any_of(adoption.items, &AdoptionItem::is_out_of_order))
    text +=
        "what is out of order stands before an applied one: `migrate` asks for "
        "--allow-out-of-order\n";
  return text;
}

}  // namespace

void fill_adopt(Report& report, const Adoption& adoption, const model::ForeignHistory& history,
                std::string_view database, bool is_done) {
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const AdoptionItem& item : adoption.items) {
    list.push_back(json_of(item, is_done));
    const std::string id = list.back()["id"];
    const std::string name = list.back()["name"];
    rows.push_back({std::string(words_of(item.state, is_done).text), id, name == id ? "" : name,
                    item.entry == nullptr ? "" : item.entry->finished_at, note_of(item)});
  }
  Json summary = Json::object();
  for (const AdoptionState state : {AdoptionState::to_record, AdoptionState::recorded,
                                    AdoptionState::pending, AdoptionState::no_file})
    summary[std::string(words_of(state, is_done).key)] = count(adoption, state);
  report.text = table_text(rows) + (rows.empty() ? "" : "\n") + summary_text(adoption, is_done);
  report.document["database"] = database;
  report.document["dryRun"] = !is_done;
  report.document["from"] = name_of(history.tool);
  report.document["fromTable"] = history.table;
  report.document["summary"] = std::move(summary);
  report.document["migrations"] = std::move(list);
}

}  // namespace garboard::cli
