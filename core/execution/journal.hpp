// SPDX-License-Identifier: Apache-2.0
// The statement journal of one migration: how far it got, said in a form that survives a crash at
// any point. One row for each statement that commits by itself, written before it runs ("intent");
// a row also means that every statement before it is done. Statements that take part in a
// transaction need no row of their own: they commit together with the next one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "execution/worker.hpp"
#include "model/ledger.hpp"

namespace garboard::execution {

/// Running digest over a migration's statements, so that a done one that was edited is noticed.
class StatementDigest {
 public:
  /// Of the next statement: "<all before it>:<its own>".
  [[nodiscard]] std::string next(std::string_view statement);
  /// The two halves of a recorded digest.
  [[nodiscard]] static std::string_view before(std::string_view digest) noexcept;
  [[nodiscard]] static std::string_view own(std::string_view digest) noexcept;

 private:
  std::string before_;
};

class Journal {
 public:
  Journal(Worker& worker, const model::Change& change) : worker_(worker), change_(change) {}

  /// Reads the rows and works out how far the migration got.
  Result<void> load();
  /// Every statement up to this one is done.
  [[nodiscard]] std::size_t done_through() const noexcept { return done_through_; }
  void set_done_through(std::size_t number) noexcept { done_through_ = number; }
  /// The row of a statement whose end nobody saw; nullptr when all is known.
  [[nodiscard]] const model::JournalEntry* unresolved() const noexcept;
  /// The last row that says what is done: its digest must fit the script.
  [[nodiscard]] const model::JournalEntry* last_evidence() const noexcept;
  [[nodiscard]] bool is_empty() const noexcept { return rows_.empty(); }
  [[nodiscard]] bool has_row(std::size_t number) const noexcept;

  /// Writes a row in the session's transaction, if there is one, or by itself.
  Result<void> write(std::size_t number, std::string_view digest, std::string_view state,
                     std::string_view fingerprint, std::string_view note);
  /// The same as a statement with its parameters, for a batch; valid until the next call.
  ports::Statement write_statement(std::size_t number, std::string_view digest,
                                   std::string_view state, std::string_view fingerprint,
                                   std::string_view note);
  void remember(std::size_t number, std::string_view digest, std::string_view state);

 private:
  Worker& worker_;
  const model::Change& change_;
  std::vector<model::JournalEntry> rows_;
  std::size_t done_through_ = 0;
  std::string sql_, number_;
  std::vector<ports::Param> params_;
};

/// What one attempt knows of its own statements.
struct Progress {
  std::size_t attempted = 0;  ///< last statement that was sent
  std::size_t succeeded = 0;  ///< last one whose success was seen
  std::string attempted_digest = {};
  std::string last_digest = {};  ///< of the statement before the next one
};

/// After a failure and a rollback: puts the migration's row back as it was when nothing has taken
/// effect, or writes down what has, and which statement failed. True when it is half done.
Result<bool> record_failure(Worker& worker, const Job& job, Journal& journal,
                            const Progress& progress, const base::Error& error);

}  // namespace garboard::execution
