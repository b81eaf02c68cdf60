// SPDX-License-Identifier: Apache-2.0
// An Error as people read it: what, where, the statement with a caret, the hint, the exit code.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/redaction.hpp"

namespace garboard::cli {

enum class Colour { off, on };

/// Several lines, each ended, redacted; control characters that a terminal would obey are shown as
/// '?'.
[[nodiscard]] std::string error_text(const base::Error& error, const base::Redactor& redactor,
                                     Colour colour);

/// The text with control characters other than newline and tab replaced by '?'.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace garboard::cli
