// SPDX-License-Identifier: Apache-2.0
// Rendered: what a driver makes of one logical operation.
#pragma once

#include <string>
#include <vector>

namespace garboard::model {

struct Rendered {
  std::vector<std::string> statements = {};  ///< in order, each one statement
  /// The statements depend on what is in the database; those above are an outline only, unless a
  /// connection rendered them.
  bool needs_database = false;
  /// Runs in a transaction that enforces no foreign keys and checks them all before its commit.
  bool needs_unchecked_transaction = false;
};

}  // namespace garboard::model
