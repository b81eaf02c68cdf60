// SPDX-License-Identifier: Apache-2.0
#include "loading/database_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "loading/problems.hpp"

namespace garboard::loading {

namespace {

constexpr std::size_t max_word = 100;

/// Other names people know the drivers by.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> other_names{
    {{"postgresql", "postgres"},
     {"pg", "postgres"},
     {"mariadb", "mysql"},
     {"sqlite3", "sqlite"},
     {"pgsql", "postgres"}}};

bool is_database_name(std::string_view name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_allowed = [&](char c) {
    return is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= max_word && is_lower(name.front()) &&
         std::ranges::all_of(name, is_allowed);
}

}  // namespace

std::optional<NameProblem> database_name_problem(std::string_view name) {
  const auto* const other =
      std::ranges::find(other_names, name, &decltype(other_names)::value_type::first);
  if (other != other_names.end())
    return NameProblem{
        "is '" + std::string(name) + "', expected '" + std::string(other->second) + "'",
        name == "mariadb" ? "'mysql' means MySQL and MariaDB" : ""};
  if (is_database_name(name)) return std::nullopt;
  return NameProblem{"is the text '" + excerpt(name) +
                         "', expected a driver's name such as postgres, mysql, sqlite",
                     "lower-case letters, digits, '-' and '_'"};
}

}  // namespace garboard::loading
