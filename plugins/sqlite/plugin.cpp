// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

#include "options.hpp"
#include "render.hpp"
#include "session.hpp"

namespace garboard::sqlite {
namespace {

// PRAGMA foreign_keys is without effect in a transaction, the others are refused there.
constexpr std::string_view description = R"json({
"name":"sqlite","displayName":"SQLite","placeholders":"question","identifierQuote":"\"",
"defaultSchema":"","transactionalDdl":true,"implicitCommit":false,
"nonTransactional":["VACUUM","ATTACH","DETACH","PRAGMA * FOREIGN_KEYS","PRAGMA * JOURNAL_MODE",
"PRAGMA * SYNCHRONOUS","PRAGMA * TEMP_STORE","PRAGMA * WAL_CHECKPOINT","PRAGMA * ENCODING",
"PRAGMA * PAGE_SIZE","PRAGMA * AUTO_VACUUM"],
"lexical":{"backtickIdentifiers":true,"bracketIdentifiers":true,"triggerBodies":true,
"dollarInIdentifiers":true,"ignoresByteOrderMarks":true,"tclVariables":true,
"commentEndsAtEnd":true},
"lock":{"scope":"begin"},
"ledger":{"create":[
"CREATE TABLE IF NOT EXISTS {table} (app TEXT NOT NULL, id TEXT NOT NULL, ordinal INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, run_id TEXT NOT NULL, applied_by TEXT NOT NULL, tool_version TEXT NOT NULL, down_sql TEXT, PRIMARY KEY (app, id)) WITHOUT ROWID",
"CREATE TABLE IF NOT EXISTS {journal} (app TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, checksum TEXT NOT NULL, state TEXT NOT NULL, fingerprint TEXT, note TEXT, PRIMARY KEY (app, id, seq)) WITHOUT ROWID",
"CREATE TABLE IF NOT EXISTS {log} (seq INTEGER PRIMARY KEY, app TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, action TEXT NOT NULL, logged_at TEXT NOT NULL, run_id TEXT NOT NULL, applied_by TEXT NOT NULL, tool_version TEXT NOT NULL, duration_ms INTEGER, reason TEXT, detail TEXT)"],
"check":"SELECT name, CASE type WHEN 'view' THEN 'it is a view' ELSE 'it is a virtual table' END FROM main.sqlite_master WHERE (type = 'view' OR (type = 'table' AND sql LIKE 'CREATE VIRTUAL %')) AND name COLLATE NOCASE IN ({names}) UNION ALL SELECT tbl_name, 'it has the trigger ' || name FROM main.sqlite_master WHERE type = 'trigger' AND tbl_name COLLATE NOCASE IN ({names})",
"now":"strftime('%Y-%m-%d %H:%M:%f','now')","missingTable":["42S02"]},
"seeds":{"create":[
"CREATE TABLE IF NOT EXISTS {seeds} (app TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, mode TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL, run_id TEXT NOT NULL, applied_by TEXT NOT NULL, tool_version TEXT NOT NULL, rows_inserted INTEGER NOT NULL, rows_updated INTEGER NOT NULL, rows_deleted INTEGER NOT NULL, PRIMARY KEY (app, id)) WITHOUT ROWID"],
"columns":"SELECT name, 't' FROM pragma_table_info(?2, coalesce(nullif(?1, ''), 'main'))",
"foreignKeys":"SELECT '', \"table\" FROM pragma_foreign_key_list(?2, coalesce(nullif(?1, ''), 'main'))",
"stage":["CREATE TEMPORARY TABLE {stage} AS SELECT {columns} FROM {table} LIMIT 0"],
"staged":["CREATE INDEX IF NOT EXISTS temp.{index} ON {stage} ({key})"],
"dropStage":"DROP TABLE temp.{stage}",
"update":"UPDATE {table} SET {assignments} FROM temp.{stage} WHERE {match} AND ({differs})",
"assignment":"{column} = {stage}.{column}",
"differs":"{a} COLLATE BINARY IS NOT {b}"}
})json";

struct SqliteDriver {
  using Connection = Session;
  static std::string describe() { return std::string(description); }
  static std::unique_ptr<Session> open(std::string_view options_json) {
    return std::make_unique<Session>(parse_options(options_json));
  }
  static std::string outline(std::string_view op_json) {
    return render_operation(op_json, nullptr);
  }
};

}  // namespace
}  // namespace garboard::sqlite

GARBOARD_DRIVER(garboard::sqlite::SqliteDriver, "sqlite", "0.1.0", "[\"sqlite\",\"sqlite3\"]")
