// SPDX-License-Identifier: Apache-2.0
// Durations and timestamps as people write and read them: "500ms", "5s", "1m30s", RFC 3339 in UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace garboard::base {

/// "500ms", "5s", "2m", "1h", joined ("1m30s") in falling order of unit, or "0". nullopt for
/// anything else, fractions and negative numbers included, and for more than ten years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back: "1m30s".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

/// What people read: "850 ms", "12.3 s", "4 min 5 s".
[[nodiscard]] std::string rounded_duration_text(std::chrono::milliseconds duration);

/// RFC 3339, UTC, with milliseconds: "2026-01-31T23:59:59.123Z".
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point when);

}  // namespace garboard::base
