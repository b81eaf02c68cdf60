// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "execution/journal.hpp"

namespace garboard::execution {

namespace {

using ports::Param;

Result<bool> is_half_done(Worker& worker, const Job& job) {
  bool is_there = false;
  const std::array<Param, 2> key{worker.options.ledger.app, job.change->id};
  auto read =
      worker.session->exec(worker.sql.read_entry(), key, [&](std::span<const ports::Cell> cells) {
        is_there = cells[1] == ports::Cell(half_done_state(job.direction));
        return true;
      });
  if (!read) return std::move(read).error();
  return is_there;
}

/// Nothing has taken effect: the database is as before.
Result<bool> forget(Worker& worker, const Job& job) {
  const bool is_new = job.direction == Direction::up;
  const std::array<Param, 2> key{worker.options.ledger.app, job.change->id};
  const std::array<Param, 4> back{"applied", key[0], key[1], half_done_state(job.direction)};
  const std::string clear = worker.sql.clear_journal();
  const std::string forget = is_new ? worker.sql.forget() : worker.sql.switch_state();
  const std::array<ports::Statement, 2> both{
      ports::Statement{clear, key},
      ports::Statement{forget,
                       is_new ? std::span<const Param>(key) : std::span<const Param>(back)}};
  if (auto forgotten = worker.session->batch(both, true); !forgotten)
    return std::move(forgotten).error();
  return false;
}

/// Codes only: a server's message may quote what should not be kept.
std::string note_of(const base::Error& error) {
  std::string note = error.sqlstate.empty() ? "failed" : "SQLSTATE " + error.sqlstate;
  if (error.native_code != 0) note += ", error " + std::to_string(error.native_code);
  return note;
}

/// What this attempt saw settles the last open row. nullopt: it is an earlier run's, still open.
/// Otherwise the digest to write beside "done", empty when the rows say it already.
std::optional<std::string> settle(Journal& journal, const Progress& progress) {
  const model::JournalEntry* row = journal.unresolved();
  if (row == nullptr) {
    // the note of a failure is to take the place of the row that says what is before it
    const model::JournalEntry* last = journal.last_evidence();
    const bool is_replaced = last != nullptr && last->state == "undone" &&
                             static_cast<std::size_t>(last->seq) == progress.attempted;
    return is_replaced ? progress.last_digest : std::string{};
  }
  const auto seq = static_cast<std::size_t>(row->seq);
  if (seq <= progress.succeeded) {
    journal.set_done_through(seq);
    return row->checksum;
  }
  if (seq != progress.attempted) return std::nullopt;
  return seq > 1 ? progress.last_digest : std::string{};
}

}  // namespace

Result<bool> record_failure(Worker& worker, const Job& job, Journal& journal,
                            const Progress& progress, const base::Error& error) {
  auto is_there = is_half_done(worker, job);
  if (!is_there || !*is_there) return is_there;
  if (auto loaded = journal.load(); !loaded) return std::move(loaded).error();
  const auto digest = settle(journal, progress);
  if (!digest) return true;
  const std::size_t done = journal.done_through();
  if (done == 0) return forget(worker, job);

  if (auto begun = worker.session->begin(); !begun) return std::move(begun).error();
  if (!digest->empty()) {
    if (auto kept = journal.write(done, *digest, "done", {}, {}); !kept)
      return std::move(kept).error();
  }
  if (progress.attempted > done && progress.attempted != progress.succeeded) {
    auto noted =
        journal.write(progress.attempted, progress.attempted_digest, "failed", {}, note_of(error));
    if (!noted) return std::move(noted).error();
  }
  if (auto committed = worker.session->commit(); !committed) return std::move(committed).error();
  return true;
}

}  // namespace garboard::execution
