// SPDX-License-Identifier: Apache-2.0
// Facts as JSON: what the worker answers, and what custom rules are given.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "facts.hpp"

namespace garboard::policy {

[[nodiscard]] nlohmann::json to_json(const Facts& facts);
[[nodiscard]] Facts facts_from_json(const nlohmann::json& json);
[[nodiscard]] std::string_view name_of(Kind kind) noexcept;
[[nodiscard]] std::string_view name_of(ActionKind kind) noexcept;
/// False when there is no such kind.
[[nodiscard]] bool is_kind(std::string_view name) noexcept;

}  // namespace garboard::policy
