// SPDX-License-Identifier: Apache-2.0
// Damaged events, the same in every run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace garboard::conformance {

inline constexpr std::size_t mutations_in_all = 600;

/// `count` texts: members that are missing or of another type, numbers and texts that are too
/// large, and JSON that is none.
[[nodiscard]] std::vector<std::string> mutations_of(const nlohmann::json& event, std::size_t count);

}  // namespace garboard::conformance
