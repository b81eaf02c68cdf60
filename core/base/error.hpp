// SPDX-License-Identifier: Apache-2.0
// Error: what went wrong, where, and what to do next. Codes are for branching (they are the exit
// codes of the product's contract), messages are for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::base {

/// The exit codes of the command line, which `podFailurePolicy` is built on; see docs/messages.md.
enum class Code : int {
  internal = 1,
  usage = 2,
  pending = 3,
  unreachable = 10,
  locked = 11,
  retryable = 12,
  terminated = 13,
  connection_lost = 14,
  read_only = 15,
  bad_input = 20,
  authentication = 21,
  permission = 22,
  plugin = 23,
  tls = 24,
  unsafe_environment = 25,
  statement_failed = 30,
  half_applied = 31,
  checksum_changed = 32,
  out_of_order = 33,
  ahead = 34,
  policy_refused = 35,
  approval_missing = 36,
  some_targets_failed = 40,
};

/// A place in a text file. `line` and `column` are 1-based (column counts code points); 0 =
/// unknown.
struct SourcePosition {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  /// "file:line:column", leaving out what is unknown; empty when all is.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool operator==(const SourcePosition&) const = default;
};

/// A failure on its way up. Plain data: fill what is known, add context with `in`.
struct Error {
  Code code = Code::internal;
  std::string message;        ///< what happened, and what was expected
  std::string reason = {};    ///< slug for machines; empty = the code's own, see reason_of
  std::string hint = {};      ///< what to do next; empty = nothing useful to say
  SourcePosition where = {};  ///< the author's text that is to blame
  std::vector<std::string> context = {};  ///< innermost first: "statement 3", "migration users-add"
  std::string migration = {};             ///< id of the one it is about; empty = none, or several
  std::optional<std::size_t> applied = {};  ///< how many migrations the run had applied before
  std::string sqlstate = {};                ///< five characters or empty
  std::int64_t native_code = 0;             ///< the server's own number; 0 = none
  std::string statement = {};  ///< beginning of the failing statement, redacted when shown
  std::int64_t statement_position = -1;  ///< 0-based byte offset in that statement; -1 = unknown
  std::optional<std::size_t> batch_index = {};  ///< which statement of a batch failed
  std::optional<std::uint64_t> row = {};        ///< of copy_in or of a statement's rows, from 1
  bool is_retryable = false;                    ///< the same transaction may succeed if run again
  bool is_connection_lost = false;              ///< the session can only be closed
  bool is_transaction_aborted = false;
  bool is_outcome_unknown = false;  ///< may have been applied; never retry blindly
  std::vector<Error> others = {};   ///< further problems of the same input, in order of position

  /// Adds one enclosing context and returns the error, for `return std::move(e).in("...")`.
  [[nodiscard]] Error in(std::string_view what) &&;
  /// Sets the hint when there is none yet.
  [[nodiscard]] Error hinted(std::string_view what) &&;
  [[nodiscard]] Error at(SourcePosition position) &&;
};

/// The slug of a code: "statement-failed" for Code::statement_failed. One word for each code.
[[nodiscard]] std::string_view reason_of(Code code) noexcept;

/// True when the same command may succeed later without anyone changing anything (codes 10 to 15).
[[nodiscard]] bool is_retryable_exit(Code code) noexcept;

}  // namespace garboard::base
