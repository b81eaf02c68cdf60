// SPDX-License-Identifier: Apache-2.0
// Flyway's history: one row for all that ever happened, so that later rows take back earlier ones.
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

constexpr std::array<string_view, 7> columns{"version",  "description",  "type",   "script",
                                             "checksum", "installed_on", "success"};
enum : std::size_t { version, description, type, script, checksum, installed_on, success };

bool takes_back(string_view what) { return what.starts_with("UNDO_") || what == "DELETE"; }

/// "R__views" for sql/R__views.sql.
string stem_of(string_view path) {
  path.remove_prefix(path.find_last_of('/') + 1);
  return string(path.ends_with(".sql") ? path.substr(0, path.size() - 4) : path);
}

ForeignEntry entry_of(const ForeignRow& row) {
  const string time = utc_of(text_of(row[installed_on]));
  const string what = text_of(row[type]);
  ForeignEntry entry{.id = text_of(row[version]),
                     .name = text_of(row[script]),
                     .checksum = text_of(row[checksum]),
                     .started_at = time,
                     .finished_at = time};
  const bool is_baseline = what == "BASELINE" || what == "SQL_BASELINE" || what == "BASELINE_SQL";
  if (is_baseline) {
    entry.reach = Reach::up_to;
    entry.needs_file = false;
  }
  entry.is_code = what != "SQL";
  if (row[version]) return entry;
  entry.is_repeatable = true;
  entry.id = "R__" + text_of(row[description]);
  std::ranges::replace(entry.id, ' ', '_');
  entry.aliases = {stem_of(text_of(row[script]))};
  return entry;
}

}  // namespace

Result<void> read_flyway(ForeignReading& reading) {
  auto rows = reading.table.rows(columns, "installed_rank");
  if (!rows) return std::move(rows).error();
  std::vector<ForeignEntry>& applied = reading.history.applied;
  std::vector<ForeignEntry> failed;
  for (const ForeignRow& row : *rows) {
    const string what = text_of(row[type]);
    if (what == "SCHEMA" || what == "TABLE") continue;  // what Flyway made for itself
    ForeignEntry entry = entry_of(row);
    const auto is_same = [&](const ForeignEntry& other) { return other.id == entry.id; };
    std::erase_if(applied, is_same);
    std::erase_if(failed, is_same);
    if (takes_back(what) && is_true(row[success])) continue;
    (is_true(row[success]) ? applied : failed).push_back(std::move(entry));
  }
  for (const ForeignEntry& entry : failed)
    reading.history.problems.push_back(failed_state(
        "'" + entry.name + "' failed when Flyway ran it",
        "undo by hand what it did, take its row out with `flyway repair`, and adopt again"));
  return {};
}

}  // namespace garboard::execution
