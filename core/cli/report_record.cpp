// SPDX-License-Identifier: Apache-2.0
#include "cli/report_record.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/time.hpp"
#include "cli/report.hpp"

namespace garboard::cli {

namespace {

using execution::Finding;
using model::Correction;
using model::HistoryEvent;

using Rows = std::vector<std::vector<std::string>>;

// "rolled_back" as JSON and people have it.
std::string camel_case(std::string_view action) {
  std::string text;
  bool is_upper = false;
  for (const char c : action) {
    if (c == '_') {
      is_upper = true;
    } else {
      text += is_upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
      is_upper = false;
    }
  }
  return text;
}

std::string words(std::string_view action) {
  std::string text(action);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string remark_of(const Correction& correction) {
  switch (correction.kind) {
    case Correction::Kind::accept:
      return "new checksum";
    case Correction::Kind::statement_done:
      return "statement " + std::to_string(correction.seq) + " took effect";
    case Correction::Kind::statement_undone:
      return "statement " + std::to_string(correction.seq) + " did not take effect";
    default:
      return {};
  }
}

const char* state_name(Finding::Kind kind) {
  if (kind == Finding::Kind::changed) return "changed";
  return kind == Finding::Kind::partial ? "partial" : "reverting";
}

std::string what_of(const Finding& finding) {
  if (finding.kind == Finding::Kind::changed) return "applied with other text";
  std::string text = finding.kind == Finding::Kind::partial ? "half applied" : "half rolled back";
  if (finding.statement == 0) return text;
  text += ": statement " + std::to_string(finding.statement);
  if (finding.statement_state == "failed") {
    text += " failed" + (finding.note.empty() ? "" : " (" + finding.note + ")");
  } else if (finding.statement_state == "intent") {
    text += finding.has_fingerprint
                ? " was interrupted; the next run can tell whether it took effect"
                : " was interrupted, and may have taken effect or not";
  } else {
    text += " comes next";
  }
  return text;
}

std::vector<std::string> remedies_of(const Finding& finding) {
  const std::string& id = finding.entry.id;
  if (finding.kind == Finding::Kind::changed)
    return {"garboard repair " + id + " --accept-changed"};
  const std::string next =
      finding.kind == Finding::Kind::partial ? "garboard migrate" : "garboard rollback";
  if (finding.statement_state != "intent") return {next};
  const std::string settle = "garboard repair " + id + " --statement ";
  if (finding.has_fingerprint) return {next, settle + "done", settle + "not-done"};
  return {settle + "done", settle + "not-done"};
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out(indent);
  for (const char c : text) {
    out += c;
    if (c == '\n') out += indent;
  }
  return out;
}

}  // namespace

void fill_corrections(Report& report, const std::vector<Correction>& corrections,
                      std::string_view database, std::string_view run_id) {
  const bool is_dry_run = run_id.empty();
  Json list = Json::array();
  Rows rows;
  for (const Correction& each : corrections) {
    Json json = {
        {"id", each.entry.id}, {"name", each.entry.name}, {"action", camel_case(each.action)}};
    if (each.seq != 0) json["statement"] = each.seq;
    list.push_back(std::move(json));
    rows.push_back({(is_dry_run ? "would be " : "") + words(each.action), each.entry.id,
                    shown_name(each.entry.id, each.entry.name), remark_of(each)});
  }
  report.text = table_text(rows);
  report.text +=
      rows.empty() ? "nothing to correct: the record says so already"
                   : "\n" + std::to_string(rows.size()) + (is_dry_run ? " to record" : " recorded");
  report.text += is_dry_run ? "; nothing was changed\n" : "\n";
  report.document["database"] = database;
  if (!is_dry_run) report.document["runId"] = run_id;
  report.document["dryRun"] = is_dry_run;
  report.document["summary"] = {{"corrections", corrections.size()}};
  report.document["migrations"] = std::move(list);
}

void fill_repairs(Report& report, const std::vector<Finding>& findings, std::string_view database,
                  bool has_plan) {
  Json list = Json::array();
  for (const Finding& each : findings) {
    const std::vector<std::string> remedies = remedies_of(each);
    Json json = {{"id", each.entry.id},
                 {"name", each.entry.name},
                 {"state", state_name(each.kind)},
                 {"remedies", remedies}};
    if (each.statement != 0) json["statement"] = each.statement;
    if (!each.note.empty()) json["note"] = each.note;
    if (!each.sql.empty()) json["sql"] = each.sql;
    list.push_back(std::move(json));
    report.text += each.entry.id + ": " + what_of(each) + "\n";
    if (!each.sql.empty()) report.text += indented(each.sql, "    ") + "\n";
    for (const std::string& remedy : remedies) report.text += "  " + remedy + "\n";
    report.text += "\n";
  }
  report.text += findings.empty() ? "nothing needs repair\n"
                                  : std::to_string(findings.size()) + " to settle\n";
  if (!has_plan) report.text += "no plan is named, so changed checksums were not looked for\n";
  report.document["database"] = database;
  report.document["dryRun"] = true;
  report.document["summary"] = {{"findings", findings.size()}};
  report.document["migrations"] = std::move(list);
}

void fill_history(Report& report, const std::vector<HistoryEvent>& events,
                  std::string_view database) {
  Json list = Json::array();
  Rows rows;
  for (const HistoryEvent& event : events) {
    Json json = {{"id", event.id},
                 {"name", event.name},
                 {"action", camel_case(event.action)},
                 {"at", event.at},
                 {"appliedBy", event.applied_by},
                 {"runId", event.run_id}};
    if (event.duration_ms) json["durationMs"] = *event.duration_ms;
    if (!event.tool_version.empty()) json["toolVersion"] = event.tool_version;
    if (!event.reason.empty()) json["reason"] = event.reason;
    if (Json detail = Json::parse(event.detail_json, nullptr, false); detail.is_object())
      json["detail"] = std::move(detail);
    list.push_back(std::move(json));
    const auto took = std::chrono::milliseconds(event.duration_ms.value_or(0));
    rows.push_back({event.at, words(event.action), event.id, event.applied_by,
                    event.duration_ms ? base::rounded_duration_text(took) : "", event.reason});
  }
  report.text = table_text(rows);
  if (rows.empty()) report.text = "nothing has happened yet\n";
  report.document["database"] = database;
  report.document["events"] = std::move(list);
}

}  // namespace garboard::cli
