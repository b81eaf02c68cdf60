// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <cstdint>

namespace garboard::notify {
namespace {

using hooks::member;
using Json = nlohmann::json;

Json part(const Json& data, const char* name) {
  const auto found = data.find(name);
  return found == data.end() ? Json::object() : *found;
}

std::string duration(std::int64_t ms) {
  if (ms < 1000) return std::to_string(ms) + " ms";
  const std::int64_t seconds = ms / 1000;
  if (seconds < 120) return std::to_string(seconds) + " s";
  return std::to_string(seconds / 60) + " min";
}

std::string migrations(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " migration" : " migrations");
}

std::string blockers(const Json& waiting) {
  std::string text;
  for (const Json& blocker : part(waiting, "blockers")) {
    text += text.empty() ? "" : "\n";
    text += "session " + member<std::string>(blocker, "session", "?");
    for (const char* key : {"user", "application", "client", "state", "query"})
      if (const auto value = member<std::string>(blocker, key, ""); !value.empty())
        text.append(", ").append(key).append(" ").append(value);
  }
  return text;
}

std::string error_text(const Json& error) {
  std::string text = member<std::string>(error, "reason", "");
  for (const char* key : {"message", "hint"})
    if (const auto value = member<std::string>(error, key, ""); !value.empty())
      text.append(text.empty() ? "" : "\n").append(value);
  if (const auto state = member<std::string>(error, "sqlstate", ""); !state.empty())
    text.append("\nSQLSTATE ").append(state);
  return text;
}

/// The title and the tone, and what only this kind of event has.
void describe(const hooks::Event& event, const std::string& app, Message& message) {
  const Json& data = event.data();
  const Json summary = part(data, "summary");
  const Json overridden = part(data, "override");
  const std::string migration = member<std::string>(part(data, "migration"), "id", "");
  const auto applied = member<std::int64_t>(summary, "applied", 0);
  const bool is_rollback = member<std::string>(data.at("run"), "command", "") == "rollback";
  const char* done = is_rollback ? " rolled back" : " applied";
  using Tone = Message::Tone;
  const auto say = [&](Tone tone, const std::string& title) {
    message.tone = tone;
    message.title = app + ": " + title;
  };
  message.detail = error_text(part(data, "error"));
  if (event.name == "run.succeeded") {
    say(Tone::good, applied == 0 ? "nothing to do" : migrations(applied) + done);
  } else if (event.name == "run.failed") {
    say(Tone::bad, "the run failed, " + migrations(applied) + done);
  } else if (event.name == "run.cancelled") {
    say(Tone::warning, "the run was interrupted, " + migrations(applied) + done);
  } else if (event.name == "migration.failed") {
    say(Tone::bad, "migration " + migration + " failed");
  } else if (event.name == "after_migration") {
    say(Tone::good, "migration " + migration + done);
  } else if (event.name == "plan.ready") {
    const Json planned = part(data, "migrations");
    say(Tone::good, migrations(static_cast<std::int64_t>(planned.size())) + " to do");
  } else if (event.name == "lock.waiting") {
    const Json waiting = part(data, "waiting");
    say(Tone::warning,
        "waiting for a lock for " + duration(member<std::int64_t>(waiting, "waitedMs", 0)));
    message.detail = blockers(waiting);
  } else if (event.name == "override.used") {
    say(Tone::warning,
        "finding " + member<std::string>(overridden, "rule", "") + " was overridden");
    message.detail = member<std::string>(overridden, "reason", "");
  } else {
    say(Tone::good, event.name);
  }
}

}  // namespace

Message message_of(const hooks::Event& event) {
  const Json& data = event.data();
  const Json& run = data.at("run");
  Message message;
  describe(event, member<std::string>(run, "app", ""), message);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) message.facts.emplace_back(name, value);
  };
  add("Environment", member<std::string>(run, "environment", ""));
  add("Database", member<std::string>(data.at("database"), "address",
                                      member<std::string>(data.at("database"), "dialect", "")));
  add("Run", member<std::string>(run, "id", ""));
  add("By", member<std::string>(run, "appliedBy", ""));
  const Json summary = part(data, "summary");
  if (summary.contains("durationMs"))
    add("Took", duration(member<std::int64_t>(summary, "durationMs", 0)));
  if (const auto pending = member<std::int64_t>(summary, "pending", 0); pending > 0)
    add("Still to do", migrations(pending));
  return message;
}

}  // namespace garboard::notify
