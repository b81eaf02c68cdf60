// SPDX-License-Identifier: Apache-2.0
// SqlMode: MySQL's sql_mode as the statements of a script set it, because it changes how what
// follows is read: ANSI_QUOTES, NO_BACKSLASH_ESCAPES, and MariaDB's ORACLE.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sql/seen.hpp"

namespace garboard::sql {

class SqlMode {
 public:
  struct Flags {
    bool has_ansi_quotes = false;
    bool has_no_backslash_escapes = false;
    bool is_oracle = false;
  };
  /// What a script that sets nothing has.
  explicit SqlMode(const Flags& initial) : initial_(initial), flags_(initial) {}

  void start() noexcept;
  /// `text` is the token's.
  void see(const Seen& token, std::string_view text) noexcept;
  /// Takes over what the statement sets; true when something may be another now.
  bool finish() noexcept;
  [[nodiscard]] const Flags& flags() const noexcept { return flags_; }

 private:
  enum class Phase : std::uint8_t { first, target, value, rest, other };
  void see_target(const Seen& token) noexcept;
  void see_value(const Seen& token, std::string_view text) noexcept;
  static void add_modes(std::string_view list, Flags& flags) noexcept;

  Flags initial_;
  Flags flags_;
  std::optional<Flags> pending_;
  Phase phase_ = Phase::first;
  bool is_sql_mode_ = false;  // what is being assigned
  bool is_global_ = false;
  bool is_sum_ = false;  // CONCAT(@@sql_mode, ',ANSI_QUOTES')
  std::uint32_t parentheses_ = 0;
  std::uint32_t ats_ = 0;  // '@' before the variable
};

}  // namespace garboard::sql
