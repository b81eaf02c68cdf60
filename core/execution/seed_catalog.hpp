// SPDX-License-Identifier: Apache-2.0
// What the database says of the tables that a seed fills, and the order that follows from it.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/seed.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

using base::Result;

/// Indices of the seed's tables, parents first; see planning/seed_order.hpp.
using TableOrder = std::function<Result<std::vector<std::size_t>>(
    const model::Seed& seed, std::span<const std::vector<model::SeedParent>> parents)>;

class SeedCatalog {
 public:
  /// Asks for each table of the seed. Code::bad_input when one is not there, names a key column
  /// that it does not have, or needs another one in a circle; Code::unsafe_environment when one
  /// cannot be rolled back. Borrows the seed.
  static Result<SeedCatalog> read(ports::Session& session, const model::Seed& seed,
                                  const TableOrder& order);

  /// Indices of the seed's tables, parents first.
  [[nodiscard]] const std::vector<std::size_t>& order() const noexcept { return order_; }
  /// Code::bad_input, at `where`, when the table has no such column.
  Result<void> check_column(std::size_t table, std::string_view column,
                            const base::SourcePosition& where) const;

 private:
  explicit SeedCatalog(const model::Seed& seed) : seed_(&seed) {}

  const model::Seed* seed_;
  std::vector<std::vector<std::string>> columns_ = {};
  std::vector<std::size_t> order_ = {};
};

}  // namespace garboard::execution
