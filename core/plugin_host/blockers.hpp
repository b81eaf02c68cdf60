// SPDX-License-Identifier: Apache-2.0
// Reads what a driver says of those who block.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/blocker.hpp"

namespace garboard::plugin_host {

/// Code::plugin when the answer is not as docs/driver-describe.md has it.
base::Result<std::vector<model::Blocker>> read_blockers(std::string_view json);

}  // namespace garboard::plugin_host
