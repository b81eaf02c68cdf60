// SPDX-License-Identifier: Apache-2.0
// Logical operations in PostgreSQL's SQL. The same for every server from 12 on, so that neither a
// connection nor the catalog is needed.
#pragma once

#include <string>
#include <string_view>

namespace garboard::postgres {

/// The answer to `render`, with or without a connection; see docs/driver-operations.md. Throws
/// sdk::Failure for what PostgreSQL cannot do.
[[nodiscard]] std::string render_operation(std::string_view op_json);

}  // namespace garboard::postgres
