// SPDX-License-Identifier: Apache-2.0
#include "cli/seed_report.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace garboard::cli {

namespace {

using model::SeedOutcome;
using model::SeedReport;
using model::SeedRowChange;
using model::SeedTableReport;
using Kind = SeedRowChange::Kind;

constexpr std::size_t shown_in_text = 20;  // rows of each kind and table
constexpr std::size_t max_value_in_text = 60;
constexpr std::size_t max_value_in_json = 1000;

const char* outcome_name(SeedOutcome outcome) {
  constexpr std::array names{"notStarted",     "applied", "unchanged",
                             "alreadyApplied", "skipped", "failed"};
  return names.at(static_cast<std::size_t>(outcome));
}

std::string outcome_words(SeedOutcome outcome, bool is_dry_run) {
  if (outcome == SeedOutcome::applied && is_dry_run) return "would apply";
  constexpr std::array words{"not started",     "applied", "unchanged",
                             "already applied", "skipped", "failed"};
  return words.at(static_cast<std::size_t>(outcome));
}

const char* kind_name(Kind kind) {
  constexpr std::array names{"insert", "update", "delete"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string clipped(const std::string& text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0U) == 0x80U) --max;
  return text.substr(0, max) + "...";
}

/// In one line, in quotes where it could be mistaken for something else.
std::string shown(const std::optional<std::string>& value) {
  if (!value) return "NULL";
  std::string text = clipped(*value, max_value_in_text);
  const bool is_plain = !text.empty() && text != "NULL" && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > 0x20U && c != '\x7F' && c != ',' && c != '\'';
  });
  if (is_plain) return text;
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\n')
      quoted += "\\n";
    else
      quoted += static_cast<unsigned char>(c) < 0x20U || c == '\x7F' ? ' ' : c;
  }
  return quoted + "'";
}

Json value_json(const std::optional<std::string>& value) {
  return value ? Json(clipped(*value, max_value_in_json)) : Json();
}

std::string line_of(const SeedRowChange& change) {
  constexpr std::array<const char*, 3> signs{"+", "~", "-"};
  std::string key;
  std::string rest;
  for (const model::SeedCell& cell : change.cells) {
    std::string& text = cell.is_key ? key : rest;
    text += (text.empty() ? "" : ", ") + cell.column + "=";
    if (change.kind == Kind::update && !cell.is_key)
      text += shown(cell.before) + " -> " + shown(cell.after);
    else
      text += shown(change.kind == Kind::insert ? cell.after : cell.before);
  }
  const std::string between = key.empty() || rest.empty() ? "" : ": ";
  return std::string("    ") + signs.at(static_cast<std::size_t>(change.kind)) + " " + key +
         between + rest + "\n";
}

Json change_json(const SeedRowChange& change) {
  Json json = {{"action", kind_name(change.kind)}};
  for (const model::SeedCell& cell : change.cells) {
    if (change.kind == Kind::insert) {
      json["row"][cell.column] = value_json(cell.after);
    } else if (change.kind == Kind::remove || cell.is_key) {
      json["key"][cell.column] = value_json(cell.before);
    } else {
      json["columns"][cell.column] = {{"from", value_json(cell.before)},
                                      {"to", value_json(cell.after)}};
    }
  }
  return json;
}

std::int64_t count_of(const SeedTableReport& table, Kind kind) {
  if (kind == Kind::insert) return table.inserted;
  return kind == Kind::update ? table.updated : table.deleted;
}

std::string changes_text(const SeedTableReport& table) {
  std::string text;
  for (const Kind kind : {Kind::insert, Kind::update, Kind::remove}) {
    std::int64_t left = count_of(table, kind);
    std::size_t lines = 0;
    for (const SeedRowChange& change : table.changes) {
      if (change.kind != kind || lines == shown_in_text) continue;
      text += line_of(change);
      ++lines;
      --left;
    }
    if (lines > 0 && left > 0)
      text += "    ... and " + std::to_string(left) + " more to " + kind_name(kind) + "\n";
  }
  return text;
}

std::string table_text(const SeedTableReport& table) {
  std::string counts;
  const auto add = [&](std::int64_t n, const char* what) {
    if (n > 0) counts += (counts.empty() ? "" : ", ") + std::to_string(n) + " " + what;
  };
  add(table.inserted, "inserted");
  add(table.updated, "updated");
  add(table.deleted, "deleted");
  return "  " + table.table + ": " + (counts.empty() ? "nothing to do" : counts) + "\n";
}

std::string seed_text(const SeedReport& seed, bool is_dry_run) {
  std::string text = outcome_words(seed.outcome, is_dry_run) + "  " + seed.id;
  if (seed.name != seed.id) text += "  " + seed.name;
  if (!seed.reason.empty()) text += ": " + seed.reason;
  if (seed.outcome == SeedOutcome::applied && !is_dry_run)
    text += "  " + base::rounded_duration_text(std::chrono::milliseconds(seed.duration_ms));
  text += "\n";
  for (const SeedTableReport& table : seed.tables) {
    text += table_text(table);
    if (is_dry_run) text += changes_text(table);
  }
  return text;
}

Json seed_json(const SeedReport& seed, bool is_dry_run) {
  Json json = {{"id", seed.id},
               {"name", seed.name},
               {"mode", seed.mode == model::SeedMode::once ? "once" : "reconcile"},
               {"outcome", outcome_name(seed.outcome)}};
  if (!seed.reason.empty()) json["reason"] = seed.reason;
  if (seed.outcome != SeedOutcome::skipped && seed.outcome != SeedOutcome::not_started)
    json["durationMs"] = seed.duration_ms;
  for (const SeedTableReport& table : seed.tables) {
    Json one = {{"table", table.table},
                {"inserted", table.inserted},
                {"updated", table.updated},
                {"deleted", table.deleted}};
    if (is_dry_run) {
      one["changes"] = Json::array();
      for (const SeedRowChange& change : table.changes)
        one["changes"].push_back(change_json(change));
    }
    json["tables"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

void fill_seed(Report& report, const model::SeedRunReport& run, std::string_view database,
               bool is_dry_run) {
  Json list = Json::array();
  Json summary = {{"inserted", 0}, {"updated", 0}, {"deleted", 0}};
  std::array<std::size_t, 6> counts{};
  for (const SeedReport& seed : run.seeds) {
    ++counts.at(static_cast<std::size_t>(seed.outcome));
    report.text += seed_text(seed, is_dry_run);
    list.push_back(seed_json(seed, is_dry_run));
    if (seed.outcome == SeedOutcome::failed) continue;
    for (const SeedTableReport& table : seed.tables) {
      summary["inserted"] = summary["inserted"].get<std::int64_t>() + table.inserted;
      summary["updated"] = summary["updated"].get<std::int64_t>() + table.updated;
      summary["deleted"] = summary["deleted"].get<std::int64_t>() + table.deleted;
    }
  }
  for (std::size_t i = 0; i < counts.size(); ++i)
    summary[outcome_name(static_cast<SeedOutcome>(i))] = counts.at(i);
  if (is_dry_run) report.text += "nothing was changed\n";
  report.document["database"] = database;
  report.document["runId"] = run.run_id;
  report.document["dryRun"] = is_dry_run;
  report.document["durationMs"] = run.duration_ms;
  report.document["summary"] = std::move(summary);
  report.document["seeds"] = std::move(list);
}

}  // namespace garboard::cli
