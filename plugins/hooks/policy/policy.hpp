// SPDX-License-Identifier: Apache-2.0
// The policy: a before_run event in, a verdict and findings out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <garboard/hook.hpp>

namespace garboard::policy {

/// What the hook is told, as JSON.
#define GARBOARD_POLICY_EVENTS R"(["before_run"])"

class Policy {
 public:
  [[nodiscard]] static std::string describe();
  [[nodiscard]] static std::unique_ptr<Policy> create(std::string_view config);
  sdk::Answer event(std::string_view event_json);

 private:
  explicit Policy(std::string_view config) : config_(config) {}
  std::string config_;
};

}  // namespace garboard::policy
