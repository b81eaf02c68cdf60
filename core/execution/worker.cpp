// SPDX-License-Identifier: Apache-2.0
#include "execution/worker.hpp"

#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>

namespace garboard::execution {

namespace {

constexpr std::size_t max_name_bytes = 400;

/// The longest prefix of at most `max` bytes that does not end inside a UTF-8 character.
std::string_view clipped(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0U) == 0x80U) --max;
  return text.substr(0, max);
}

}  // namespace

Result<void> Worker::go_on() const {
  if (!context.interrupt.is_requested()) return {};
  return base::Error{.code = base::Code::terminated,
                     .message = "interrupted by a signal",
                     .hint = "run the same command again; it goes on where this run stopped"};
}

Claim::Claim(const Worker& worker, const model::Change& change, std::string_view state,
             std::optional<std::string> down_sql)
    : ordinal_(std::to_string(worker.last_ordinal + 1)),
      name_(clipped(change.name, max_name_bytes)),
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
      name_(clipped(name, max_name_bytes)),
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
