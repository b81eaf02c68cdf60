// SPDX-License-Identifier: Apache-2.0
// Reads the definitions between the parentheses of a CREATE TABLE.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "table_text.hpp"
#include "table_tokens.hpp"

namespace garboard::sqlite {

/// `body` are tokens of `sql`, from the parenthesis that opens to the one that closes.
[[nodiscard]] std::vector<Definition> definitions_of(std::string_view sql,
                                                     const std::vector<Token>& body);

/// Every name among `tokens[begin, end)` that may be a column's.
[[nodiscard]] std::vector<std::string> names_in(const std::vector<Token>& tokens, std::size_t begin,
                                                std::size_t end);

/// Fills in all that follows from `text`.
void read_definition(Definition& definition);

}  // namespace garboard::sqlite
