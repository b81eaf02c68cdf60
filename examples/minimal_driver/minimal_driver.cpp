// SPDX-License-Identifier: Apache-2.0
// A driver that applies migrations, and no more than that takes: SQLite files, as minimal:app.db.
#include <sqlite3.h>

#include <vector>

#include <garboard/driver.hpp>
#include <nlohmann/json.hpp>

namespace {

namespace sdk = garboard::sdk;

constexpr const char* description = R"json({
"name":"minimal","transactionalDdl":true,"lock":{"scope":"begin"},"lexical":{"triggerBodies":true},
"ledger":{"now":"strftime('%Y-%m-%d %H:%M:%f','now')","missingTable":["42S02"],"create":[
"CREATE TABLE IF NOT EXISTS {table} (app TEXT, id TEXT, ordinal INTEGER, name TEXT, checksum TEXT, state TEXT, started_at TEXT, finished_at TEXT, run_id TEXT, applied_by TEXT, tool_version TEXT, down_sql TEXT, PRIMARY KEY (app, id))",
"CREATE TABLE IF NOT EXISTS {journal} (app TEXT, id TEXT, seq INTEGER, checksum TEXT, state TEXT, fingerprint TEXT, note TEXT, PRIMARY KEY (app, id, seq))",
"CREATE TABLE IF NOT EXISTS {log} (seq INTEGER PRIMARY KEY, app TEXT, id TEXT, name TEXT, action TEXT, logged_at TEXT, run_id TEXT, applied_by TEXT, tool_version TEXT, duration_ms INTEGER, reason TEXT, detail TEXT)"
]}})json";

class Connection {
 public:
  explicit Connection(const std::string& file) {
    const int code = sqlite3_open(file.c_str(), &db_);
    if (code == SQLITE_OK) return;
    sqlite3_close(db_);
    throw sdk::Failure(GBD_E_CONNECT, file + ": " + sqlite3_errstr(code));
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { sqlite3_close(db_); }

  std::int64_t exec(std::string_view sql, const sdk::Call& call) {
    sqlite3_stmt* raw = nullptr;
    const int size = static_cast<int>(sql.size());
    if (sqlite3_prepare_v2(db_, sql.data(), size, &raw, nullptr) != SQLITE_OK) fail();
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(raw, &sqlite3_finalize);
    int index = 0;
    for (const gbd_str& param : call.params())  // one without a pointer is NULL
      sqlite3_bind_text64(raw, ++index, param.ptr, param.len, SQLITE_STATIC, SQLITE_UTF8);
    const int changes_before = sqlite3_total_changes(db_);
    std::vector<gbd_str> cells(static_cast<std::size_t>(sqlite3_column_count(raw)));
    int step = raw == nullptr ? SQLITE_DONE : sqlite3_step(raw);  // nullptr: nothing but comments
    for (; step == SQLITE_ROW; step = sqlite3_step(raw)) {
      int column = 0;
      for (gbd_str& cell : cells) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, column));
        cell = {text, static_cast<std::size_t>(sqlite3_column_bytes(raw, column++))};
      }
      if (!call.row(cells)) return -1;
    }
    if (step != SQLITE_DONE) fail();
    return cells.empty() ? sqlite3_total_changes(db_) - changes_before : -1;
  }

  void tx(std::int32_t op) {
    if (op == GBD_TX_BEGIN_UNCHECKED) throw sdk::Failure(GBD_E_UNSUPPORTED, "no such transaction");
    const char* const end = op == GBD_TX_COMMIT ? "COMMIT" : "ROLLBACK";
    const char* const sql = op == GBD_TX_BEGIN ? "BEGIN IMMEDIATE" : end;
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return;
    if (op == GBD_TX_BEGIN && sqlite3_errcode(db_) == SQLITE_BUSY)
      throw sdk::Failure(GBD_E_LOCK_BUSY, "somebody else writes to the file");
    fail();
  }

  static std::string server_info() {
    return nlohmann::json{{"product", "SQLite"}, {"version", sqlite3_libversion()}}.dump();
  }

 private:
  [[noreturn]] void fail() const {
    sdk::Failure failure(GBD_E_SQL, sqlite3_errmsg(db_));
    if (failure.message.starts_with("no such table")) failure.sqlstate = "42S02";
    if (sqlite3_errcode(db_) == SQLITE_BUSY) failure.flags = GBD_EF_RETRYABLE;
    throw failure;
  }
  sqlite3* db_ = nullptr;
};

struct Minimal {
  using Connection = ::Connection;
  static std::string describe() { return description; }
  static std::unique_ptr<Connection> open(std::string_view options) {
    return std::make_unique<Connection>(nlohmann::json::parse(options).at("database"));
  }
};

}  // namespace

GARBOARD_DRIVER(Minimal, "minimal", "1.0.0", "[\"minimal\"]")
