// SPDX-License-Identifier: Apache-2.0
// Compound: follows stored programs of MySQL and MariaDB (and MariaDB's anonymous blocks, packages
// and Oracle mode) closely enough to know which ';' ends the statement, as the server does. A
// keyword counts only where the grammar expects a statement: everywhere else it may be a name.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sql/seen.hpp"

namespace garboard::sql {

class Compound {
 public:
  /// In MariaDB's Oracle mode a statement that begins with BEGIN is a block.
  void start(bool is_oracle_mode);
  void see(const Seen& token);
  void see_semicolon();
  /// True while ';' belongs to the statement.
  [[nodiscard]] bool is_open() const noexcept { return !open_.empty(); }
  [[nodiscard]] std::optional<Opening> opening() const noexcept;
  /// True where a routine's text in another language may follow: AS $$..$$.
  [[nodiscard]] bool expects_routine_text() const noexcept { return is_after_as_; }

 private:
  enum class Phase : std::uint8_t {
    first,    // token of the statement
    label,    // the first word may be one
    create,   // after CREATE or ALTER, before the kind of object
    trigger,  // up to EACH ROW
    event,    // up to DO
    package,  // up to AS, IS or the first routine
    name,     // of a routine, up to its parameters
    parameters,
    traits,  // of a routine, up to its body
    body,
    plain,  // nothing can hide a ';' any more
  };
  enum class Block : std::uint8_t {
    begin,
    if_,
    case_,
    loop,
    while_,
    repeat,
    for_,
    declarations,  // Oracle mode: up to BEGIN
    package,
  };
  struct Open {
    Block block;
    std::uint64_t index;
  };
  enum class Awaited : std::uint8_t { nothing, then, do_ };
  enum class Handler : std::uint8_t { none, possible, condition, after_condition };

  void see_first(const Seen& token);
  void see_create(const Seen& token);
  void see_trigger(const Seen& token);
  void see_event(const Seen& token);
  void see_package(const Seen& token);
  void see_name(const Seen& token);
  void see_traits(const Seen& token);
  void see_return(const Seen& token);
  void see_declarations(const Seen& token);
  void see_body(const Seen& token);
  void see_statement_start(const Seen& token);
  bool open_control(const Seen& token);
  void see_word_at_start(const Seen& token);
  void see_inside(const Seen& token);
  void see_expression_word(const Seen& token);
  bool see_handler(const Seen& token);

  void begin_body(const Seen& token);
  void open(Block block, const Seen& token);
  void close();
  void begin_routine(const Seen& token);
  [[nodiscard]] bool is_top(Block block) const noexcept {
    return !open_.empty() && open_.back().block == block;
  }
  [[nodiscard]] bool expects_operand() const noexcept;

  Phase phase_ = Phase::first;
  Seen last_;
  std::vector<Open> open_;
  std::vector<std::uint32_t> cases_;  // CASE expressions, by their depth of parentheses
  std::uint32_t parentheses_ = 0;
  Awaited awaited_ = Awaited::nothing;
  Handler handler_ = Handler::none;
  bool is_oracle_mode_ = false;
  bool is_at_start_ = false;    // of a statement in the body
  bool is_body_start_ = false;  // the first token of a routine's body
  bool may_be_label_ = false;
  bool is_in_angle_label_ = false;
  bool is_in_until_ = false;
  bool is_function_ = false;
  bool has_return_type_ = false;
  bool expects_argument_ = false;  // the next token is a name, whatever it says
  bool is_after_as_ = false;
};

}  // namespace garboard::sql
