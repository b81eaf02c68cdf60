// SPDX-License-Identifier: Apache-2.0
// The names that plans call databases by, which are the names of drivers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace garboard::loading {

struct NameProblem {
  std::string message;  ///< goes on after the name of a key: "is 'mariadb', expected 'mysql'"
  std::string hint = {};
};

/// What is wrong with a name; nullopt when it may be a driver's.
[[nodiscard]] std::optional<NameProblem> database_name_problem(std::string_view name);

}  // namespace garboard::loading
