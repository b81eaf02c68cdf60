// SPDX-License-Identifier: Apache-2.0
#include "suppression.hpp"

#include <algorithm>

namespace garboard::policy {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U})
    if (text[i] < '0' || text[i] > '9') return false;
  const std::string_view month = text.substr(5, 2);
  const std::string_view day = text.substr(8, 2);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

bool is_rule_id(std::string_view text) {
  return !text.empty() && text != "all" &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

// The value behind `key=`; quoted or up to a blank.
std::string_view take_value(std::string_view& rest, std::string& problem) {
  if (!rest.starts_with('"')) return take_word(rest);
  const std::size_t end = rest.find('"', 1);
  if (end == std::string_view::npos) {
    problem = "a quote is not closed";
    return {};
  }
  const std::string_view value = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return value;
}

void read_rules(std::string_view words, Suppression& found) {
  while (!words.empty()) {
    const std::size_t comma = std::min(words.find(','), words.size());
    const std::string_view rule = trimmed(words.substr(0, comma));
    if (!is_rule_id(rule)) {
      found.problem = "it has to name each rule; '" + std::string(rule) + "' names none";
      return;
    }
    found.rules.emplace_back(rule);
    words.remove_prefix(std::min(comma + 1, words.size()));
  }
}

const Rule& rule_about(std::string_view id) {
  const auto rules = suppression_rules();
  return *std::find_if(rules.begin(), rules.end(),
                       [id](const Rule& rule) { return rule.id == id; });
}

class Suppressions {
 public:
  Suppressions(const Config& config, std::string_view today, std::vector<Finding>& findings)
      : config_(config), today_(today), findings_(findings) {}

  void apply(const Directive& directive) {
    const Suppression suppression = read_suppression(directive.text);
    if (!suppression.problem.empty())
      return say("SUP501", suppression.problem, directive.statement);
    if (!suppression.until.empty() && suppression.until < today_)
      return say("SUP502", "it ended on " + suppression.until, directive.statement);
    for (const std::string& rule : suppression.rules) apply(suppression, rule, directive.statement);
  }

 private:
  void apply(const Suppression& suppression, const std::string& rule, std::size_t statement) {
    if (config_.unsuppressable.contains(rule))
      return say("SUP504", rule + " may not be suppressed here", statement);
    bool is_used = false;
    for (Finding& finding : findings_) {
      if (finding.rule != rule || finding.statement != statement) continue;
      is_used = true;
      finding.suppressed = Finding::Suppressed{suppression.reason, suppression.until};
    }
    if (!is_used) say("SUP503", rule + " finds nothing here", statement);
  }

  void say(std::string_view id, std::string message, std::size_t statement) {
    const Rule& rule = rule_about(id);
    const Severity severity = std::min(config_.setting(id, rule.severity).severity, config_.most);
    if (severity == Severity::off) return;
    findings_.push_back({std::string(id), severity, std::move(message), std::string(rule.why),
                         std::string(rule.safe), statement, std::nullopt});
  }

  const Config& config_;
  std::string_view today_;
  std::vector<Finding>& findings_;
};

}  // namespace

Suppression read_suppression(std::string_view directive) {
  Suppression found;
  std::string_view rest = directive;
  if (take_word(rest) != "policy:ignore") {
    found.problem = "policy: is followed by 'ignore' or by nothing that is known";
    return found;
  }
  rest = trimmed(rest);
  std::size_t end = std::min({rest.find("reason="), rest.find("until="), rest.size()});
  read_rules(rest.substr(0, end), found);
  if (found.rules.empty() && found.problem.empty()) found.problem = "it has to name each rule";
  rest.remove_prefix(end);
  while (found.problem.empty() && !(rest = trimmed(rest)).empty()) {
    const std::size_t equals = rest.find('=');
    const std::string_view key = rest.substr(0, equals);
    rest.remove_prefix(equals == std::string_view::npos ? rest.size() : equals + 1);
    if (key == "reason")
      found.reason = trimmed(take_value(rest, found.problem));
    else if (key == "until")
      found.until = take_value(rest, found.problem);
    else
      found.problem = "'" + std::string(key.substr(0, 40)) + "' is neither reason= nor until=";
  }
  if (!found.problem.empty()) return found;
  if (found.reason.empty()) found.problem = "it has to give a reason";
  if (!found.until.empty() && !is_date(found.until))
    found.problem = "until is a day, as 2026-12-31";
  return found;
}

void apply_suppressions(const std::vector<Directive>& directives, const Config& config,
                        std::string_view today, std::vector<Finding>& findings) {
  Suppressions suppressions(config, today, findings);
  for (const Directive& directive : directives) suppressions.apply(directive);
}

}  // namespace garboard::policy
