// SPDX-License-Identifier: Apache-2.0
#include "cli/report.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/time.hpp"

namespace garboard::cli {

namespace {

using model::ItemState;
using model::LedgerEntry;
using model::MigrationReport;
using model::Outcome;
using model::Plan;
using model::PlanItem;

using Rows = std::vector<std::vector<std::string>>;

std::string state_name(ItemState state) {
  constexpr std::array<std::string_view, 7> names{"applied", "pending",  "partial", "reverting",
                                                  "changed", "outdated", "skipped"};
  return std::string(names.at(static_cast<std::size_t>(state)));
}

bool has_run(const MigrationReport& each) {
  return each.outcome == Outcome::applied || each.outcome == Outcome::failed ||
         each.outcome == Outcome::rolled_back;
}

void add_entry(Json& json, const LedgerEntry& entry) {
  if (!entry.finished_at.empty()) json["appliedAt"] = entry.finished_at;
  if (entry.finished_at.empty() && !entry.started_at.empty()) json["startedAt"] = entry.started_at;
  if (!entry.applied_by.empty()) json["appliedBy"] = entry.applied_by;
}

std::string partial_words(const PartialNote& note) {
  if (note.statement == 0) return "half-applied";
  std::string text = "half-applied: statement " + std::to_string(note.statement);
  text += note.state == "failed" ? " failed" : " not finished";
  return note.note.empty() ? text : text + ": " + note.note;
}

std::size_t count(const Plan& plan, ItemState state) {
  return static_cast<std::size_t>(
      std::ranges::count(plan.items, state, [](const PlanItem& item) { return item.state; }));
}

Json summary_of(const Plan& plan) {
  Json summary = Json::object();
  for (const ItemState state :
       {ItemState::applied, ItemState::pending, ItemState::partial, ItemState::reverting,
        ItemState::changed, ItemState::outdated, ItemState::skipped})
    summary[state_name(state)] = count(plan, state);
  summary["missing"] = plan.missing.size();
  summary["ahead"] = plan.ahead.size();
  return summary;
}

// "3 applied, 1 pending": what is zero is left out.
std::string summary_words(const Json& summary) {
  std::string text;
  for (const auto& [name, number] : summary.items())
    if (number.get<std::size_t>() != 0)
      text += (text.empty() ? "" : ", ") + std::to_string(number.get<std::size_t>()) + " " + name;
  return text.empty() ? "nothing applied, nothing pending" : text;
}

void add_item(const PlanItem& item, const PartialNotes& partial, Json& list, Rows& rows) {
  const std::string state = state_name(item.state);
  const std::string& id = item.change->id;
  Json json = {{"id", id}, {"name", item.change->name}, {"state", state}};
  std::string remark = item.entry ? item.entry->finished_at : "";
  if (item.entry) add_entry(json, *item.entry);
  if (item.is_out_of_order) {
    json["outOfOrder"] = true;
    remark = "out of order";
  }
  if (item.state == ItemState::changed) remark = "applied with other text";
  if (item.state == ItemState::outdated) remark = "to be applied again";
  if (item.state == ItemState::reverting) remark = "half rolled back";
  if (!item.is_selected && item.state == ItemState::pending) {
    json["selected"] = false;
    remark = "not selected";
  }
  if (item.state == ItemState::skipped) remark = "not for this database";
  if (const auto found = partial.find(id); found != partial.end()) {
    remark = partial_words(found->second);
    if (found->second.statement != 0) json["statement"] = found->second.statement;
    if (!found->second.note.empty()) json["note"] = found->second.note;
  }
  list.push_back(std::move(json));
  rows.push_back({state, id, shown_name(id, item.change->name), remark});
}

void add_unknown(const std::vector<LedgerEntry>& entries, const char* state, Json& list,
                 Rows& rows) {
  for (const LedgerEntry& entry : entries) {
    Json json = {{"id", entry.id}, {"name", entry.name}, {"state", state}};
    add_entry(json, entry);
    list.push_back(std::move(json));
    rows.push_back({state, entry.id, shown_name(entry.id, entry.name), entry.finished_at});
  }
}

}  // namespace

std::string outcome_name(Outcome outcome) {
  constexpr std::array<std::string_view, outcome_count> names{
      "applied", "appliedElsewhere", "failed", "notStarted", "rolledBack", "rolledBackElsewhere"};
  return std::string(names.at(static_cast<std::size_t>(outcome)));
}

std::string outcome_words(Outcome outcome) {
  constexpr std::array<std::string_view, outcome_count> words{
      "applied",     "applied by another run",    "failed", "not started",
      "rolled back", "rolled back by another run"};
  return std::string(words.at(static_cast<std::size_t>(outcome)));
}

std::string shown_name(std::string_view id, std::string_view name) {
  return name == id ? std::string() : std::string(name);
}

Json migration_json(const MigrationReport& each) {
  Json json = {{"id", each.id}, {"name", each.name}, {"outcome", outcome_name(each.outcome)}};
  if (!has_run(each)) return json;
  json["statements"] = each.statements;
  if (each.resumed != 0) json["resumed"] = each.resumed;
  json["durationMs"] = each.duration_ms;
  return json;
}

std::vector<std::string> migration_row(const MigrationReport& each) {
  using std::chrono::milliseconds;
  return {outcome_words(each.outcome), each.id, shown_name(each.id, each.name),
          has_run(each) ? base::rounded_duration_text(milliseconds(each.duration_ms)) : ""};
}

std::string table_text(const Rows& rows) {
  std::vector<std::size_t> widths;
  const auto width_of = [](std::string_view cell) {
    return static_cast<std::size_t>(std::ranges::count_if(
        cell, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  };
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

void fill_status(Report& report, const Plan& plan, const PartialNotes& partial,
                 std::string_view database) {
  Json list = Json::array();
  Rows rows;
  for (const PlanItem& item : plan.items) add_item(item, partial, list, rows);
  add_unknown(plan.missing, "missing", list, rows);
  add_unknown(plan.ahead, "ahead", list, rows);
  Json summary = summary_of(plan);
  report.text = table_text(rows) + (rows.empty() ? "" : "\n") + summary_words(summary) + "\n";
  report.document["database"] = database;
  report.document["trackingTableExists"] = plan.ledger_exists;
  report.document["summary"] = std::move(summary);
  report.document["migrations"] = std::move(list);
}

void fill_migrate(Report& report, const Plan& plan, const model::RunReport& run,
                  std::string_view database) {
  using std::chrono::milliseconds;
  Json list = Json::array();
  Rows rows;
  std::array<std::size_t, outcome_count> counts{};
  for (const MigrationReport& each : run.migrations) {
    ++counts.at(static_cast<std::size_t>(each.outcome));
    list.push_back(migration_json(each));
    rows.push_back(migration_row(each));
  }
  Json summary = Json::object();
  for (const Outcome outcome :
       {Outcome::applied, Outcome::applied_elsewhere, Outcome::failed, Outcome::not_started})
    summary[outcome_name(outcome)] = counts.at(static_cast<std::size_t>(outcome));
  const std::size_t before = count(plan, ItemState::applied);
  summary["alreadyApplied"] = before;
  summary["skipped"] = count(plan, ItemState::skipped);
  report.text = table_text(rows);
  if (run.migrations.empty()) {
    report.text += "nothing pending, " + std::to_string(before) + " applied\n";
  } else {
    report.text += "\n" + std::to_string(counts[0]) + " applied";
    if (counts[1] != 0) report.text += ", " + std::to_string(counts[1]) + " applied by another run";
    if (counts[2] != 0) report.text += ", " + std::to_string(counts[2]) + " failed";
    if (counts[3] != 0) report.text += ", " + std::to_string(counts[3]) + " not started";
    report.text += " in " + base::rounded_duration_text(milliseconds(run.duration_ms)) + "\n";
  }
  report.document["database"] = database;
  report.document["runId"] = run.run_id;
  report.document["dryRun"] = false;
  report.document["durationMs"] = run.duration_ms;
  report.document["summary"] = std::move(summary);
  report.document["migrations"] = std::move(list);
}

void fill_dry_run(Report& report, const Plan& plan, std::string_view database) {
  Json list = Json::array();
  Rows rows;
  for (const PlanItem& item : plan.items) {
    if (!item.is_to_run()) continue;
    const bool is_resumed = item.state == ItemState::partial;
    list.push_back({{"id", item.change->id},
                    {"name", item.change->name},
                    {"outcome", "notStarted"},
                    {"state", state_name(item.state)}});
    rows.push_back({is_resumed ? "would resume" : "would apply", item.change->id,
                    shown_name(item.change->id, item.change->name)});
  }
  const std::size_t before = count(plan, ItemState::applied);
  report.text = table_text(rows);
  report.text += rows.empty() ? "nothing pending" : "\n" + std::to_string(rows.size()) + " pending";
  report.text += ", " + std::to_string(before) + " applied; nothing was changed\n";
  report.document["database"] = database;
  report.document["dryRun"] = true;
  report.document["summary"] = summary_of(plan);
  report.document["migrations"] = std::move(list);
}

}  // namespace garboard::cli
