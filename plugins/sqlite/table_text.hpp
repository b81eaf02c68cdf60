// SPDX-License-Identifier: Apache-2.0
// A CREATE TABLE as SQLite keeps it, taken apart so that one definition can be edited while all
// else, comments included, stays as it was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::sqlite {

/// True when both are the same name to SQLite: letters of ASCII in any case.
[[nodiscard]] bool is_same_name(std::string_view a, std::string_view b) noexcept;

/// What a definition says after a column's type, or a constraint of the table.
struct Clause {
  enum class Kind : std::uint8_t {
    primary_key,
    unique,
    check,
    foreign_key,
    not_null,
    null,
    default_value,
    generated,
    other
  };
  Kind kind = Kind::other;
  std::string name = {};                  ///< behind CONSTRAINT; empty when there is none
  std::size_t begin = 0, end = 0;         ///< in its definition's text
  std::vector<std::string> columns = {};  ///< the table's own that it speaks of
  bool is_autoincrement = false;
};

/// A column or a constraint of the table, with the white space and comments around it.
struct Definition {
  std::string before, text, after;
  bool follows_comma = true;  ///< SQLite does not insist on commas between constraints
  bool is_column = false;
  std::string name = {};                     ///< of the column
  std::size_t type_begin = 0, type_end = 0;  ///< in `text`; equal when the column has no type
  std::vector<Clause> clauses = {};          ///< exactly one when this is no column
};

class TableText {
 public:
  /// Throws sdk::Failure (GBD_E_UNSUPPORTED) for what is no list of definitions in parentheses.
  explicit TableText(std::string_view sql);

  /// As it was written, but for what has been changed since.
  [[nodiscard]] std::string text() const;
  /// The same for a table called `name_sql`, which is quoted already.
  [[nodiscard]] std::string text_for(std::string_view name_sql) const;

  [[nodiscard]] const std::vector<Definition>& definitions() const { return definitions_; }
  /// nullptr when there is no such column.
  [[nodiscard]] const Definition* column(std::string_view name) const;
  [[nodiscard]] bool is_without_rowid() const { return is_without_rowid_; }
  [[nodiscard]] bool has_autoincrement() const;
  /// The columns of the primary key, in its order.
  [[nodiscard]] std::vector<std::string> primary_key() const;
  /// Whether the primary key is another name of the rowid.
  [[nodiscard]] bool has_rowid_alias() const;

  void set_type(std::string_view column, std::string_view type_sql);
  void set_not_null(std::string_view column, bool is_not_null);
  /// Empty: no default.
  void set_default(std::string_view column, std::string_view default_sql);
  void add_column(std::string_view definition);
  void add_constraint(std::string_view definition);
  /// Takes out the constraint with this name and kind; false when there is none.
  bool drop_constraint(std::string_view name, Clause::Kind kind);
  /// Takes out every UNIQUE, CHECK and foreign key that speaks of the column, and a primary key of
  /// this column alone. True when there was one.
  bool release_column(std::string_view column);

 private:
  [[nodiscard]] std::size_t index_of(std::string_view column) const;
  void replace(std::size_t index, std::size_t begin, std::size_t end, std::string_view with);
  void take_out(std::size_t index, const Clause& clause);
  void insert(std::size_t index, std::string_view definition);
  void remove(std::size_t index);

  std::string head_, table_name_, open_, tail_;  ///< `CREATE TABLE `, `t`, ` (`, `) STRICT`
  std::vector<Definition> definitions_;
  bool is_without_rowid_ = false;
};

}  // namespace garboard::sqlite
