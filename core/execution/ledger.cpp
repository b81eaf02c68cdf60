// SPDX-License-Identifier: Apache-2.0
#include "execution/ledger.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "execution/history_check.hpp"
#include "execution/ledger_sql.hpp"

namespace garboard::execution {

namespace {

using ports::Cell;
using ports::Param;

std::string text_of(const Cell& cell) { return cell ? std::string(*cell) : std::string{}; }

std::int64_t number_of(const Cell& cell) {
  std::int64_t number = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), number);
  return number;
}

model::LedgerEntry entry_of(std::span<const Cell> cells) {
  model::LedgerEntry entry{
      .id = text_of(cells[0]), .ordinal = number_of(cells[1]), .checksum = text_of(cells[2])};
  if (cells[3] != Cell("applied")) {
    entry.state =
        cells[3] == Cell("reverting") ? model::LedgerState::reverting : model::LedgerState::partial;
  }
  if (cells.size() >= 9) {
    entry.name = text_of(cells[4]);
    entry.started_at = text_of(cells[5]);
    entry.finished_at = text_of(cells[6]);
    entry.applied_by = text_of(cells[7]);
    entry.run_id = text_of(cells[8]);
  }
  return entry;
}

}  // namespace

bool is_missing_table(const base::Error& error, const model::Dialect& dialect) {
  return !error.sqlstate.empty() &&
         std::ranges::find(dialect.missing_table_sqlstates, error.sqlstate) !=
             dialect.missing_table_sqlstates.end();
}

Result<model::Ledger> read_ledger(ports::Session& session, const LedgerOptions& options,
                                  Detail detail) {
  const LedgerSql sql(session.dialect(), options);
  const std::array<Param, 1> params{options.app};
  auto trusted = check_history_tables(session, options, HistoryTables::of_migrations);
  if (!trusted) return std::move(trusted).error();
  model::Ledger ledger{.exists = true};
  auto read = session.exec(detail == Detail::brief ? sql.read_brief() : sql.read_full(), params,
                           [&](std::span<const Cell> cells) {
                             ledger.entries.push_back(entry_of(cells));
                             return true;
                           });
  if (read) return ledger;
  if (is_missing_table(read.error(), session.dialect())) return model::Ledger{};
  return std::move(read).error().in("reading the tracking table " + sql.table());
}

Result<std::vector<model::JournalEntry>> read_journal(ports::Session& session,
                                                      const LedgerOptions& options,
                                                      std::string_view id) {
  const LedgerSql sql(session.dialect(), options);
  const std::array<Param, 2> params{options.app, id};
  std::vector<model::JournalEntry> entries;
  auto read = session.exec(sql.read_journal(), params, [&](std::span<const Cell> cells) {
    entries.push_back(model::JournalEntry{.id = std::string(id),
                                          .seq = number_of(cells[0]),
                                          .checksum = text_of(cells[1]),
                                          .state = text_of(cells[2]),
                                          .fingerprint = text_of(cells[3]),
                                          .note = text_of(cells[4])});
    return true;
  });
  if (!read) return std::move(read).error().in("reading the statement journal");
  return entries;
}

}  // namespace garboard::execution
