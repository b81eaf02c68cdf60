// SPDX-License-Identifier: Apache-2.0
// What people are told of those who block: never more than sql::normalised leaves of a query.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/blocker.hpp"
#include "model/dialect.hpp"

namespace garboard::execution {

using base::Result;

/// A driver's answer, fit to be shown. Whatever went wrong: nobody is known.
[[nodiscard]] std::vector<model::Blocker> shown_blockers(Result<std::vector<model::Blocker>> answer,
                                                         const model::Dialect& dialect);

/// "session 4711: alice from 10.0.0.7, psql, idle in transaction for 42 s: UPDATE t SET x = ?";
/// the first few of several; empty for none.
[[nodiscard]] std::string text_of(const std::vector<model::Blocker>& blockers);

}  // namespace garboard::execution
