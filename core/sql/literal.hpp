// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace garboard::sql {

/// Whether a string literal may end elsewhere than where it was read to: a backslash before a quote
/// means one thing or another by the settings of its session.
[[nodiscard]] constexpr bool is_ambiguous_literal(std::string_view literal) noexcept {
  return literal.find("\\'") != std::string_view::npos ||
         literal.find("\\\"") != std::string_view::npos;
}

}  // namespace garboard::sql
