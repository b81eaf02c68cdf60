// SPDX-License-Identifier: Apache-2.0
#include "loading/format.hpp"

#include <algorithm>
#include <array>

namespace garboard::loading {

namespace {
// In the order of the enumeration.
constexpr std::array<std::string_view, 15> names{
    "auto",  "dbmate", "golang-migrate", "goose",       "flyway", "sqlx",  "diesel", "knex",
    "atlas", "prisma", "refinery",       "sql-migrate", "pop",    "plain", "plan"};
}  // namespace

std::string_view name_of(Format format) noexcept { return names[static_cast<std::size_t>(format)]; }

std::optional<Format> format_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Format>(found - names.begin());
}

}  // namespace garboard::loading
