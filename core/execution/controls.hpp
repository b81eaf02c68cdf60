// SPDX-License-Identifier: Apache-2.0
// Negative controls: parts of the algorithm that a test build leaves out when it is told to, so
// that tests/faults can show that it would notice. Built with GARBOARD_NEGATIVE_CONTROLS only.
#pragma once

#ifdef GARBOARD_NEGATIVE_CONTROLS
#include <string_view>
#endif

namespace garboard::execution {

enum class Part {
  lock,    ///< no run waits for another
  claim,   ///< a migration's row is written after its transaction, not in it
  intent,  ///< no journal row before a statement that commits by itself
};

#ifdef GARBOARD_NEGATIVE_CONTROLS
/// The name of the part that this process leaves out; set before anything runs.
inline std::string_view left_out;
[[nodiscard]] inline bool is_left_out(Part part) noexcept {
  constexpr std::string_view names[] = {"lock", "claim", "intent"};
  return names[static_cast<int>(part)] == left_out;
}
#else
[[nodiscard]] constexpr bool is_left_out(Part /*part*/) noexcept { return false; }
#endif

}  // namespace garboard::execution
