// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <cmath>
#include <cstdio>
#include <ctime>

namespace garboard::metrics {
namespace {

using hooks::member;

Labels with(const Labels& labels, const Labels& more) {
  Labels all = labels;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

double seconds(std::int64_t ms) { return static_cast<double>(ms) / 1000; }

}  // namespace

std::int64_t milliseconds_of(const std::string& rfc3339_utc) {
  std::tm parts{};
  double second = 0;
  if (std::sscanf(rfc3339_utc.c_str(), "%4d-%2d-%2dT%2d:%2d:%lfZ", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &second) != 6)
    return 0;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return static_cast<std::int64_t>(timegm(&parts)) * 1000 + std::llround(second * 1000);
}

Figures figures_of(const hooks::Event& event) {
  const nlohmann::json none = nlohmann::json::object();
  const nlohmann::json& data = event.data();
  const nlohmann::json& run = data.at("run");
  const nlohmann::json& summary = data.contains("summary") ? data["summary"] : none;
  const nlohmann::json& findings = summary.contains("findings") ? summary["findings"] : none;
  const auto count = [](const nlohmann::json& object, const char* key) {
    return member<std::int64_t>(object, key, 0);
  };
  Figures figures;
  figures.app = member<std::string>(run, "app", "");
  figures.environment = member<std::string>(run, "environment", "");
  figures.version = member<std::string>(run, "version", "");
  figures.dialect = member<std::string>(data.at("database"), "dialect", "");
  figures.is_success = event.name == "run.succeeded";
  figures.ended_ms = milliseconds_of(member<std::string>(event.envelope, "time", ""));
  figures.duration_ms = count(summary, "durationMs");
  figures.applied = count(summary, "applied");
  figures.pending = count(summary, "pending");
  figures.lock_wait_ms = count(summary, "lockWaitMs");
  figures.lock_retries = count(summary, "lockRetries");
  figures.overrides = count(summary, "overrides");
  figures.errors = count(findings, "error");
  figures.warnings = count(findings, "warning");
  figures.infos = count(findings, "info");
  return figures;
}

std::vector<Gauge> gauges_of(const Figures& figures, const Labels& labels) {
  std::vector<Gauge> gauges;
  const auto add = [&](const char* name, const char* help, const char* unit, double value) {
    gauges.push_back({name, help, unit, {{labels, value}}});
  };
  const auto count = [](std::int64_t value) { return static_cast<double>(value); };
  add("garboard_last_run_timestamp_seconds", "When the last run ended.", "s",
      seconds(figures.ended_ms));
  if (figures.is_success)
    add(last_success_name, "When the last run ended that succeeded.", "s",
        seconds(figures.ended_ms));
  add("garboard_last_run_success", "Whether the last run succeeded: 1 or 0.", "1",
      figures.is_success ? 1 : 0);
  add("garboard_run_duration_seconds", "How long the last run took.", "s",
      seconds(figures.duration_ms));
  add("garboard_migrations_applied", "Migrations that the last run applied or rolled back.", "1",
      count(figures.applied));
  add("garboard_migrations_pending", "Migrations that were left to do after the last run.", "1",
      count(figures.pending));
  add("garboard_lock_wait_seconds", "How long the last run waited for locks.", "s",
      seconds(figures.lock_wait_ms));
  add("garboard_lock_retries", "How often the last run tried again after waiting for a lock.", "1",
      count(figures.lock_retries));
  add("garboard_policy_overrides", "Findings of the last run that were suppressed.", "1",
      count(figures.overrides));
  gauges.push_back({"garboard_policy_findings",
                    "Findings of the last run.",
                    "1",
                    {{with(labels, {{"severity", "error"}}), count(figures.errors)},
                     {with(labels, {{"severity", "warning"}}), count(figures.warnings)},
                     {with(labels, {{"severity", "info"}}), count(figures.infos)}}});
  gauges.push_back(
      {"garboard_info",
       "What ran last: always 1.",
       "1",
       {{with(labels, {{"version", figures.version}, {"dialect", figures.dialect}}), 1}}});
  return gauges;
}

}  // namespace garboard::metrics
