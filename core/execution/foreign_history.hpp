// SPDX-License-Identifier: Apache-2.0
// Reads another tool's history in place. Nothing is ever written to its tables.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/foreign_history.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

using base::Result;

/// `table`: where the tool was told to keep it, "schema.table" for another schema; empty = where it
/// does by itself. Code::bad_input when there is no such table, or it has another shape, which the
/// message names. Dirty, failed and locked states are no failure but the history's problems.
Result<model::ForeignHistory> read_foreign_history(ports::Session& session, model::ForeignTool tool,
                                                   std::string_view table);

}  // namespace garboard::execution
