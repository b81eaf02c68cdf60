// SPDX-License-Identifier: Apache-2.0
#include "execution/worker.hpp"

#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "execution/script_outline.hpp"

namespace garboard::execution {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_name_bytes = 400;

}  // namespace

Result<void> Worker::ask(const model::Event& event) const {
  return context.gate == nullptr ? Result<void>{} : context.gate->ask(event);
}

Result<void> Worker::ask_about(const model::Change& change,
                               const ScriptStatement& statement) const {
  if (context.gate == nullptr || !context.gate->is_about_statements()) return {};
  const model::OutlinedStatement outlined = outline_of(statement, dialect());
  auto asked = context.gate->ask({.kind = model::EventKind::before_statement,
                                  .id = change.id,
                                  .name = change.name,
                                  .statement = &outlined});
  if (asked) return asked;
  return blame(std::move(asked).error(), statement);
}

void Worker::tell_finished(const model::Change& change, const ScriptStatement& statement) const {
  model::Event event{.kind = model::EventKind::statement_finished,
                     .id = change.id,
                     .name = change.name,
                     .done = statement.number};
  model::OutlinedStatement outlined;
  if (context.gate != nullptr && context.gate->is_about_statements()) {
    outlined = outline_of(statement, dialect());
    event.statement = &outlined;
  }
  notice(event);
}

Result<void> Worker::go_on() const {
  if (!context.interrupt.is_requested()) return {};
  return base::Error{.code = base::Code::terminated,
                     .message = "interrupted by a signal",
                     .hint = "run the same command again; it goes on where this run stopped"};
}

milliseconds Worker::lock_timeout(const model::Change& change) const {
  return change.lock_timeout.value_or(options.lock_timeout);
}

milliseconds Worker::statement_timeout(const model::Change& change) const {
  return change.statement_timeout.value_or(options.statement_timeout);
}

std::vector<std::string> Worker::transaction_limits(const model::Change& change) const {
  std::vector<std::string> settings;
  for (std::string setting :
       {sql.lock_timeout(lock_timeout(change)), sql.statement_timeout(statement_timeout(change))})
    if (!setting.empty()) settings.push_back(std::move(setting));
  return settings;
}

Claim::Claim(const Worker& worker, const model::Change& change, std::string_view state,
             std::optional<std::string> down_sql)
    : ordinal_(std::to_string(worker.last_ordinal + 1)),
      name_(base::clipped(change.name, max_name_bytes)),
      down_sql_(std::move(down_sql)),
      params_{worker.options.ledger.app,
              change.id,
              ordinal_,
              name_,
              change.checksum,
              state,
              worker.options.run_id,
              worker.options.applied_by,
              worker.options.tool_version,
              {}} {
  if (down_sql_) params_[9] = *down_sql_;
}

bool is_duplicate_key(const base::Error& error) noexcept {
  // 23505 is PostgreSQL's unique violation; drivers without finer states report the class 23000
  return error.sqlstate == "23505" || error.sqlstate == "23000";
}

LogRow::LogRow(const RunOptions& options, std::string_view id, std::string_view name,
               std::string_view action, std::optional<std::chrono::milliseconds> duration,
               std::string reason, std::string detail)
    : id_(id),
      name_(base::clipped(name, max_name_bytes)),
      action_(action),
      duration_(duration ? std::to_string(duration->count()) : std::string{}),
      reason_(std::move(reason)),
      detail_(std::move(detail)),
      params_{options.ledger.app,   id_, name_, action_, options.run_id, options.applied_by,
              options.tool_version, {},  {},    {}} {
  if (duration) params_[7] = duration_;
  if (!reason_.empty()) params_[8] = reason_;
  if (!detail_.empty()) params_[9] = detail_;
}

std::string detail_of(const model::LedgerEntry& entry) {
  nlohmann::json detail = {{"checksum", entry.checksum}, {"ordinal", entry.ordinal}};
  const auto add = [&detail](const char* key, const std::string& value) {
    if (!value.empty()) detail[key] = value;
  };
  add("startedAt", entry.started_at);
  add("finishedAt", entry.finished_at);
  add("appliedBy", entry.applied_by);
  add("runId", entry.run_id);
  return detail.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace garboard::execution
