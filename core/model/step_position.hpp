// SPDX-License-Identifier: Apache-2.0
// Maps a place in a step's text back to the author's file, through the plan's indentation.
#pragma once

#include <cstdint>

#include "model/change.hpp"

namespace garboard::model {

/// Where line `line`, column `column` (both 1-based, in code points) of the step's text stands in
/// the plan or in the file it names. The start of the step when its text is not verbatim.
[[nodiscard]] SourcePosition position_in_step(const Step& step, std::uint32_t line,
                                              std::uint32_t column);

}  // namespace garboard::model
