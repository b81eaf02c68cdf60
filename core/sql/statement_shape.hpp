// SPDX-License-Identifier: Apache-2.0
// StatementShape: all that a dialect needs to follow in one statement to know where it ends and
// what comes after it.
#pragma once

#include <optional>
#include <string_view>

#include "model/dialect.hpp"
#include "sql/compound.hpp"
#include "sql/copy_rows.hpp"
#include "sql/routine_body.hpp"
#include "sql/seen.hpp"
#include "sql/sql_mode.hpp"

namespace garboard::sql {

class StatementShape {
 public:
  explicit StatementShape(const model::LexicalTraits& traits);

  void start();
  /// Each token but ';' and those that only guard or end a statement. `text` is the token's.
  void see(const Token& token, std::string_view text);
  void see_semicolon();
  /// The statement is over; true when `apply_mode` has something to say.
  bool finish() noexcept { return has_mode_ && mode_.finish(); }
  /// Writes the script's own sql_mode into `traits`.
  void apply_mode(model::LexicalTraits& traits) const noexcept;

  /// True while ';' belongs to the statement.
  [[nodiscard]] bool is_open() const noexcept;
  [[nodiscard]] std::optional<Opening> opening() const noexcept;
  [[nodiscard]] bool takes_copy_rows() const noexcept { return has_copy_ && copy_.takes_rows(); }
  [[nodiscard]] bool expects_routine_text() const noexcept {
    return has_compound_ && compound_.expects_routine_text();
  }

 private:
  bool has_atomic_;
  bool has_triggers_;
  bool has_compound_;
  bool has_copy_;
  bool has_mode_;
  AtomicBody atomic_;
  TriggerBody trigger_;
  Compound compound_;
  CopyStatement copy_;
  SqlMode mode_;
};

}  // namespace garboard::sql
