// SPDX-License-Identifier: Apache-2.0
// The catalogue of rules: each is a small function over the facts of one statement, and the words
// that docs/policy.md and the config's schema have for it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "facts.hpp"
#include "live.hpp"

namespace garboard::policy {

struct Finding {
  struct Suppressed {
    std::string reason, until;
  };
  std::string rule;
  Severity severity = Severity::error;
  std::string message, why, safe;
  std::size_t statement = Place::nowhere;  ///< of the run
  std::optional<Suppressed> suppressed;
};

class Inspection;

struct Rule {
  static constexpr unsigned postgres = 1, mysql_family = 2, sqlite = 4, any = 15;

  std::string_view id, title, why, safe;
  Severity severity;
  unsigned dialects;
  bool shrinks;  ///< matters less on a small table
  void (*check)(Inspection&);
};

/// What a rule sees of the run, at one statement.
class Inspection {
 public:
  Inspection(const std::vector<Statement>& run, Dialect dialect, const Config& config, Live& live,
             std::vector<Finding>& findings)
      : run_(run), dialect_(dialect), config_(config), live_(live), findings_(findings) {}

  /// Runs every rule of the dialect at every statement.
  void all();

  [[nodiscard]] const Statement& statement() const noexcept { return run_[at_]; }
  [[nodiscard]] const Facts& facts() const noexcept { return run_[at_].facts; }
  [[nodiscard]] const Place& place() const noexcept { return run_[at_].place; }
  [[nodiscard]] std::span<const Statement> before_in_run() const noexcept {
    return std::span(run_).first(at_);
  }
  [[nodiscard]] std::span<const Statement> before_in_migration() const noexcept {
    return std::span(run_).subspan(place().first, at_ - place().first);
  }
  [[nodiscard]] std::span<const Statement> after_in_migration() const noexcept {
    return std::span(run_).subspan(at_ + 1, place().last - at_);
  }
  [[nodiscard]] const Statement& in_run(std::size_t index) const { return run_[index]; }
  [[nodiscard]] Dialect dialect() const noexcept { return dialect_; }
  [[nodiscard]] Live& live() noexcept { return live_; }
  [[nodiscard]] RuleSetting setting() const { return config_.setting(rule_->id, rule_->severity); }
  /// ALTER TABLE of one that the run has not made itself.
  [[nodiscard]] bool alters_older_table() const noexcept {
    return facts().kind == Kind::alter_table && !place().is_created_here;
  }
  /// The table that the statement is about, for a message.
  [[nodiscard]] std::string table() const { return display(facts().table()); }

  /// A finding at this statement; `most` where it is only possible, not certain.
  void report(std::string message, Severity most = Severity::error);

 private:
  [[nodiscard]] bool is_small();

  const std::vector<Statement>& run_;
  Dialect dialect_;
  const Config& config_;
  Live& live_;
  std::vector<Finding>& findings_;
  std::size_t at_ = 0;
  const Rule* rule_ = nullptr;
};

[[nodiscard]] std::span<const Rule> general_rules() noexcept;
[[nodiscard]] std::span<const Rule> postgres_rules() noexcept;
[[nodiscard]] std::span<const Rule> mysql_family_rules() noexcept;
[[nodiscard]] std::span<const Rule> sqlite_rules() noexcept;
/// About suppressions; they have no function.
[[nodiscard]] std::span<const Rule> suppression_rules() noexcept;
/// All of them.
[[nodiscard]] std::vector<const Rule*> catalogue();

[[nodiscard]] bool is_same(const Name& a, const Name& b) noexcept;

}  // namespace garboard::policy
