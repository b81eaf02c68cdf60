// SPDX-License-Identifier: Apache-2.0
// Nodes of libpg_query's tree, the clauses of ALTER TABLE and the columns in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "facts.hpp"

namespace garboard::policy::tree {

/// The member, or null.
[[nodiscard]] const nlohmann::json& member(const nlohmann::json& of, const char* key);
/// The member, or an empty list.
[[nodiscard]] const nlohmann::json& list(const nlohmann::json& of, const char* key);
[[nodiscard]] bool flag(const nlohmann::json& of, const char* key);
[[nodiscard]] std::string text(const nlohmann::json& of, const char* key);
[[nodiscard]] bool has_option(const nlohmann::json& options, std::string_view name);
/// True when such a member stands somewhere below.
[[nodiscard]] bool holds(const nlohmann::json& below, const char* key);
/// True when this text stands somewhere below.
[[nodiscard]] bool has_value(const nlohmann::json& below, std::string_view text);

[[nodiscard]] Name range_name(const nlohmann::json& range);
/// Of a list of strings.
[[nodiscard]] Name name_from(const nlohmann::json& strings);
[[nodiscard]] Column column_of(const nlohmann::json& definition);
[[nodiscard]] Action action_of(const nlohmann::json& command);
[[nodiscard]] Action constraint_of(const nlohmann::json& constraint);

}  // namespace garboard::policy::tree
