// SPDX-License-Identifier: Apache-2.0
// Facts of PostgreSQL's statements from the tree that libpg_query makes of them. Lives in the
// worker only: the library can crash, and deep trees can, too.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "facts.hpp"

namespace garboard::policy {

/// Of {"version":..,"stmts":[..]}, which holds one statement.
[[nodiscard]] Facts read_tree(const nlohmann::json& tree);

}  // namespace garboard::policy
