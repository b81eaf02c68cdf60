// SPDX-License-Identifier: Apache-2.0
// What the end of a run says in numbers, and the gauges made of it: the one list of their names.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/event.hpp"

namespace garboard::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Figures {
  std::string app, environment, dialect, version;
  bool is_success = false;
  std::int64_t ended_ms = 0;  ///< since 1970
  std::int64_t duration_ms = 0, lock_wait_ms = 0;
  std::int64_t applied = 0, pending = 0, lock_retries = 0, overrides = 0;
  std::int64_t errors = 0, warnings = 0, infos = 0;
};

struct Sample {
  Labels labels;
  double value = 0;
};

struct Gauge {
  std::string name, help, unit;
  std::vector<Sample> samples;
};

/// Of a run.succeeded, run.failed or run.cancelled.
[[nodiscard]] Figures figures_of(const hooks::Event& event);
/// Milliseconds since 1970 of a time as events have it; 0 when it is none.
[[nodiscard]] std::int64_t milliseconds_of(const std::string& rfc3339_utc);
/// Without garboard_last_success_timestamp_seconds when the run was none. `labels` are on each.
[[nodiscard]] std::vector<Gauge> gauges_of(const Figures& figures, const Labels& labels);

inline constexpr const char* last_success_name = "garboard_last_success_timestamp_seconds";

}  // namespace garboard::metrics
