// SPDX-License-Identifier: Apache-2.0
// What a hook answered, read: findings as docs/events.md says.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/finding.hpp"

namespace garboard::hooks {

/// `json`: {"findings":[..]}, or empty. Code::plugin when it is something else.
base::Result<std::vector<model::Finding>> read_findings(std::string_view json,
                                                        std::string_view hook);

}  // namespace garboard::hooks
