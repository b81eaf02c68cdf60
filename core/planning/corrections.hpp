// SPDX-License-Identifier: Apache-2.0
// What baseline, mark and repair would write, from the plan and from what the tracking table says.
// Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/change.hpp"
#include "model/correction.hpp"
#include "model/ledger.hpp"

namespace garboard::planning {

using base::Result;
using model::Correction;

/// Rows for everything up to `last_id` that is meant for `database`; none for what is there already
/// in the same text. Code::usage for an id that is not in the plan, Code::bad_input when the
/// tracking table has anything else.
Result<std::vector<Correction>> plan_baseline(const model::Changes& changes,
                                              const model::Ledger& ledger,
                                              std::string_view database, std::string_view last_id);

/// Nothing when the record says so already. Code::usage for an id that neither knows, or that is to
/// be applied and not in the plan; Code::checksum_changed when it was applied with other text.
Result<std::vector<Correction>> plan_mark(const model::Changes& changes,
                                          const model::Ledger& ledger, std::string_view id,
                                          bool is_applied, std::string_view reason);

/// The new checksums of applied migrations whose text is another now; of these ids, or of all.
/// Repeatable ones are applied again instead. Code::usage for an id that has none.
Result<std::vector<Correction>> plan_accept(const model::Changes& changes,
                                            const model::Ledger& ledger,
                                            std::span<const std::string> ids,
                                            std::string_view reason);

}  // namespace garboard::planning
