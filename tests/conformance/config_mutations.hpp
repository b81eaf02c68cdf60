// SPDX-License-Identifier: Apache-2.0
// Configurations that a JSON Schema does not allow, made from one that it does.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace garboard::conformance {

struct WrongConfig {
  std::string what;  ///< "targets[0].kind is a number"
  nlohmann::json config;
};

/// Unknown keys where the schema knows all, values of a type that it does not name, and words that
/// are none of its "enum". Understands no more of JSON Schema than that, so it may find nothing.
[[nodiscard]] std::vector<WrongConfig> wrong_configs(const nlohmann::json& config,
                                                     const nlohmann::json& schema);

}  // namespace garboard::conformance
