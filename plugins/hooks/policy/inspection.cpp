// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "rules.hpp"

namespace garboard::policy {
namespace {

constexpr std::array<Rule, 4> about_suppressions = {{
    {"SUP501", "a suppression that is none",
     "policy:ignore needs the rules it is about and a reason; without them it suppresses nothing.",
     "-- policy:ignore PG101 reason=\"12 rows\" until=2026-12-31", Severity::warning, Rule::any,
     false, nullptr},
    {"SUP502", "a suppression that has expired", "After the day of until it suppresses nothing.",
     "Do what it was put off for, or say another day and why.", Severity::warning, Rule::any, false,
     nullptr},
    {"SUP503", "a suppression that is not needed",
     "The rule finds nothing here, and would be silent when one day it did.", "Remove it.",
     Severity::warning, Rule::any, false, nullptr},
    {"SUP504", "a suppression of what may not be suppressed",
     "The environment lists the rule under unsuppressable.", "Follow the rule.", Severity::warning,
     Rule::any, false, nullptr},
}};

unsigned bit_of(Dialect dialect) noexcept {
  if (dialect == Dialect::postgres) return Rule::postgres;
  if (is_mysql_family(dialect)) return Rule::mysql_family;
  return dialect == Dialect::sqlite ? Rule::sqlite : 8U;
}

}  // namespace

std::span<const Rule> suppression_rules() noexcept { return about_suppressions; }

std::vector<const Rule*> catalogue() {
  std::vector<const Rule*> rules;
  for (const auto family : {postgres_rules(), general_rules(), mysql_family_rules(), sqlite_rules(),
                            suppression_rules()})
    for (const Rule& rule : family) rules.push_back(&rule);
  return rules;
}

void Inspection::all() {
  std::vector<const Rule*> rules = catalogue();
  std::erase_if(rules, [this](const Rule* rule) {
    return rule->check == nullptr || (rule->dialects & bit_of(dialect_)) == 0 ||
           config_.setting(rule->id, rule->severity).severity == Severity::off;
  });
  for (at_ = 0; at_ < run_.size(); ++at_) {
    for (const Rule* rule : rules) {
      rule_ = rule;
      rule->check(*this);
    }
  }
}

bool Inspection::is_small() {
  if (!rule_->shrinks || facts().tables.empty()) return false;
  const auto table = live_.table(facts().table());
  if (!table || !table->is_there || (table->rows < 0 && table->bytes < 0)) return false;
  return table->rows <= config_.small_rows && table->bytes <= config_.small_bytes;
}

void Inspection::report(std::string message, Severity most) {
  Severity severity = std::min({setting().severity, most, config_.most});
  if (severity > config_.small_severity && is_small()) {
    severity = config_.small_severity;
    message += " (it is small)";
  }
  if (severity == Severity::off) return;
  findings_.push_back({std::string(rule_->id), severity, std::move(message),
                       std::string(rule_->why), std::string(rule_->safe), at_, std::nullopt});
}

}  // namespace garboard::policy
