// SPDX-License-Identifier: Apache-2.0
// This build's version.
#pragma once

#include <string>

namespace garboard::cli {

[[nodiscard]] std::string version_text();

}  // namespace garboard::cli
