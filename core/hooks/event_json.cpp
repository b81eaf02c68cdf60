// SPDX-License-Identifier: Apache-2.0
#include "hooks/event_json.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/time.hpp"

namespace garboard::hooks {

namespace {

void add(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

void add_place(Json& json, const base::SourcePosition& where) {
  add(json, "file", where.file);
  if (where.line != 0) json["line"] = where.line;
  if (where.column != 0) json["column"] = where.column;
}

std::string_view phase_name(model::Phase phase) {
  switch (phase) {
    case model::Phase::pre_deploy:
      return "pre-deploy";
    case model::Phase::post_deploy:
      return "post-deploy";
    case model::Phase::any:
      break;
  }
  return "any";
}

std::string_view outcome_name(model::Outcome outcome) {
  constexpr std::array<std::string_view, 6> names{
      "applied", "appliedElsewhere", "failed", "notRun", "rolledBack", "rolledBackElsewhere"};
  return names.at(static_cast<std::size_t>(outcome));
}

/// What a server says about names, locks, connections and resources holds no value of a row.
bool may_show(const base::Error& error) {
  if (error.sqlstate.empty() && error.native_code == 0) return true;
  constexpr std::array<std::string_view, 15> harmless{"08",    "40",    "53",    "55",    "57",
                                                      "42P01", "42P07", "42701", "42703", "42704",
                                                      "42710", "42S01", "42S02", "42S21", "42S22"};
  return std::ranges::any_of(
      harmless, [&](std::string_view state) { return error.sqlstate.starts_with(state); });
}

}  // namespace

Json blocker_json(const model::Blocker& blocker) {
  Json json = {{"session", blocker.session}};
  add(json, "user", blocker.user);
  add(json, "client", blocker.client);
  add(json, "application", blocker.application);
  add(json, "state", blocker.state);
  if (blocker.age) json["ageMs"] = blocker.age->count();
  add(json, "query", blocker.query);
  if (!blocker.is_certain) json["certain"] = false;
  return json;
}

Json statement_json(const model::OutlinedStatement& statement) {
  Json json = {{"number", statement.number}, {"sql", statement.sql}};
  if (statement.is_cut) json["isCut"] = true;
  add_place(json, statement.where);
  for (const model::Directive& directive : statement.directives) {
    Json said = {{"text", directive.text}};
    if (directive.line != 0) said["line"] = directive.line;
    json["directives"].push_back(std::move(said));
  }
  return json;
}

Json migration_json(const Subject& subject) {
  const model::Change& change = *subject.change;
  Json json = {
      {"id", change.id}, {"name", change.name}, {"direction", subject.is_rollback ? "down" : "up"}};
  add(json, "file", change.where.file);
  if (change.where.line != 0) json["line"] = change.where.line;
  json["phase"] = phase_name(change.phase);
  if (!change.tags.empty()) json["tags"] = change.tags;
  json["isRepeatable"] = change.is_repeatable;
  json["hasDown"] = !change.down.empty();
  if (subject.outline != nullptr) {
    json["isOneTransaction"] = subject.outline->is_one_transaction;
    json["lockTimeoutMs"] = subject.lock_timeout_ms;
    json["statementCount"] = subject.outline->statements.size() + subject.outline->left_out;
    json["statements"] = Json::array();
    for (const model::OutlinedStatement& statement : subject.outline->statements)
      json["statements"].push_back(statement_json(statement));
    if (subject.outline->left_out != 0) json["statementsLeftOut"] = subject.outline->left_out;
  }
  if (subject.report != nullptr) {
    json["outcome"] = outcome_name(subject.report->outcome);
    json["durationMs"] = subject.report->duration_ms;
    json["statementCount"] = subject.report->statements;
  }
  return json;
}

Json event_error_json(const base::Error& error) {
  Json json = {
      {"exitCode", static_cast<int>(error.code)},
      {"reason", error.reason.empty() ? std::string(base::reason_of(error.code)) : error.reason}};
  if (may_show(error)) json["message"] = error.message;
  add(json, "sqlstate", error.sqlstate);
  if (error.native_code != 0) json["nativeCode"] = error.native_code;
  add(json, "hint", error.hint);
  add_place(json, error.where);
  return json;
}

Json override_json(const model::Finding& finding) {
  Json json = {{"rule", finding.rule}};
  if (finding.suppressed) {
    add(json, "reason", finding.suppressed->reason);
    add(json, "until", finding.suppressed->until);
  }
  add(json, "file", finding.where.file);
  if (finding.where.line != 0) json["line"] = finding.where.line;
  return json;
}

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

EventWriter::EventWriter(RunFacts facts, std::function<std::string(std::string_view)> redact)
    : facts_(std::move(facts)), redact_(std::move(redact)) {}

void EventWriter::redact(Json& json) const {
  if (json.is_string()) {
    json = redact_(json.get_ref<const std::string&>());
  } else if (json.is_structured()) {
    for (Json& each : json) redact(each);
  }
}

std::string EventWriter::event(std::string_view type, std::string_view subject, const Json& data) {
  Json run = {{"id", facts_.run_id},
              {"command", facts_.command},
              {"app", facts_.app},
              {"version", facts_.version}};
  add(run, "environment", facts_.environment);
  add(run, "appliedBy", facts_.applied_by);
  Json database = {{"dialect", facts_.dialect}};
  add(database, "serverVersion", facts_.server_version);
  add(database, "address", facts_.address);
  Json whole = {{"run", std::move(run)}, {"database", std::move(database)}};
  whole.update(data);
  redact(whole);
  Json json = {{"specversion", "1.0"},
               {"id", facts_.run_id + "-" + std::to_string(++number_)},
               {"source", "garboard/" + facts_.app},
               {"type", "garboard." + std::string(type)}};
  if (!subject.empty()) json["subject"] = subject;
  json["time"] = base::utc_text(std::chrono::system_clock::now());
  json["datacontenttype"] = "application/json";
  json["data"] = std::move(whole);
  return line_of(json);
}

}  // namespace garboard::hooks
