// SPDX-License-Identifier: Apache-2.0
// What the leading words of a statement say about it. No parser: where words are not enough, the
// answer is the careful one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace garboard::postgres {

/// The words, quoted identifiers and punctuation characters that a statement begins with, at most
/// `limit`; comments are left out and unquoted words are in lower case.
[[nodiscard]] std::vector<std::string> leading_words(std::string_view sql, std::size_t limit);

/// True when the statement, in a transaction of its own, certainly changes nothing that a later run
/// would see. A SELECT that calls a writing function is taken for reading.
[[nodiscard]] bool is_read_only(std::string_view sql);

/// True for COMMIT, END and PREPARE TRANSACTION.
[[nodiscard]] bool ends_transaction(std::string_view sql);

/// True for COPY from or to the client.
[[nodiscard]] bool is_client_copy(std::string_view sql);

}  // namespace garboard::postgres
