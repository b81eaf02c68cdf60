// SPDX-License-Identifier: Apache-2.0
#include "foreign_keys.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <garboard/driver.hpp>

#include "catalog.hpp"

namespace garboard::sqlite {
namespace {

using sdk::Failure;

struct Table {
  std::string schema, name;
};

std::string key_of(std::string_view schema, std::string_view name) {
  std::string key = std::string(schema) + "." + std::string(name);
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return key;
}

std::vector<Table> tables_in(sqlite3* handle, const std::string& condition) {
  std::vector<Table> tables;
  for (const char* schema : {"main", "temp"})
    for_each_row(handle,
                 "SELECT name FROM " + std::string(schema) +
                     ".sqlite_master AS t WHERE type = 'table' " + condition,
                 {}, [&](const Row& row) {
                   tables.push_back({schema, row.front().value_or("")});
                 });
  return tables;
}

std::vector<Table> children(sqlite3* handle) {
  std::vector<Table> tables = tables_in(handle, "AND sql LIKE '%references%'");
  const auto has_none = [handle](const Table& table) {
    bool has_key = false;
    for_each_row(handle, "SELECT 1 FROM pragma_foreign_key_list(?, ?) LIMIT 1",
                 {table.name, table.schema}, [&](const Row&) { has_key = true; });
    return !has_key;
  };
  tables.erase(std::remove_if(tables.begin(), tables.end(), has_none), tables.end());
  return tables;
}

std::set<std::string> keys_of(const std::vector<Table>& tables) {
  std::set<std::string> keys;
  for (const Table& table : tables) keys.insert(key_of(table.schema, table.name));
  return keys;
}

using TakeViolation =
    std::function<void(const Table&, const std::string& rowid, const std::string& parent)>;

// nullopt, or why SQLite cannot tell: the foreign key does not fit its parent.
std::optional<Failure> check(sqlite3* handle, const Table& table, const TakeViolation& take) {
  try {
    for_each_row(
        handle, "PRAGMA " + table.schema + ".foreign_key_check(" + quoted_name(table.name) + ")",
        {}, [&](const Row& row) { take(table, row[1].value_or(""), row[2].value_or("")); });
  } catch (const Failure& failure) {
    if ((failure.native_code & 0xff) != SQLITE_ERROR) throw;
    return failure;
  }
  return std::nullopt;
}

Failure violated(std::string message, std::string hint) {
  Failure failure(GBD_E_SQL, std::move(message));
  failure.native_code = SQLITE_CONSTRAINT_FOREIGNKEY;
  failure.sqlstate = "23000";
  failure.hint = std::move(hint);
  return failure;
}

}  // namespace

UncheckedSettings::UncheckedSettings(sqlite3* handle) noexcept : handle_(handle) {
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, -1, &has_foreign_keys_);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, -1, &has_legacy_alter_table_);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, nullptr);
}

UncheckedSettings::~UncheckedSettings() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, has_foreign_keys_, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, has_legacy_alter_table_, nullptr);
}

bool ForeignKeySnapshot::Violation::operator<(const Violation& other) const {
  return std::tie(table, rowid, parent) < std::tie(other.table, other.rowid, other.parent);
}

ForeignKeySnapshot::ForeignKeySnapshot(sqlite3* handle) : tables_(keys_of(tables_in(handle, ""))) {
  for (const Table& table : children(handle)) {
    const auto why = check(
        handle, table,
        [&](const Table& child, const std::string& rowid, const std::string& parent) {
          ++violations_[{key_of(child.schema, child.name), rowid, key_of(child.schema, parent)}];
        });
    if (why) unreadable_.insert(key_of(table.schema, table.name));
  }
}

std::string ForeignKeySnapshot::lasting(const std::string& table, const Tables& now) const {
  return tables_.contains(table) && now.contains(table) ? table : "*";
}

// Tables may have got another name, and then are known only by not being there before or after.
std::map<ForeignKeySnapshot::Violation, std::int64_t> ForeignKeySnapshot::comparable(
    const Tables& now) const {
  std::map<Violation, std::int64_t> known;
  const auto name = [&](const std::string& table) { return lasting(table, now); };
  for (const auto& [one, count] : violations_)
    known[{name(one.table), one.rowid, name(one.parent)}] += count;
  return known;
}

void ForeignKeySnapshot::verify_parents(sqlite3* handle, const Tables& now) const {
  for (const Table& table : children(handle)) {
    for_each_row(handle, "SELECT \"table\" FROM pragma_foreign_key_list(?, ?)",
                 {table.name, table.schema}, [&](const Row& row) {
                   const std::string parent = row.front().value_or("");
                   const std::string key = key_of(table.schema, parent);
                   if (now.contains(key) || !tables_.contains(key)) return;
                   throw violated("the table " + table.name + " refers to the table " + parent +
                                      ", which is dropped",
                                  "drop the foreign key, or " + table.name + ", first");
                 });
  }
}

void ForeignKeySnapshot::verify(sqlite3* handle) const {
  const Tables now = keys_of(tables_in(handle, ""));
  verify_parents(handle, now);
  auto known = comparable(now);
  const auto name = [&](const std::string& table) { return lasting(table, now); };
  const bool is_unreadable_gone =
      std::any_of(unreadable_.begin(), unreadable_.end(),
                  [&](const std::string& table) { return !now.contains(table); });
  std::int64_t count = 0;
  std::string first;
  for (const Table& table : children(handle)) {
    const auto why =
        check(handle, table,
              [&](const Table& child, const std::string& rowid, const std::string& parent) {
                const auto found = known.find({name(key_of(child.schema, child.name)), rowid,
                                               name(key_of(child.schema, parent))});
                if (found != known.end() && found->second-- > 0) return;
                if (count++ > 0) return;
                first = rowid.empty() ? "a row" : "the row with rowid " + rowid;
                first.append(" of the table ").append(child.name);
                first.append(" refers to a row of ").append(parent).append(" that is not there");
              });
    const std::string key = key_of(table.schema, table.name);
    const bool may_be_old =
        unreadable_.contains(key) || (is_unreadable_gone && !tables_.contains(key));
    if (why && !may_be_old) throw violated(why->message, "");
  }
  if (count > 0)
    throw violated(first + (count > 1 ? "; " + std::to_string(count) + " such rows in all" : ""),
                   "PRAGMA foreign_key_check lists such rows; nothing has been changed");
}

}  // namespace garboard::sqlite
