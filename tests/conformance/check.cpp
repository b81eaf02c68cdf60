// SPDX-License-Identifier: Apache-2.0
#include "check.hpp"

namespace garboard::conformance {

std::vector<Check> all_checks() {
  std::vector<Check> checks;
  for (const auto part : {binary_checks(), table_checks(), description_checks(), rendering_checks(),
                          connection_checks(), statement_checks(), batch_checks(), failure_checks(),
                          lock_checks(), cancel_checks(), hook_checks(), fault_checks()})
    checks.insert(checks.end(), part.begin(), part.end());
  return checks;
}

}  // namespace garboard::conformance
