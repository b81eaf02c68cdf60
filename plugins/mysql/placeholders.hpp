// SPDX-License-Identifier: Apache-2.0
// Puts text parameters into a statement on the client's side: a prepared statement would cost two
// more round trips, and the statements with parameters are this program's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/abi.h>

namespace garboard::mysql {

/// A statement with its parameters in place.
struct BoundStatement {
  struct Replacement {
    std::size_t original_offset, bound_offset, bound_size;
  };
  std::string sql;
  std::vector<Replacement> replacements = {};

  /// The offset in the original text of a byte of `sql`; -1 stays -1.
  [[nodiscard]] std::int64_t original_position(std::int64_t position) const noexcept;
};

/// Replaces each `?` that stands outside strings, quoted names and comments. A value becomes a
/// literal that reads the same in every sql_mode and after any SET NAMES: printable ASCII in
/// quotes, everything else in hexadecimal, both marked as utf8mb4; NULL becomes NULL. Throws
/// GBD_E_INVALID when the number of parameters differs, or when where a string ends depends on
/// ANSI_QUOTES.
[[nodiscard]] BoundStatement bind_params(std::string_view sql, std::span<const gbd_str> params,
                                         bool has_backslash_escapes);

/// The literal of one value, as `bind_params` writes it.
[[nodiscard]] std::string literal(gbd_str value);

}  // namespace garboard::mysql
