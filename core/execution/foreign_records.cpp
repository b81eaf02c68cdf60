// SPDX-License-Identifier: Apache-2.0
// Histories with a row for each migration and its state: Knex, Liquibase, Prisma, Atlas, refinery,
// sqlx.
#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
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

/// Whether a row of the tool's lock table beside its history says that somebody works.
Result<bool> is_locked(ForeignReading& reading, string_view suffix, string_view column) {
  ForeignTable table(reading.session, reading.table.name() + string(suffix));
  const std::array<string_view, 1> columns{column};
  Result<bool> is_there = table.has_columns(columns);
  if (!is_there || !*is_there) return is_there;
  auto rows = table.rows(columns);
  if (!rows) return std::move(rows).error();
  return std::ranges::any_of(*rows, [](const ForeignRow& row) { return is_true(row[0]); });
}

string joined(string_view first, string_view between, string_view last) {
  string text(first);
  text += between;
  text += last;
  return text;
}

/// The bytes of a checksum column as hex: PostgreSQL writes them so, the others give them raw.
string hex_of(string_view bytes) {
  if (bytes.starts_with("\\x")) return string(bytes.substr(2));
  constexpr string_view digits = "0123456789abcdef";
  string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace

Result<void> read_knex(ForeignReading& reading) {
  const Result<bool> locked = is_locked(reading, "_lock", "is_locked");
  if (!locked) return locked.error();
  if (*locked)
    reading.history.problems.push_back(locked_state(
        "Knex holds its lock: a run of it is under way, or ended without giving it back",
        "wait for the run to end; if there is none, `knex migrate:unlock` gives it back"));
  constexpr std::array<string_view, 3> columns{"name", "migration_time", "id"};
  auto rows = reading.table.rows(columns, "id");
  if (!rows) return std::move(rows).error();
  for (const ForeignRow& row : *rows) {
    const string time = utc_of(text_of(row[1]));
    reading.history.applied.push_back(
        {.id = text_of(row[0]), .name = text_of(row[0]), .started_at = time, .finished_at = time});
  }
  return {};
}

/// The bare id comes last, and only where no other change set has it.
void add_bare_ids(std::vector<ForeignEntry>& applied, const std::vector<string>& ids) {
  std::unordered_map<string, int> counts;
  for (const string& id : ids) ++counts[id];
  for (std::size_t i = 0; i < applied.size(); ++i)
    if (counts[ids[i]] == 1) applied[i].aliases.push_back(ids[i]);
}

Result<void> read_liquibase(ForeignReading& reading) {
  const bool is_upper = reading.table.name().ends_with("DATABASECHANGELOG");
  const Result<bool> locked = is_locked(reading, is_upper ? "LOCK" : "lock", "locked");
  if (!locked) return locked.error();
  if (*locked)
    reading.history.problems.push_back(locked_state(
        "Liquibase holds its lock: a run of it is under way, or ended without giving it back",
        "wait for the run to end; if there is none, `liquibase release-locks` gives it back"));
  constexpr std::array<string_view, 6> columns{"id",           "author",   "filename",
                                               "dateexecuted", "exectype", "orderexecuted"};
  auto rows = reading.table.rows(columns, "orderexecuted");
  if (!rows) return std::move(rows).error();
  std::vector<string> ids;
  for (const ForeignRow& row : *rows) {
    const string id = text_of(row[0]);
    const string author = text_of(row[1]);
    const string file = text_of(row[2]);
    const string how = text_of(row[4]);
    const string in_file = joined(file, "::", id);
    const string name = joined(in_file, "::", author);
    if (how == "FAILED")
      reading.history.problems.push_back(
          failed_state("the change set '" + name + "' failed when Liquibase ran it",
                       "mend it and run `liquibase update`, or take its row out once the database "
                       "is as before"));
    if (how == "SKIPPED" || how == "FAILED") continue;
    const string time = utc_of(text_of(row[3]));
    ids.push_back(id);
    reading.history.applied.push_back({.id = name,
                                       .name = name,
                                       .started_at = time,
                                       .finished_at = time,
                                       .aliases = {in_file, joined(author, ":", id)}});
  }
  add_bare_ids(reading.history.applied, ids);
  return {};
}

Result<void> read_prisma(ForeignReading& reading) {
  constexpr std::array<string_view, 5> columns{"migration_name", "checksum", "started_at",
                                               "finished_at", "rolled_back_at"};
  auto rows = reading.table.rows(columns, "started_at");
  if (!rows) return std::move(rows).error();
  for (const ForeignRow& row : *rows) {
    const string name = text_of(row[0]);
    if (row[4]) continue;  // rolled back
    if (!row[3]) {
      reading.history.problems.push_back(failed_state(
          "migration '" + name + "' was begun by Prisma and never finished",
          "look how far it got, then say what it is: `prisma migrate resolve --applied " + name +
              "`, or --rolled-back"));
      continue;
    }
    reading.history.applied.push_back({.id = name,
                                       .name = name,
                                       .checksum = text_of(row[1]),
                                       .started_at = utc_of(text_of(row[2])),
                                       .finished_at = utc_of(text_of(row[3]))});
  }
  return {};
}

Result<void> read_atlas(ForeignReading& reading) {
  constexpr std::array<string_view, 7> columns{"version", "description", "applied",    "total",
                                               "error",   "hash",        "executed_at"};
  constexpr unsigned baseline = 1;
  auto rows = reading.table.rows(columns, "executed_at");
  if (!rows) return std::move(rows).error();
  // releases before 0.6 have no column of types
  std::unordered_map<string, string> types;
  constexpr std::array<string_view, 2> typed{"version", "type"};
  const Result<bool> has_types = reading.table.has_columns(typed);
  if (!has_types) return has_types.error();
  if (*has_types) {
    auto read = reading.table.rows(typed);
    if (!read) return std::move(read).error();
    for (const ForeignRow& row : *read) types.emplace(text_of(row[0]), text_of(row[1]));
  }
  for (const ForeignRow& row : *rows) {
    const string version = text_of(row[0]);
    if (version.starts_with('.')) continue;  // Atlas' mark of the table itself
    if (row[2] != row[3] || !text_of(row[4]).empty()) {
      reading.history.problems.push_back(failed_state(
          "Atlas applied " + text_of(row[2]) + " of " + text_of(row[3]) +
              " statements of version " + version,
          "finish it with `atlas migrate apply`, or, once the database is as it should be, say so "
          "with `atlas migrate set " +
              version + "`"));
      continue;
    }
    string hash = text_of(row[5]);
    if (hash.starts_with("h1:")) hash.erase(0, 3);
    const string time = utc_of(text_of(row[6]));
    const bool is_baseline = types[version] == std::to_string(baseline);
    reading.history.applied.push_back(
        {.id = version,
         .name = text_of(row[1]).empty() ? version : version + " " + text_of(row[1]),
         .checksum = std::move(hash),
         .started_at = time,
         .finished_at = time,
         .reach = is_baseline ? Reach::up_to : Reach::itself});
  }
  return {};
}

Result<void> read_refinery(ForeignReading& reading) {
  constexpr std::array<string_view, 4> columns{"version", "name", "checksum", "applied_on"};
  auto rows = reading.table.rows(columns, "version");
  if (!rows) return std::move(rows).error();
  for (const ForeignRow& row : *rows) {
    const string time = utc_of(text_of(row[3]));
    reading.history.applied.push_back({.id = text_of(row[0]),
                                       .name = "V" + text_of(row[0]) + "__" + text_of(row[1]),
                                       .checksum = text_of(row[2]),
                                       .started_at = time,
                                       .finished_at = time});
  }
  return {};
}

Result<void> read_sqlx(ForeignReading& reading) {
  constexpr std::array<string_view, 5> columns{"version", "description", "success", "checksum",
                                               "installed_on"};
  auto rows = reading.table.rows(columns, "version");
  if (!rows) return std::move(rows).error();
  for (const ForeignRow& row : *rows) {
    const string version = text_of(row[0]);
    if (!is_true(row[2])) {
      reading.history.problems.push_back(
          failed_state("version " + version + " (" + text_of(row[1]) + ") failed when sqlx ran it",
                       "undo by hand what it did, take its row out of " + reading.table.name() +
                           ", and adopt again"));
      continue;
    }
    const string time = utc_of(text_of(row[4]));
    reading.history.applied.push_back({.id = version,
                                       .name = version + " " + text_of(row[1]),
                                       .checksum = hex_of(text_of(row[3])),
                                       .started_at = time,
                                       .finished_at = time});
  }
  return {};
}

}  // namespace garboard::execution
