// SPDX-License-Identifier: Apache-2.0
// The policy hook as a host meets it: loaded from its file, given events, without a connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace garboard::policy_test {

struct Migration {
  std::vector<std::string> statements;
  bool is_one_transaction = true;
  std::string phase = "any", direction = "up";
  int lock_timeout_ms = 2000;
};

struct Review {
  int status = 0;
  int verdict = -1;
  std::string error;
  nlohmann::json findings = nlohmann::json::array();

  [[nodiscard]] bool has(std::string_view rule) const { return find(rule) != nullptr; }
  /// The first finding of the rule, or null.
  [[nodiscard]] const nlohmann::json* find(std::string_view rule) const;
  [[nodiscard]] std::string severity(std::string_view rule) const;
};
std::ostream& operator<<(std::ostream& out, const Review& review);

/// An event about these; its first statements can be changed before it is sent.
[[nodiscard]] nlohmann::json event_of(const std::string& dialect,
                                      const std::vector<Migration>& migrations);
[[nodiscard]] Review review_event(const nlohmann::json& event,
                                  const nlohmann::json& config = nlohmann::json::object());
/// One migration.
[[nodiscard]] Review review(const std::string& dialect, const Migration& migration,
                            const nlohmann::json& config = nlohmann::json::object());
[[nodiscard]] nlohmann::json described();

}  // namespace garboard::policy_test
