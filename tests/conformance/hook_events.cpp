// SPDX-License-Identifier: Apache-2.0
#include "hook_events.hpp"

#include <array>
#include <string>

namespace garboard::conformance {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 12> names{
    "plan.ready",      "before_run",      "before_migration", "before_statement",
    "after_statement", "after_migration", "migration.failed", "lock.waiting",
    "override.used",   "run.succeeded",   "run.failed",       "run.cancelled"};

constexpr const char* envelope = R"json({
  "specversion": "1.0", "id": "0192f0c1-1-7", "source": "garboard/shop", "type": "",
  "subject": "0007", "time": "2026-03-01T12:00:10.250Z", "datacontenttype": "application/json",
  "data": {
    "run": {"id": "0192f0c1-1", "command": "migrate", "app": "shop", "environment": "prod",
            "version": "1.0.0", "appliedBy": "alice@build-7"},
    "database": {"dialect": "postgres", "serverVersion": "15.4",
                 "address": "db.example.com:5432/shop"}
  }
})json";

constexpr const char* migration = R"json({
  "id": "0007", "name": "Orders get a note \u00e4\u6587", "direction": "up", "file": "sql/0007.sql",
  "line": 3, "phase": "pre-deploy", "tags": ["orders"], "isRepeatable": false, "hasDown": true,
  "isOneTransaction": true, "lockTimeoutMs": 0, "statementCount": 4
})json";

constexpr const char* statements = R"json([
  {"number": 1, "sql": "ALTER TABLE orders ADD COLUMN note text DEFAULT ''",
   "file": "sql/0007.sql", "line": 3, "column": 1},
  {"number": 2, "sql": "CREATE INDEX orders_note ON orders (note)",
                     "file" : "sql/0007.sql",
                     "line" : 5,
                     "column" : 1,
                     "directives"
    : [ {"text" : "policy:allow PG101 until 2030-01-01 -- twelve rows", "line" : 4} ]
},
  {"number": 3, "sql": "DROP TABLE invoices", "file": "sql/0007.sql", "line": 6, "column": 1},
  {"number": 4, "sql": "UPDATE orders SET note = '", "isCut": true, "file": "sql/0007.sql",
   "line": 7, "column": 1}
])json";

constexpr const char* error = R"json({
  "exitCode": 30, "reason": "statement-failed", "message": "relation \"orders\" does not exist",
  "sqlstate": "42P01", "nativeCode": 0, "hint": "correct the statement", "statement": 2,
  "file": "sql/0007.sql", "line": 5, "column": 1
})json";

constexpr const char* waiting = R"json({
  "for": "statement", "waitedMs": 1200,
  "blockers": [{"session": "4711", "user": "bob", "client": "10.0.0.7", "application": "psql",
                "state": "idle in transaction", "ageMs": 42000, "query": "UPDATE orders SET x = ?",
                "certain": true}]
})json";

constexpr const char* overridden = R"json({
  "rule": "PG101", "reason": "twelve rows", "until": "2030-01-01", "file": "sql/0007.sql", "line": 4
})json";

constexpr const char* summary = R"json({
  "durationMs": 1250, "applied": 1, "pending": 2, "lockWaitMs": 300, "lockRetries": 1,
  "findings": {"error": 0, "warning": 1, "info": 2}, "overrides": 1
})json";

json example(const char* text) { return json::parse(text); }

json migration_with(const char* key, json value) {
  json one = example(migration);
  one[key] = std::move(value);
  return one;
}

/// What an event has besides the run and the database.
json more_of(std::string_view name) {
  const json first = example(statements).at(0);
  if (name == "plan.ready") return {{"migrations", json::array({example(migration)})}};
  if (name == "before_run") {
    json one = migration_with("statements", example(statements));
    one["statementsLeftOut"] = 3;
    return {{"migrations", json::array({std::move(one)})}};
  }
  if (name == "before_statement") return {{"migration", example(migration)}, {"statement", first}};
  if (name == "after_statement")
    return {{"migration", example(migration)}, {"statement", first}, {"durationMs", 12}};
  if (name == "before_migration")
    return {{"migration", example(migration)}, {"index", 1}, {"total", 3}};
  if (name == "after_migration")
    return {{"migration", migration_with("outcome", "applied")}, {"index", 1}, {"total", 3}};
  if (name == "migration.failed")
    return {{"migration", migration_with("outcome", "failed")}, {"error", example(error)}};
  if (name == "lock.waiting") return {{"waiting", example(waiting)}};
  if (name == "override.used") return {{"override", example(overridden)}};
  if (!name.starts_with("run.")) return json::object();
  const bool is_success = name == "run.succeeded";
  json more{{"summary", example(summary)},
            {"migrations",
             json::array({migration_with("outcome", is_success ? "applied" : "rolledBack")})}};
  if (!is_success) more["error"] = example(error);
  return more;
}

}  // namespace

std::span<const std::string_view> event_names() noexcept { return names; }

bool is_gate(std::string_view name) noexcept { return name.starts_with("before_"); }

json event_named(std::string_view name) {
  json event = example(envelope);
  event["type"] = "garboard." + std::string(name);
  event["data"].update(more_of(name));
  if (!event["data"].contains("migration")) event.erase("subject");
  return event;
}

std::vector<json> all_events() {
  std::vector<json> events;
  events.reserve(names.size());
  for (const std::string_view name : names) events.push_back(event_named(name));
  return events;
}

}  // namespace garboard::conformance
