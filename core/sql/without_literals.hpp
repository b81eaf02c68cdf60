// SPDX-License-Identifier: Apache-2.0
// Takes the data out of a statement and leaves one that parses as before.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/dialect.hpp"

namespace garboard::sql {

struct Blanked {
  std::string text;
  bool is_cut = false;  ///< it goes on
};

/// `statement` without comments, each run of white space as one space, each string literal as ''
/// (a dollar-quoted one as $$$$), and, where `hides_numbers`, each number as 0. It ends behind
/// max_bytes, and where it cannot be told what is a literal.
[[nodiscard]] Blanked without_literals(std::string_view statement,
                                       const model::LexicalTraits& traits, bool hides_numbers,
                                       std::size_t max_bytes);

}  // namespace garboard::sql
