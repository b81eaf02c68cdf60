// SPDX-License-Identifier: Apache-2.0
#include "cli/version.hpp"

namespace garboard::cli {

std::string version_text() { return GARBOARD_VERSION; }

}  // namespace garboard::cli
