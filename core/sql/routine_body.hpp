// SPDX-License-Identifier: Apache-2.0
// Bodies whose END can only stand where a statement would: BEGIN ATOMIC of PostgreSQL, triggers of
// SQLite. That place, not a count of BEGIN and END, tells it from columns and CASE.
#pragma once

#include <cstdint>
#include <optional>

#include "sql/seen.hpp"

namespace garboard::sql {

/// CREATE FUNCTION .. BEGIN ATOMIC .. END, and the parentheses of CREATE RULE .. DO (..; ..).
class AtomicBody {
 public:
  void start() noexcept { *this = AtomicBody(); }
  void see(const Seen& token) noexcept;
  void see_semicolon() noexcept { is_at_start_ = depth_ > 0 && parentheses_ == 0; }
  /// True while ';' belongs to the statement.
  [[nodiscard]] bool is_open() const noexcept { return depth_ > 0 || parentheses_ > 0; }
  [[nodiscard]] std::optional<Opening> opening() const noexcept;

 private:
  enum class Phase : std::uint8_t { first, create, routine, other };
  void see_in_body(const Seen& token) noexcept;
  void see_head(const Seen& token) noexcept;

  Phase phase_ = Phase::first;
  Word last_ = Word::other;
  bool is_at_start_ = false;
  bool is_create_ = false;  // the statement in the body is itself a CREATE
  std::uint32_t parentheses_ = 0;
  std::uint32_t depth_ = 0;  // of bodies
  std::uint64_t last_index_ = 0;
  std::uint64_t opened_ = 0;
};

/// CREATE TRIGGER .. BEGIN ..; END
class TriggerBody {
 public:
  void start() noexcept { *this = TriggerBody(); }
  void see(const Seen& token) noexcept;
  void see_semicolon() noexcept { is_at_start_ = phase_ == Phase::body; }
  [[nodiscard]] bool is_open() const noexcept { return phase_ == Phase::body; }
  [[nodiscard]] std::optional<Opening> opening() const noexcept;

 private:
  enum class Phase : std::uint8_t { first, create, header, body, other };
  void see_header(const Seen& token) noexcept;

  Phase phase_ = Phase::first;
  Seen last_;
  bool is_at_start_ = false;
  bool is_after_begin_ = false;  // of what may be the body
  std::uint64_t opened_ = 0;
};

}  // namespace garboard::sql
