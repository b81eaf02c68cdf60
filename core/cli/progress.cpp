// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.hpp"

#include <algorithm>
#include <chrono>

#include "base/time.hpp"
#include "hooks/event_json.hpp"

namespace garboard::cli {

namespace {

using model::Event;
using model::EventKind;

constexpr std::size_t bar_width = 20;

std::string title(const Event& event) {
  std::string text(event.id);
  if (!event.name.empty() && event.name != event.id) text += " (" + std::string(event.name) + ")";
  return text;
}

Json fields_of(const char* kind, const Event& event) {
  Json fields = {{"event", kind}};
  if (!event.id.empty()) fields["id"] = event.id;
  if (!event.name.empty()) fields["name"] = event.name;
  return fields;
}

}  // namespace

std::string progress_bar(std::size_t done, std::size_t total) {
  const std::size_t filled = total == 0 ? 0 : std::min(bar_width, done * bar_width / total);
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] " +
         std::to_string(done) + "/" + std::to_string(total);
}

void Progress::show(const std::string& what) {
  log_.show_progress(progress_bar(finished_, total_) + " " + what);
}

void log_waiting(Log& log, const char* kind, const Event& event) {
  Json fields = fields_of(kind, event);
  fields["durationMs"] = event.duration_ms;
  for (const model::Blocker& blocker : event.blockers)
    fields["blockers"].push_back(hooks::blocker_json(blocker));
  log.write(event.kind == EventKind::lock_waiting ? LogLevel::info : LogLevel::warn, event.message,
            std::move(fields));
}

void Progress::notice(const Event& event) {
  const std::scoped_lock guard(mutex_);
  const std::string message(event.message);
  switch (event.kind) {
    case EventKind::before_migration:
    case EventKind::before_statement:
    case EventKind::progress:
      return;  // a Gate's, and a seed's
    case EventKind::run_started:
      show("");
      return;
    case EventKind::migration_started:
      current_ = title(event);
      log_.write(LogLevel::debug, (event.is_rollback ? "rolling back " : "applying ") + current_,
                 fields_of(event.is_rollback ? "rollbackStarted" : "migrationStarted", event));
      show(current_);
      return;
    case EventKind::statement_finished:
      show(current_ + ", statement " + std::to_string(event.done));
      return;
    case EventKind::migration_finished: {
      ++finished_;
      Json fields =
          fields_of(event.is_rollback ? "migrationRolledBack" : "migrationApplied", event);
      fields["durationMs"] = event.duration_ms;
      log_.write(LogLevel::info,
                 (event.is_rollback ? "rolled back " : "applied ") + title(event) + " in " +
                     base::rounded_duration_text(std::chrono::milliseconds(event.duration_ms)),
                 std::move(fields));
      show("");
      return;
    }
    case EventKind::migration_failed:
      log_.write(LogLevel::warn, "failed: " + title(event), fields_of("migrationFailed", event));
      return;
    case EventKind::lock_waiting:
      return log_waiting(log_, "lockWaiting", event);
    case EventKind::statement_blocked:
      return log_waiting(log_, "statementBlocked", event);
    case EventKind::retrying:
      log_.write(LogLevel::warn, "retrying: " + message, fields_of("retrying", event));
      return;
    case EventKind::reconnecting:
      log_.write(LogLevel::warn,
                 "connection lost, connecting again" + (message.empty() ? "" : ": " + message),
                 fields_of("reconnecting", event));
      return;
    case EventKind::run_finished:
      log_.clear_progress();
      return;
  }
}

}  // namespace garboard::cli
