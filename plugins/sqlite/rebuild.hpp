// SPDX-License-Identifier: Apache-2.0
// What SQLite's ALTER TABLE cannot do: the table is made anew with its definition edited, filled,
// and put in the old one's place (sqlite.org/lang_altertable.html, "Making Other Kinds Of Table
// Schema Changes").
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <garboard/operations.hpp>

#include "catalog.hpp"
#include "table_text.hpp"

namespace garboard::sqlite {

/// Changes a table's text; throws sdk::Failure.
using Edit = std::function<void(TableText&)>;

/// The statements of a rebuild, for a transaction begun with GBD_TX_BEGIN_UNCHECKED. All that
/// belongs to the table is kept; columns that `edit` adds are filled with their defaults.
[[nodiscard]] std::vector<std::string> rebuild(const Catalog& catalog, const TableFacts& table,
                                               const Edit& edit);

/// The same for a column with all that stands in the way of ALTER TABLE DROP COLUMN: the indexes
/// and constraints that speak of it, which go with it. Without a rebuild where none is needed.
[[nodiscard]] std::vector<std::string> drop_column(const Catalog& catalog, TableFacts table,
                                                   const std::string& column);

/// Without the constraint, or without a unique index of its name.
[[nodiscard]] std::vector<std::string> drop_constraint(const Catalog& catalog,
                                                       const sdk::DropConstraint& op);

}  // namespace garboard::sqlite
