// SPDX-License-Identifier: Apache-2.0
// Facts by words alone: all there is for MySQL, MariaDB and SQLite, and for what the grammar that
// we have of PostgreSQL does not know. Where words are not enough, `unread` says so.
#pragma once

#include <string_view>

#include "facts.hpp"
#include "sql_tokens.hpp"

namespace garboard::policy {

[[nodiscard]] Facts read_statement(std::string_view sql, Dialect dialect);

/// Behind ALTER TABLE: the table, and each clause as an action.
void read_alter_table(Cursor& cursor, Dialect dialect, Facts& facts);
/// ALGORITHM = x and LOCK = x; true when one was there.
bool read_lock_clause(Cursor& cursor, Facts& facts);

/// A column's name, type and attributes, up to the ',' or ')' behind it.
[[nodiscard]] Column read_column(Cursor& cursor);
/// A constraint from its kind on; its name is the caller's. `unknown` when this is none.
[[nodiscard]] Action read_constraint(Cursor& cursor);

}  // namespace garboard::policy
