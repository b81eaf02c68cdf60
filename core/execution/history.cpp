// SPDX-License-Identifier: Apache-2.0
#include "execution/history.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/number.hpp"
#include "execution/history_check.hpp"
#include "execution/ledger_sql.hpp"

namespace garboard::execution {

namespace {

using model::HistoryEvent;
using nlohmann::json;
using ports::Cell;

std::string text_of(const Cell& cell) { return cell ? std::string(*cell) : std::string{}; }

/// "2026-01-31 23:59:59.123456" in microseconds since the epoch.
std::optional<std::int64_t> microseconds_of(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00 00:00:00";
  if (text.size() < shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != '0' && text[i] != shape[i]) return std::nullopt;
  std::array<std::int64_t, 6> parts{};
  constexpr std::array<std::size_t, 6> starts{0, 5, 8, 11, 14, 17};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = base::number_of<std::int64_t>(text.substr(starts.at(i), i == 0 ? 4 : 2));
    if (!number) return std::nullopt;
    parts.at(i) = *number;
  }
  std::int64_t fraction = 0;
  std::int64_t unit = 100000;
  for (std::size_t i = shape.size() + 1; i < text.size() && unit > 0; ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    fraction += (text[i] - '0') * unit;
  }
  using namespace std::chrono;
  const year_month_day date{year(static_cast<int>(parts[0])),
                            month(static_cast<unsigned>(parts[1])),
                            day(static_cast<unsigned>(parts[2]))};
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return (((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]) * 1000000 + fraction;
}

class HistoryReading {
 public:
  HistoryReading(ports::Session& session, const LedgerOptions& options)
      : session_(session), options_(options), sql_(session.dialect(), options), app_{options.app} {}

  Result<std::vector<HistoryEvent>> read() {
    auto done = check_history_tables(session_, options_, HistoryTables::of_migrations);
    if (done) done = read_log();
    if (done) done = read_rows();
    if (!done) return std::move(done).error();
    // the log is in order by itself, so what has the same time stays as it is
    std::ranges::reverse(events_);
    std::ranges::stable_sort(events_, std::ranges::greater{}, &HistoryEvent::at);
    return std::move(events_);
  }

 private:
  Result<void> read_log() {
    auto read = session_.exec(sql_.read_log(), app_, [&](std::span<const Cell> cells) {
      HistoryEvent event{.id = text_of(cells[0]),
                         .name = text_of(cells[1]),
                         .action = text_of(cells[2]),
                         .at = text_of(cells[3]),
                         .applied_by = text_of(cells[5]),
                         .run_id = text_of(cells[4]),
                         .tool_version = text_of(cells[6]),
                         .reason = text_of(cells[8]),
                         .detail_json = text_of(cells[9])};
      if (cells[7]) event.duration_ms = base::number_of<std::int64_t>(*cells[7]);
      add_logged(std::move(event));
      return true;
    });
    return judged(read);
  }

  /// A row that is gone is told by the entry that took it away.
  void add_logged(HistoryEvent event) {
    if (event.action == "baselined" || event.action == "adopted" ||
        event.action == "marked_applied")
      recorded_.emplace(event.id, event.run_id);
    const json detail = json::parse(event.detail_json, nullptr, false);
    const bool takes_away = event.action == "rolled_back" || event.action == "reapplied" ||
                            event.action == "marked_pending";
    if (takes_away && detail.is_object()) {
      HistoryEvent applied{.id = event.id, .name = event.name, .action = "applied"};
      applied.at = detail.value("finishedAt", "");
      applied.applied_by = detail.value("appliedBy", "");
      applied.run_id = detail.value("runId", "");
      applied.duration_ms = milliseconds_between(detail.value("startedAt", ""), applied.at);
      if (!applied.at.empty()) add_applied(std::move(applied));
    }
    events_.push_back(std::move(event));
  }

  /// Where the log says that it was only recorded, that is what happened.
  void add_applied(HistoryEvent event) {
    if (!recorded_.contains({event.id, event.run_id})) events_.push_back(std::move(event));
  }

  Result<void> read_rows() {
    auto read = session_.exec(sql_.read_full(), app_, [&](std::span<const Cell> cells) {
      HistoryEvent event{.id = text_of(cells[0]),
                         .name = text_of(cells[4]),
                         .action = text_of(cells[3]),
                         .at = text_of(cells[cells[3] == Cell("applied") ? 6 : 5]),
                         .applied_by = text_of(cells[7]),
                         .run_id = text_of(cells[8])};
      if (event.action == "applied")
        event.duration_ms = milliseconds_between(text_of(cells[5]), event.at);
      add_applied(std::move(event));
      return true;
    });
    return judged(read);
  }

  Result<void> judged(Result<std::int64_t>& read) {
    if (read || is_missing_table(read.error(), session_.dialect())) return {};
    return std::move(read).error().in("reading the history");
  }

  ports::Session& session_;
  const LedgerOptions& options_;
  const LedgerSql sql_;
  const std::array<ports::Param, 1> app_;
  std::vector<HistoryEvent> events_;
  std::set<std::pair<std::string, std::string>> recorded_;  // id, run
};

}  // namespace

Result<std::vector<HistoryEvent>> read_history(ports::Session& session,
                                               const LedgerOptions& options) {
  return HistoryReading(session, options).read();
}

std::optional<std::int64_t> milliseconds_between(std::string_view from, std::string_view to) {
  const auto first = microseconds_of(from);
  const auto last = microseconds_of(to);
  if (!first || !last || *last < *first) return std::nullopt;
  return (*last - *first) / 1000;
}

}  // namespace garboard::execution
