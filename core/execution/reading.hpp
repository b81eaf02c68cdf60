// SPDX-License-Identifier: Apache-2.0
// Answers somebody else's question about the database.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// Rows of one statement that only reads, as [["cell",null,..],..]; in a transaction that is rolled
/// back, where beginning one takes no lock. Code::usage for a statement that does more than read.
base::Result<std::string> read_rows_json(ports::Session& session, std::string_view sql);

}  // namespace garboard::execution
