// SPDX-License-Identifier: Apache-2.0
// Events to try hooks with: one complete example of each, as schema/event.schema.json says.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace garboard::conformance {

/// "before_run" and so on, all that this host knows.
[[nodiscard]] std::span<const std::string_view> event_names() noexcept;
/// Is a verdict asked for?
[[nodiscard]] bool is_gate(std::string_view name) noexcept;
/// The example of one name, or of one that nobody knows.
[[nodiscard]] nlohmann::json event_named(std::string_view name);
[[nodiscard]] std::vector<nlohmann::json> all_events();

}  // namespace garboard::conformance
