// SPDX-License-Identifier: Apache-2.0
// Turns a driver's `describe` document (docs/driver-describe.md) into a model::Dialect.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/dialect.hpp"

namespace garboard::plugin_host {

using base::Result;

/// Unknown keys are ignored, missing ones have their default. Code::plugin with the key's path when
/// a required key is missing or a value has the wrong type.
Result<model::Dialect> parse_describe(std::string_view json);

}  // namespace garboard::plugin_host
