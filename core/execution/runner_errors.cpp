// SPDX-License-Identifier: Apache-2.0
#include "execution/runner_errors.hpp"

namespace garboard::execution {

using base::Code;
using base::Error;
using model::Change;
using model::LedgerEntry;

Error changed_meanwhile(const Change& change, const LedgerEntry& entry) {
  return Error{.code = Code::checksum_changed,
               .message = "another run has just applied migration '" + change.id +
                          "' with other text (checksum " + entry.checksum + ", here " +
                          change.checksum + ")",
               .hint = "two versions of the plan are being deployed at once; deploy one",
               .where = change.where};
}

Error unwritable(const Change& change) {
  return Error{.code = Code::unsafe_environment,
               .message = "the tracking table's row of migration '" + change.id +
                          "' cannot be written, though nobody else has changed it",
               .reason = "tracking-table-unwritable",
               .hint = "look for a trigger, a rule or row security on the tracking table"};
}

Error applied_meanwhile(std::string_view id, bool is_some_undone) {
  return Error{.code = Code::retryable,
               .message = "another run has applied migration '" + std::string(id) +
                          "' since this one looked",
               .reason = "applied-meanwhile",
               .hint = std::string(is_some_undone ? "" : "nothing was undone; ") +
                       "run again, and what is newest is undone first"};
}

Error history_lost() {
  return Error{.code = Code::half_applied,
               .message =
                   "after the connection was lost, rows of the tracking table are not as this run "
                   "had seen or left them",
               .reason = "history-lost",
               .hint =
                   "either the server has lost what it had confirmed, as a standby does that "
                   "takes over too early, or another run has rolled back: see which "
                   "migrations the schema has, and compare with `garboard status`"};
}

Error row_lost(const Change& change) {
  return Error{.code = Code::half_applied,
               .message = "migration '" + change.id +
                          "' is done, but its row of the tracking table is not there any more",
               .reason = "row-lost",
               .hint =
                   "find out who takes rows away; see what the schema has, and set the row right "
                   "with `garboard mark " +
                   change.id + " applied` or `pending`",
               .where = change.where};
}

Error half_done_meanwhile(const Change& change, bool is_reverting) {
  return Error{.code = Code::half_applied,
               .message = "migration '" + change.id + "' is half " +
                          (is_reverting ? "rolled back" : "applied"),
               .reason = is_reverting ? "half-rolled-back" : "half-applied",
               .hint = is_reverting
                           ? "finish it with `garboard rollback`, which goes on where it stopped"
                           : "finish it with `garboard migrate`, or settle it with `garboard "
                             "repair`",
               .where = change.where};
}

}  // namespace garboard::execution
