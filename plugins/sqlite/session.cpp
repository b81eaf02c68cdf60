// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>
#include <climits>

#include <nlohmann/json.hpp>

#include "catalog.hpp"
#include "errors.hpp"
#include "render.hpp"
#include "words.hpp"

namespace garboard::sqlite {
namespace {

using sdk::Call;
using sdk::Failure;

constexpr std::size_t max_cached = 8;

int open_flags(const Options& options) {
  // Not SQLITE_OPEN_READONLY for a caller who will only read: it could not undo a killed writer's
  // unfinished transaction, and so could not read at all.
  const int access = options.mode == OpenMode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const bool creates = options.mode == OpenMode::create && !options.is_read_only;
  return access | (creates ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX;
}

std::int64_t changed_rows(sqlite3* handle) {
#if SQLITE_VERSION_NUMBER >= 3037000
  return sqlite3_changes64(handle);
#else
  return sqlite3_changes(handle);
#endif
}

gbd_str cell_of(sqlite3_stmt* statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return sdk::null_str;
  const void* bytes = sqlite3_column_type(statement, column) == SQLITE_BLOB
                          ? sqlite3_column_blob(statement, column)
                          : sqlite3_column_text(statement, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  if (bytes == nullptr && size > 0) throw std::bad_alloc();
  return sdk::cell({static_cast<const char*>(bytes), bytes == nullptr ? 0 : size});
}

Failure cancelled() { return {GBD_E_CANCELLED, "cancelled while waiting for a lock"}; }

// Returns a statement to its beginning, whatever ended it.
class Resetter {
 public:
  explicit Resetter(sqlite3_stmt* statement) noexcept : statement_(statement) {}
  Resetter(const Resetter&) = delete;
  Resetter& operator=(const Resetter&) = delete;
  ~Resetter() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

Session::Session(Options options) : options_(std::move(options)) {
  check_place(options_);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // its counters cost a lock for each allocation
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(options_.file_name().c_str(), &handle, open_flags(options_), nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK)
    throw failure_of(handle, handle == nullptr ? code : sqlite3_extended_errcode(handle),
                     options_.path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, options_.has_foreign_keys ? 1 : 0,
                    nullptr);
  sqlite3_busy_handler(handle, &on_busy, this);
  sqlite3_commit_hook(handle, &on_commit, this);
  sqlite3_rollback_hook(handle, &on_rollback, this);
  if (options_.is_read_only) run_control("PRAGMA query_only = 1");
}

int Session::on_busy(void* raw, int count) {
  auto& session = *static_cast<Session*>(raw);
  if (count == 0) session.busy_wait_.emplace(session.options_.busy_timeout_ms);
  if (session.is_cancelled_ || sdk::is_cancelled()) return 0;
  return session.busy_wait_->sleep() ? 1 : 0;
}

void Session::fail(int code, sqlite3_stmt* statement) {
  Failure failure = failure_of(handle_.get(), code, options_.path);
  const int primary = code & 0xff;
  if (code == SQLITE_CONSTRAINT_COMMITHOOK) {
    failure.message = "this statement ends the transaction that it was run in";
    failure.sqlstate = "2D000";
  } else if (primary == SQLITE_BUSY && (is_cancelled_ || sdk::is_cancelled())) {
    failure = cancelled();
  } else if (primary == SQLITE_BUSY) {
    failure.hint = "another program writes to the file; the parameter busy_timeout (" +
                   std::to_string(options_.busy_timeout_ms) + " ms) sets how long to wait";
  }
  if (transaction_ == Transaction::lost) failure.flags |= GBD_EF_TX_ABORTED;
  // the last write may or may not have reached the disk: only opening the file again tells
  const bool commits =
      is_committing_ || (transaction_ == Transaction::none && statement != nullptr &&
                         sqlite3_stmt_readonly(statement) == 0);
  if (primary == SQLITE_IOERR && commits)
    failure.flags |= GBD_EF_CONN_LOST | GBD_EF_OUTCOME_UNKNOWN;
  throw failure;
}

Session::Statement Session::prepare(std::string_view sql, unsigned flags) {
  if (sql.empty()) return nullptr;
  if (sql.size() > INT_MAX) throw Failure(GBD_E_INVALID, "the statement is longer than 2 GiB");
  if (sql.find('\0') != std::string_view::npos)
    throw Failure(GBD_E_INVALID, "the statement holds a NUL byte, where SQLite would stop reading");
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      flags, &raw, &tail);
  Statement statement(raw);
  if (code != SQLITE_OK) fail(code, nullptr);
  // SQLite itself tells comments and white space from a second statement
  const auto rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (statement == nullptr || rest.empty()) return statement;
  sqlite3_stmt* second = nullptr;
  const int second_code = sqlite3_prepare_v3(handle_.get(), rest.data(),
                                             static_cast<int>(rest.size()), 0, &second, nullptr);
  const Statement owned(second);
  if (second_code != SQLITE_OK || owned != nullptr) {
    Failure failure(GBD_E_INVALID, "two statements in one text");
    failure.position = tail - sql.data();
    throw failure;
  }
  return statement;
}

sqlite3_stmt* Session::cached(std::string_view sql) {
  const auto found = std::find_if(cache_.begin(), cache_.end(),
                                  [sql](const Prepared& one) { return one.sql == sql; });
  if (found != cache_.end()) {
    std::rotate(found, found + 1, cache_.end());
    return cache_.back().statement.get();
  }
  Statement statement = prepare(sql, SQLITE_PREPARE_PERSISTENT);
  if (cache_.size() >= max_cached) cache_.erase(cache_.begin());
  cache_.push_back({std::string(sql), std::move(statement)});
  return cache_.back().statement.get();
}

void Session::bind(sqlite3_stmt* statement, std::span<const gbd_str> params) {
  const int wanted = sqlite3_bind_parameter_count(statement);
  if (static_cast<std::size_t>(wanted) != params.size())
    throw Failure(GBD_E_INVALID, "the statement has " + std::to_string(wanted) +
                                     " parameters, and " + std::to_string(params.size()) +
                                     " were given");
  int index = 0;
  for (const gbd_str& param : params) {
    const int code = param.ptr == nullptr
                         ? sqlite3_bind_null(statement, ++index)
                         : sqlite3_bind_text64(statement, ++index, param.ptr, param.len,
                                               SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK) fail(code, statement);
  }
}

void Session::send_rows(sqlite3_stmt* statement, const Call& call) {
  int code = sqlite3_step(statement);
  // only now is a kept statement up to date with a schema that has changed
  const int n = sqlite3_column_count(statement);
  std::vector<gbd_str> cells(static_cast<std::size_t>(n));
  if (n > 0 && (code == SQLITE_ROW || code == SQLITE_DONE)) {
    for (int i = 0; i < n; ++i) {
      const char* name = sqlite3_column_name(statement, i);
      if (name == nullptr) throw std::bad_alloc();
      cells[static_cast<std::size_t>(i)] = sdk::cell(name);
    }
    call.columns(cells);
  }
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    if (!call.wants_rows()) continue;
    for (int i = 0; i < n; ++i) cells[static_cast<std::size_t>(i)] = cell_of(statement, i);
    if (!call.row(cells)) return;
  }
  if (code != SQLITE_DONE) fail(code, statement);
}

std::int64_t Session::run(std::string_view sql, std::span<const gbd_str> params, const Call& call) {
  check_transaction();
  is_cancelled_ = false;
  Statement once;
  sqlite3_stmt* statement = nullptr;
  if (params.empty()) {
    once = prepare(sql, 0);
    statement = once.get();
  } else {
    statement = cached(sql);
  }
  if (statement == nullptr) return -1;  // only comments
  const Resetter resetter(statement);
  bind(statement, params);
  const bool counts = sqlite3_stmt_readonly(statement) == 0 && may_change_rows(sql);
  send_rows(statement, call);
  return counts ? changed_rows(handle_.get()) : -1;
}

std::int64_t Session::exec(std::string_view sql, const Call& call) {
  return run(sql, call.params(), call);
}

void Session::run_control(const char* sql) {
  is_cancelled_ = false;
  sqlite3_stmt* statement = cached(sql);
  const Resetter resetter(statement);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  if (code != SQLITE_DONE) fail(code, statement);
}

void Session::batch(std::span<const gbd_stmt> statements, std::uint32_t flags, const Call& call,
                    std::size_t& done) {
  const bool is_atomic = (flags & GBD_BATCH_ATOMIC) != 0;
  done = 0;
  if (is_atomic) begin();
  try {
    for (const gbd_stmt& one : statements) {
      run(sdk::view(one.sql), {one.params, one.n_params}, call);
      ++done;
    }
    if (is_atomic) commit();
  } catch (...) {
    if (is_atomic) abandon();
    throw;
  }
}

std::string Session::server_info() {
  const nlohmann::json info{{"product", "SQLite"},
                            {"version", sqlite3_libversion()},
                            {"readOnly", sqlite3_db_readonly(handle_.get(), "main") == 1},
                            {"user", ""},
                            {"database", options_.path},
                            {"session", ""}};
  return info.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void Session::lock(std::string_view key, std::int64_t timeout_ms) {
  if (options_.is_memory()) return;
  is_cancelled_ = false;
  Wait wait(timeout_ms);
  while (!file_lock_.try_lock(options_.file_name(), key)) {
    if (is_cancelled_ || sdk::is_cancelled()) throw cancelled();
    if (!wait.sleep()) throw Failure(GBD_E_LOCK_BUSY, "another run holds the lock");
  }
}

void Session::unlock(std::string_view key) { file_lock_.unlock(key); }

std::string Session::fingerprint(std::string_view sql) {
  const Target target = target_of(sql);
  if (target.kind == Target::Kind::unknown)
    throw Failure(GBD_E_UNSUPPORTED, "what this statement changes cannot be told beforehand");
  // running one of these again does no harm, so it may always be taken for undone
  if (target.kind == Target::Kind::setting) return "no object";
  std::string schema;
  for (const char c : target.schema) schema.append(c == '"' ? 2 : 1, c);
  const std::string query =
      "SELECT type, name, sql FROM " + (schema.empty() ? "" : '"' + schema + "\".") +
      "sqlite_master WHERE name = ?1 COLLATE NOCASE OR tbl_name = ?1 COLLATE NOCASE "
      "ORDER BY type, name";
  const Statement statement = prepare(query, 0);
  const gbd_str name = sdk::cell(target.name);
  bind(statement.get(), {&name, 1});
  std::string state = "objects";
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW)
    for (int i = 0; i < 3; ++i) state.append("\n").append(sdk::view(cell_of(statement.get(), i)));
  if (code != SQLITE_DONE) fail(code, statement.get());
  return state;
}

std::string Session::render(std::string_view op_json) {
  check_transaction();
  const Catalog catalog(handle_.get());
  return render_operation(op_json, &catalog);
}

void Session::cancel() noexcept {
  is_cancelled_ = true;
  sqlite3_interrupt(handle_.get());
}

}  // namespace garboard::sqlite
