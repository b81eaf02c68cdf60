// SPDX-License-Identifier: Apache-2.0
// StatementKind: what a single statement means for the transaction and the session around it.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/dialect.hpp"

namespace garboard::sql {

enum class StatementKind : std::uint8_t {
  plain,              ///< none of the others: DDL, and whatever cannot be told
  begin,              ///< begins a transaction
  commit,             ///< ends it; PREPARE TRANSACTION, `AND CHAIN`, MySQL's SET autocommit=1 too
  rollback,           ///< of the whole transaction, not to a savepoint
  data,               ///< reads or writes rows, or sets a savepoint: never commits by itself
  session,            ///< sets something that lives as long as the session; harmless to repeat
  copy_in,            ///< COPY .. FROM stdin
  routine_call,       ///< CALL, PostgreSQL's DO: may commit inside, outside a transaction
  non_transactional,  ///< matches Dialect::non_transactional
};

/// Judges `statement`, one that the splitter gave, by its leading words. Comments do not count.
[[nodiscard]] StatementKind classify(std::string_view statement, const model::Dialect& dialect);

/// True for a statement that sets something in the session, also one that cannot run in a
/// transaction (SQLite's PRAGMA foreign_keys): whoever goes on in a new session has to repeat it.
[[nodiscard]] bool sets_session(std::string_view statement, const model::Dialect& dialect);

/// Whether a statement of that kind may leave the session otherwise than it was: it says so, or
/// hides it in a routine or in PostgreSQL's set_config().
[[nodiscard]] bool may_set_session(StatementKind kind, std::string_view statement) noexcept;

}  // namespace garboard::sql
