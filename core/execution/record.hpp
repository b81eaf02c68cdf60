// SPDX-License-Identifier: Apache-2.0
// Writes corrections of the record, all of them or none: under the lock, in one transaction, each
// with its entry in the log. Runs nothing of a migration.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "execution/run.hpp"
#include "model/correction.hpp"
#include "model/ledger.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// Decides from what the tracking table says while nobody else can write it. May ask the session.
using Decide = std::function<Result<std::vector<model::Correction>>(const model::Ledger& ledger,
                                                                    ports::Session& session)>;

/// Makes the tables first where there are none. Returns what was written.
Result<std::vector<model::Correction>> record(const Decide& decide,
                                              std::unique_ptr<ports::Session> session,
                                              const RunContext& context, const RunOptions& options);

}  // namespace garboard::execution
