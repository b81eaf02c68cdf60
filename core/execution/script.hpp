// SPDX-License-Identifier: Apache-2.0
// A migration's statements, one after the other through all its steps, streamed: what a file holds
// is read while it is sent, and its digest is held against the one the plan was loaded with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/result.hpp"
#include "base/template_source.hpp"
#include "model/change.hpp"
#include "model/dialect.hpp"
#include "model/rendered.hpp"
#include "ports/files.hpp"
#include "sql/splitter.hpp"
#include "sql/statement_kind.hpp"

namespace garboard::execution {

using base::Result;

struct ScriptStatement {
  std::string_view text;   ///< valid until the next call of next()
  std::size_t number = 0;  ///< 1-based over all steps of the migration
  sql::StatementKind kind = sql::StatementKind::plain;
  std::uint32_t line = 0;  ///< in the step's text
  std::uint32_t column = 0;
  const model::Step* step = nullptr;
  /// Of a step with placeholders: what it says before they are put in.
  std::shared_ptr<const base::TemplateSlice> slice = {};

  /// What is digested and shown: never the value of a placeholder.
  [[nodiscard]] std::string_view template_text() const noexcept {
    return slice ? std::string_view(slice->text) : text;
  }
};

/// The SQL of an operation step.
using RenderStep = std::function<Result<model::Rendered>(const model::Step&)>;

class ScriptReader {
 public:
  /// All borrowed but `render`; `steps` in the order in which they run. An operation is rendered
  /// when the reader comes to it.
  ScriptReader(std::span<const model::Step> steps, ports::Files& files,
               const model::Dialect& dialect, RenderStep render);
  ~ScriptReader();
  ScriptReader(const ScriptReader&) = delete;
  ScriptReader& operator=(const ScriptReader&) = delete;

  /// False at the end of the last step. Code::bad_input, placed, for text that is no statement, a
  /// client's command, or a file that is not the one the plan was loaded with.
  Result<bool> next(ScriptStatement& statement);
  /// The rows after a COPY statement; reading them is optional.
  base::ByteSource& copy_rows();

 private:
  struct Open;
  Result<void> open_step();
  Result<void> close_step();
  Result<bool> next_rendered(ScriptStatement& statement);
  [[nodiscard]] base::SourcePosition place_of(std::uint32_t line, std::uint32_t column) const;

  std::span<const model::Step> steps_;
  ports::Files& files_;
  const model::Dialect& dialect_;
  RenderStep render_;
  std::size_t index_ = 0;
  std::size_t number_ = 0;
  std::unique_ptr<Open> open_;
};

/// What has to be known of a script before its first statement runs.
struct ScriptFacts {
  std::size_t statements = 0;
  std::size_t transaction_control = 0;  ///< how many begin, commit or rollback
  bool is_wrapped = false;  ///< begins with BEGIN, ends with COMMIT, and no other control
  std::optional<base::SourcePosition> non_transactional =
      {};                                            ///< first that cannot run in a transaction
  std::optional<base::SourcePosition> control = {};  ///< first transaction control
  bool needs_unchecked_transaction = false;          ///< see model::Rendered
};

/// `outline` as a session's or driver's outline(): nothing is asked of the database.
Result<ScriptFacts> scan_script(std::span<const model::Step> steps, ports::Files& files,
                                const model::Dialect& dialect, const RenderStep& outline);

/// Whether the script cannot run in one transaction.
[[nodiscard]] bool needs_journal(const model::Change& change, const ScriptFacts& facts,
                                 const model::Dialect& dialect) noexcept;

/// Where in the author's files byte `offset` of the statement stands.
base::SourcePosition position_of(const ScriptStatement& statement, std::int64_t offset);

/// Completes an error of the server with the statement it is about.
base::Error blame(base::Error error, const ScriptStatement& statement);

}  // namespace garboard::execution
