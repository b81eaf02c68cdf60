// SPDX-License-Identifier: Apache-2.0
#include "execution/journal.hpp"

#include <algorithm>
#include <utility>

#include "base/sha256.hpp"

namespace garboard::execution {

namespace {

constexpr std::size_t half_digest = 32;  // hex digits: 128 bits are plenty to notice an edit

ports::Param text_or_null(std::string_view text) {
  return text.empty() ? ports::Param{} : ports::Param(text);
}

}  // namespace

std::string StatementDigest::next(std::string_view statement) {
  base::ScriptDigest script;
  script.update(statement);
  const std::string own = script.hex().substr(0, half_digest);
  std::string digest = before_ + ":" + own;
  base::Sha256 sha;
  sha.update(digest);
  before_ = sha.hex().substr(0, half_digest);
  return digest;
}

std::string_view StatementDigest::before(std::string_view digest) noexcept {
  return digest.substr(0, digest.find(':'));
}

std::string_view StatementDigest::own(std::string_view digest) noexcept {
  const std::size_t colon = digest.find(':');
  return colon == std::string_view::npos ? std::string_view{} : digest.substr(colon + 1);
}

Result<void> Journal::load() {
  auto rows = read_journal(*worker_.session, worker_.options.ledger, change_.id);
  if (!rows) return std::move(rows).error();
  rows_ = std::move(*rows);
  done_through_ = 0;
  if (const model::JournalEntry* last = last_evidence()) {
    const auto seq = static_cast<std::size_t>(last->seq);
    done_through_ = last->state == "done" ? seq : seq - 1;
  }
  return {};
}

const model::JournalEntry* Journal::last_evidence() const noexcept {
  const auto last = std::find_if(rows_.rbegin(), rows_.rend(), [](const model::JournalEntry& row) {
    return row.state != "failed";
  });
  return last == rows_.rend() ? nullptr : &*last;
}

const model::JournalEntry* Journal::unresolved() const noexcept {
  const model::JournalEntry* last = last_evidence();
  if (last == nullptr || last->state != "intent") return nullptr;
  return static_cast<std::size_t>(last->seq) == done_through_ + 1 ? last : nullptr;
}

bool Journal::has_row(std::size_t number) const noexcept {
  return std::ranges::any_of(rows_, [number](const model::JournalEntry& row) {
    return static_cast<std::size_t>(row.seq) == number;
  });
}

ports::Statement Journal::write_statement(std::size_t number, std::string_view digest,
                                          std::string_view state, std::string_view fingerprint,
                                          std::string_view note) {
  number_ = std::to_string(number);
  const ports::Param app = worker_.options.ledger.app;
  const ports::Param id = change_.id;
  if (has_row(number)) {
    sql_ = worker_.sql.update_journal();
    params_ = {digest, state, text_or_null(fingerprint), text_or_null(note), app, id, number_};
  } else {
    sql_ = worker_.sql.insert_journal();
    params_ = {app, id, number_, digest, state, text_or_null(fingerprint), text_or_null(note)};
  }
  return {sql_, params_};
}

void Journal::remember(std::size_t number, std::string_view digest, std::string_view state) {
  const auto row = std::ranges::find_if(rows_, [number](const model::JournalEntry& entry) {
    return static_cast<std::size_t>(entry.seq) >= number;
  });
  const auto seq = static_cast<std::int64_t>(number);
  if (row != rows_.end() && row->seq == seq) {
    row->state = state;
    row->checksum = digest;
    return;
  }
  rows_.insert(row, model::JournalEntry{.id = change_.id,
                                        .seq = seq,
                                        .checksum = std::string(digest),
                                        .state = std::string(state)});
}

Result<void> Journal::write(std::size_t number, std::string_view digest, std::string_view state,
                            std::string_view fingerprint, std::string_view note) {
  const ports::Statement statement = write_statement(number, digest, state, fingerprint, note);
  auto written = worker_.session->exec(statement.sql, statement.params);
  if (!written) return std::move(written).error().in("writing the statement journal");
  remember(number, digest, state);
  return {};
}

}  // namespace garboard::execution
