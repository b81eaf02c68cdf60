// SPDX-License-Identifier: Apache-2.0
// Whether a column's new type makes the server write the table anew.
#pragma once

#include <string>
#include <string_view>

namespace garboard::policy {

enum class TypeChange { free, rewrites, unknown };

/// PostgreSQL. `from` as format_type writes it, or empty when it is not known; `to` as in the
/// statement. `is_utc`: the session's time zone is UTC, where timestamps with and without are
/// alike.
[[nodiscard]] TypeChange postgres_type_change(std::string_view from, std::string_view to,
                                              bool is_utc);

/// MySQL and MariaDB. `from`: information_schema's column_type, a blank and the bytes of a
/// character when it has any; or empty.
[[nodiscard]] TypeChange mysql_type_change(std::string_view from, std::string_view to);

}  // namespace garboard::policy
