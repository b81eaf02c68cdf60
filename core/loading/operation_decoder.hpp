// SPDX-License-Identifier: Apache-2.0
// Logical operations of a plan, as authors write them, turned into the canonical JSON that drivers
// render (docs/driver-operations.md), with the operations that undo them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loading/document.hpp"
#include "loading/problems.hpp"

namespace garboard::loading {

/// The keys of steps that are operations.
[[nodiscard]] std::span<const std::string_view> operation_names() noexcept;

struct DecodedOperation {
  std::vector<std::string> up = {};    ///< JSON texts in the order in which they run
  std::vector<std::string> down = {};  ///< what undoes all of them, likewise
  std::string irreversible = {};       ///< why there is no `down`; empty = there is one
};

/// The operation `name`, one of operation_names(), with what stands under its key. `databases` is
/// what the migration is for; empty = any. Complete when no problem was added.
[[nodiscard]] DecodedOperation decode_operation(const Document& document, std::string_view name,
                                                NodeId body, std::span<const std::string> databases,
                                                Problems& problems);

}  // namespace garboard::loading
