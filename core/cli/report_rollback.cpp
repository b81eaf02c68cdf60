// SPDX-License-Identifier: Apache-2.0
#include "cli/report_rollback.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "cli/report.hpp"

namespace garboard::cli {

namespace {

using execution::Undo;
using model::MigrationReport;
using model::Outcome;
using std::chrono::milliseconds;

const char* source_name(const Undo& undo) { return undo.is_from_history ? "history" : "plan"; }

std::string statements_words(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " statement" : " statements");
}

// "2 rolled back, 1 failed in 5 ms": what is zero is left out.
std::string summary_words(const std::array<std::size_t, outcome_count>& counts, milliseconds time) {
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts.at(i) != 0)
      text += (text.empty() ? "" : ", ") + std::to_string(counts.at(i)) + " " +
              outcome_words(static_cast<Outcome>(i));
  return text + " in " + base::rounded_duration_text(time) + "\n";
}

}  // namespace

void fill_rollback(Report& report, const std::vector<Undo>& undos,
                   const std::vector<const model::RunReport*>& runs, std::string_view database) {
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  std::array<std::size_t, outcome_count> counts{};
  std::int64_t duration_ms = 0;
  for (const model::RunReport* run : runs) {
    duration_ms += run->duration_ms;
    for (std::size_t i = 0; i < run->migrations.size(); ++i) {
      const MigrationReport& each = run->migrations[i];
      ++counts.at(static_cast<std::size_t>(each.outcome));
      list.push_back(migration_json(each));
      if (run == runs.front()) list.back()["downFrom"] = source_name(undos.at(i));
      rows.push_back(migration_row(each));
    }
  }
  Json summary = Json::object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    summary[outcome_name(static_cast<Outcome>(i))] = counts.at(i);
  report.text = table_text(rows) + "\n" + summary_words(counts, milliseconds(duration_ms));
  report.document["database"] = database;
  report.document["runId"] = runs.front()->run_id;
  report.document["dryRun"] = false;
  report.document["durationMs"] = duration_ms;
  report.document["summary"] = std::move(summary);
  report.document["migrations"] = std::move(list);
}

void fill_rollback_outlook(Report& report, const std::vector<Undo>& undos,
                           std::string_view database, bool is_dry_run) {
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const Undo& undo : undos) {
    const model::LedgerEntry& entry = undo.entry;
    list.push_back({{"id", entry.id},
                    {"name", entry.name},
                    {"outcome", "notStarted"},
                    {"statements", undo.statements},
                    {"downFrom", source_name(undo)}});
    const bool is_resumed = entry.state == model::LedgerState::reverting;
    rows.push_back({is_resumed ? "would finish" : "would roll back", entry.id,
                    shown_name(entry.id, entry.name), statements_words(undo.statements),
                    undo.is_from_history ? "down from the history" : ""});
  }
  report.text = table_text(rows);
  report.text +=
      rows.empty() ? "nothing to roll back" : "\n" + std::to_string(rows.size()) + " to roll back";
  report.text += is_dry_run ? "; nothing was changed\n" : "\n";
  report.document["database"] = database;
  report.document["dryRun"] = is_dry_run;
  report.document["summary"] = {{"rolledBack", 0}, {"notStarted", undos.size()}};
  report.document["migrations"] = std::move(list);
}

}  // namespace garboard::cli
