// SPDX-License-Identifier: Apache-2.0
#include "execution/worker.hpp"

#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>

namespace garboard::execution {

namespace {

constexpr std::size_t max_name_bytes = 400;
constexpr std::uint64_t max_down_bytes = 1U << 20U;

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

Result<std::optional<std::string>> down_sql_of(const model::Change& change, ports::Files& files) {
  if (change.down.empty()) return std::optional<std::string>{};
  nlohmann::json texts = nlohmann::json::array();
  std::uint64_t bytes = 0;
  for (const model::Step& step : change.down) {
    if (step.kind == model::Step::Kind::sql) {
      texts.push_back(step.sql);
    } else {
      auto text = files.read(step.file, max_down_bytes);
      if (!text) return std::optional<std::string>{};  // too long to keep, or gone: the plan has it
      texts.push_back(std::move(*text));
    }
    bytes += texts.back().get_ref<const std::string&>().size();
    if (bytes > max_down_bytes) return std::optional<std::string>{};
  }
  return std::optional<std::string>(
      texts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace garboard::execution
