// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

namespace garboard::conformance {

std::span<const Check> lock_checks() noexcept { return {}; }

}  // namespace garboard::conformance
