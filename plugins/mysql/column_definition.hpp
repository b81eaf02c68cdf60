// SPDX-License-Identifier: Apache-2.0
// A column as SHOW CREATE TABLE prints it, taken apart: MySQL changes a column only by being told
// all of its definition again, so what is to stay has to be known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::mysql {

struct ColumnDefinition {
  std::string type;
  std::string charset;  ///< `CHARACTER SET x COLLATE y`
  bool is_nullable = true;
  std::optional<std::string> default_sql;  ///< what follows DEFAULT; never NULL
  std::vector<std::string> others;         ///< `ON UPDATE ..`, `AUTO_INCREMENT`, `CHECK (..)`, ..
  std::string comment;                     ///< a literal; empty when there is none

  /// All of it, as it follows the column's name in MODIFY COLUMN.
  [[nodiscard]] std::string sql() const;
};

/// The definition of `column` in what SHOW CREATE TABLE answered; nullopt when the table has no
/// such column. Throws GBD_E_UNSUPPORTED for one that cannot be told again faithfully: generated
/// or compressed.
[[nodiscard]] std::optional<ColumnDefinition> find_column(std::string_view create_table,
                                                          std::string_view column);

/// The text of a default, changed so that it is right for a column of another type: on MySQL a
/// literal default of a TEXT, BLOB or JSON column is an expression in parentheses.
[[nodiscard]] std::string default_in_parentheses(const std::string& default_sql);
[[nodiscard]] std::string default_without_parentheses(const std::string& default_sql);

}  // namespace garboard::mysql
