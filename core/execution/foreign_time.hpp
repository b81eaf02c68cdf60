// SPDX-License-Identifier: Apache-2.0
// The times that other tools wrote, in whatever form their client library gave them.
#pragma once

#include <string>
#include <string_view>

namespace garboard::execution {

/// As the tracking table has times: "2024-01-31 23:59:59.123456", UTC. Understands a date and a
/// time with or without a zone (without one it is taken for UTC), and seconds, milliseconds or
/// microseconds since 1970. Empty for anything else.
[[nodiscard]] std::string utc_of(std::string_view text);

}  // namespace garboard::execution
