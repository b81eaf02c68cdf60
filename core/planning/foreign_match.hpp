// SPDX-License-Identifier: Apache-2.0
// Finds the migration that an entry of another tool's history means, reading ids as that tool does:
// 007 and 7 are one version where it stores numbers, a file name counts without its ending.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/foreign_history.hpp"
#include "model/plan.hpp"

namespace garboard::planning {

class ForeignMatch {
 public:
  /// Borrows the items.
  ForeignMatch(model::ForeignTool tool, std::span<const model::PlanItem> items);

  /// The item that the entry means; nullopt when there is none.
  [[nodiscard]] std::optional<std::size_t> find(const model::ForeignEntry& entry) const;
  /// Whether the item's version is not above the entry's, as the tool orders versions; nullopt when
  /// the item's id is no version.
  [[nodiscard]] std::optional<bool> is_up_to(std::size_t item,
                                             const model::ForeignEntry& entry) const;

 private:
  model::ForeignTool tool_;
  std::span<const model::PlanItem> items_;
  std::unordered_map<std::string, std::optional<std::size_t>> by_id_;    // as the id is written
  std::unordered_map<std::string, std::optional<std::size_t>> by_head_;  // nullopt: of several
};

}  // namespace garboard::planning
