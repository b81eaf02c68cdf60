// SPDX-License-Identifier: Apache-2.0
// Makes the text of somebody else's statement fit to be shown: what it does, without its data.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/dialect.hpp"

namespace garboard::sql {

inline constexpr std::size_t max_normalised_bytes = 200;

/// `statement` with each literal as "?", without comments, in one line, cut with "..." behind
/// max_normalised_bytes. Where it cannot be told what is a literal - the text is cut off inside
/// one, or a backslash before a quote means one thing or another by the settings of its session -
/// the text ends.
[[nodiscard]] std::string normalised(std::string_view statement,
                                     const model::LexicalTraits& traits);

}  // namespace garboard::sql
