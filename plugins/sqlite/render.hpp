// SPDX-License-Identifier: Apache-2.0
// Logical operations in SQLite's SQL.
#pragma once

#include <string>
#include <string_view>

namespace garboard::sqlite {

class Catalog;

/// The answer to `render`; `catalog` is null when there is no connection. Throws sdk::Failure for
/// what SQLite cannot do.
[[nodiscard]] std::string render_operation(std::string_view op_json, const Catalog* catalog);

}  // namespace garboard::sqlite
