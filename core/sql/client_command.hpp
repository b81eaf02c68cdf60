// SPDX-License-Identifier: Apache-2.0
// Commands that scripts hold for a command-line client: how far they reach and what they mean.
#pragma once

#include <cstdint>
#include <string_view>

#include "sql/text_window.hpp"

namespace garboard::sql {

/// Moves the cursor to the line's end (LF or the text's end) and returns the index of the end of
/// what is no blank.
std::uint64_t skip_to_line_end(TextWindow& window);

/// Moves the cursor over one backslash command of psql, which ends at the line's end, before
/// another one, or with "\\". Returns the index of the end of what is no blank.
std::uint64_t skip_backslash_command(TextWindow& window);

/// The delimiter that the line `DELIMITER x` sets; empty when there is none.
[[nodiscard]] std::string_view delimiter_argument(std::string_view line) noexcept;

/// The first line of what newer mariadb-dump writes: a switch of the client in a comment.
[[nodiscard]] bool is_sandbox_line(std::string_view comment) noexcept;

/// True for a client command that a script means the same without: its effect is on what the client
/// shows, guards (pg_dump's \restrict), or has been applied by the splitter (DELIMITER). Any other
/// one must be refused, because what follows depends on it.
[[nodiscard]] bool is_ignorable_client_command(std::string_view command) noexcept;

}  // namespace garboard::sql
