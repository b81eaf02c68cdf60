// SPDX-License-Identifier: Apache-2.0
// Histories of versions and little else: dbmate, golang-migrate, goose, Diesel, Alembic.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "execution/foreign_readers.hpp"
#include "execution/foreign_time.hpp"

namespace garboard::execution {

namespace {

using model::ForeignEntry;
using model::Reach;
using std::string;
using std::string_view;

}  // namespace

Result<void> read_versions(ForeignReading& reading) {
  constexpr std::array<string_view, 1> columns{"version"};
  auto rows = reading.table.rows(columns, "version");
  if (!rows) return std::move(rows).error();
  for (const ForeignRow& row : *rows)
    reading.history.applied.push_back({.id = text_of(row[0]), .name = text_of(row[0])});
  return {};
}

Result<void> read_golang_migrate(ForeignReading& reading) {
  constexpr std::array<string_view, 2> columns{"version", "dirty"};
  auto rows = reading.table.rows(columns);
  if (!rows) return std::move(rows).error();
  if (rows->size() > 1) {
    reading.history.problems.push_back(
        failed_state(reading.table.name() + " has " + std::to_string(rows->size()) +
                         " rows, where golang-migrate keeps one",
                     "find out which version the database is at, and set it with `migrate force`"));
    return {};
  }
  for (const ForeignRow& row : *rows) {
    const string version = text_of(row[0]);
    if (is_true(row[1]))
      reading.history.problems.push_back(failed_state(
          "golang-migrate left the database dirty at version " + version,
          "look how far that migration got, finish it or undo it by hand, then say which version "
          "the database is at: `migrate force " +
              version + "`, or the one before"));
    reading.history.applied.push_back({.id = version, .name = version, .reach = Reach::up_to});
  }
  return {};
}

/// A version may have several rows: older releases add one for each way it went, the last counts.
Result<void> read_goose(ForeignReading& reading) {
  constexpr std::array<string_view, 4> columns{"version_id", "is_applied", "tstamp", "id"};
  auto rows = reading.table.rows(columns, "id");
  if (!rows) return std::move(rows).error();
  std::vector<ForeignEntry>& applied = reading.history.applied;
  for (const ForeignRow& row : *rows) {
    const string version = text_of(row[0]);
    std::erase_if(applied, [&](const ForeignEntry& entry) { return entry.id == version; });
    if (!is_true(row[1]) || version == "0") continue;
    const string time = utc_of(text_of(row[2]));
    applied.push_back({.id = version, .name = version, .started_at = time, .finished_at = time});
  }
  return {};
}

Result<void> read_diesel(ForeignReading& reading) {
  constexpr std::array<string_view, 2> columns{"version", "run_on"};
  auto rows = reading.table.rows(columns, "version");
  if (!rows) return std::move(rows).error();
  for (const ForeignRow& row : *rows) {
    const string time = utc_of(text_of(row[1]));
    reading.history.applied.push_back(
        {.id = text_of(row[0]), .name = text_of(row[0]), .started_at = time, .finished_at = time});
  }
  return {};
}

Result<void> read_alembic(ForeignReading& reading) {
  constexpr std::array<string_view, 1> columns{"version_num"};
  auto rows = reading.table.rows(columns, "version_num");
  if (!rows) return std::move(rows).error();
  for (const ForeignRow& row : *rows)
    reading.history.applied.push_back(
        {.id = text_of(row[0]), .name = text_of(row[0]), .reach = Reach::ancestors});
  return {};
}

}  // namespace garboard::execution
