// SPDX-License-Identifier: Apache-2.0
// JSON as YAML that people read: block style, quotes only where a reader could take a text for
// something else.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace garboard::loading {

/// Keys keep their order. Ends in a line end.
[[nodiscard]] std::string yaml_text(const nlohmann::ordered_json& json);

}  // namespace garboard::loading
