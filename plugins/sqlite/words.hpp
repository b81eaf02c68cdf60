// SPDX-License-Identifier: Apache-2.0
// Reads the first words of a statement: enough to tell what it changes.
#pragma once

#include <string>
#include <string_view>

namespace garboard::sqlite {

class Words {
 public:
  explicit Words(std::string_view sql) noexcept : rest_(sql) {}
  /// The next word, quoted name or symbol, as written; empty at the end.
  std::string_view next() noexcept;
  /// Takes the next one when it is this keyword (in lower case).
  bool take(std::string_view keyword) noexcept;

 private:
  void skip_space() noexcept;
  std::string_view rest_;
};

/// A name without its quotes.
[[nodiscard]] std::string name_of(std::string_view token);

/// True for INSERT, UPDATE, DELETE and REPLACE, also behind WITH: what has a count of changed rows.
[[nodiscard]] bool may_change_rows(std::string_view sql) noexcept;

/// What a DDL statement is about.
struct Target {
  enum class Kind { unknown, object, setting } kind = Kind::unknown;
  std::string schema = {}, name = {};  ///< of an object; schema empty = where SQLite looks
};
[[nodiscard]] Target target_of(std::string_view sql);

}  // namespace garboard::sqlite
