// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "fingerprint.hpp"
#include "placeholders.hpp"
#include "render.hpp"

namespace garboard::mysql {
namespace {

struct ResultCloser {
  void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
};
using Result = std::unique_ptr<MYSQL_RES, ResultCloser>;

/// Tells `cancel` for the length of a scope that there is something to stop.
class Running {
 public:
  explicit Running(std::atomic<bool>& flag) noexcept : flag_(flag) { flag_ = true; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { flag_ = false; }

 private:
  std::atomic<bool>& flag_;
};

void sleep_between_tries(std::chrono::steady_clock::time_point deadline) {
  static thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int> jitter(30, 150);
  const auto wake = std::chrono::steady_clock::now() + std::chrono::milliseconds(jitter(random));
  std::this_thread::sleep_until(std::min(wake, deadline));
}

std::string text_of(gbd_str cell) { return std::string(sdk::view(cell)); }

bool is_on(gbd_str cell) {
  const std::string_view text = sdk::view(cell);
  return !text.empty() && text != "0" && text != "OFF";
}

}  // namespace

Session::Session(Options options)
    : options_(std::move(options)),
      client_(connect(options_)),
      thread_id_(mysql_thread_id(client_.get())) {
  guard_local_files();
}

bool Session::has_autocommit() const noexcept {
  return (client_->server_status & SERVER_STATUS_AUTOCOMMIT) != 0;
}

bool Session::has_backslash_escapes() const noexcept {
  return (client_->server_status & SERVER_STATUS_NO_BACKSLASH_ESCAPES) == 0;
}

void Session::fail(Activity activity, std::string_view sql) {
  sdk::Failure failure = failure_of(client_.get(), activity, sql);
  // a deadlock has rolled back more than the statement
  if (is_in_transaction_ && failure.sqlstate.starts_with("40")) {
    is_aborted_ = true;
    failure.flags |= GBD_EF_TX_ABORTED;
  }
  throw failure;
}

std::int64_t Session::read_result(Activity activity, std::string_view sql, const Columns& columns,
                                  const Row& row) {
  const Result result(mysql_use_result(client_.get()));
  if (!result) {
    if (mysql_field_count(client_.get()) != 0) fail(activity, sql);
    return static_cast<std::int64_t>(mysql_affected_rows(client_.get()));
  }
  const unsigned n = mysql_num_fields(result.get());
  const MYSQL_FIELD* fields = mysql_fetch_fields(result.get());
  std::vector<gbd_str> cells(n);
  for (unsigned i = 0; i < n; ++i) cells[i] = {fields[i].name, fields[i].name_length};
  if (columns) columns(cells);
  while (MYSQL_ROW values = mysql_fetch_row(result.get())) {
    const unsigned long* lengths = mysql_fetch_lengths(result.get());
    for (unsigned i = 0; i < n; ++i) cells[i] = {values[i], lengths[i]};
    if (row && !row(cells)) return -1;  // freeing the result reads what is left of it
  }
  if (mysql_errno(client_.get()) != 0) fail(activity, sql);
  return -1;
}

// The server closes the connection on what is larger than its limit, often without a word.
void Session::refuse_too_large(std::string_view sql) {
  constexpr std::size_t not_worth_asking = 1U << 20;
  if (sql.size() < not_worth_asking) return;
  if (max_packet_ == 0)
    run("SELECT @@max_allowed_packet", Activity::read, {}, [this](std::span<const gbd_str> cells) {
      max_packet_ = std::strtoull(text_of(cells[0]).c_str(), nullptr, 10);
      return true;
    });
  const std::size_t packet = sql.size() + 1;  // with the command's byte
  if (packet < max_packet_) return;
  sdk::Failure failure(GBD_E_SQL, "the statement has " + std::to_string(sql.size()) +
                                      " bytes, and the server's max_allowed_packet is " +
                                      std::to_string(max_packet_));
  failure.hint = packet_hint;
  throw failure;
}

std::int64_t Session::run(std::string_view sql, Activity activity, const Columns& columns,
                          const Row& row) {
  refuse_too_large(sql);
  const Running running(is_running_);
  if (mysql_real_query(client_.get(), sql.data(), sql.size()) != 0) fail(activity, sql);
  std::int64_t affected = read_result(activity, sql, columns, row);
  // a CALL sends every result set of its body and its own status last; the first is the answer
  for (;;) {
    const int more = mysql_next_result(client_.get());
    if (more > 0) fail(activity, sql);
    if (more < 0) break;
    affected = read_result(activity, sql, {}, {});
  }
  // a script that switched it on would leave what follows without the journal's protection
  if (is_in_transaction_ && has_autocommit()) set_autocommit(false);
  return affected;
}

std::int64_t Session::run_bound(std::string_view sql, std::span<const gbd_str> params,
                                const Columns& columns, const Row& row) {
  if (is_aborted_) {
    sdk::Failure failure(GBD_E_SQL, "the server has rolled this transaction back");
    failure.flags = GBD_EF_TX_ABORTED;
    failure.sqlstate = "40000";
    throw failure;
  }
  if (!is_in_transaction_ && !has_autocommit()) set_autocommit(true);
  const Activity activity = activity_of(sql, is_in_transaction_);
  if (params.empty()) return run(sql, activity, columns, row);
  const BoundStatement bound = bind_params(sql, params, has_backslash_escapes());
  try {
    return run(bound.sql, activity, columns, row);
  } catch (sdk::Failure& failure) {
    failure.position = bound.original_position(failure.position);
    throw;
  }
}

std::int64_t Session::exec(std::string_view sql, const sdk::Call& call) {
  return run_bound(
      sql, call.params(), [&call](std::span<const gbd_str> names) { call.columns(names); },
      [&call](std::span<const gbd_str> cells) { return call.row(cells); });
}

void Session::set_autocommit(bool is_on) {
  run(is_on ? "SET autocommit=1" : "SET autocommit=0", Activity::read);
}

void Session::begin() {
  if (is_in_transaction_) throw sdk::Failure(GBD_E_INVALID, "a transaction is already open");
  if (has_autocommit()) set_autocommit(false);
  is_in_transaction_ = true;
}

void Session::commit() {
  if (!is_in_transaction_) throw sdk::Failure(GBD_E_INVALID, "there is no transaction to commit");
  if (is_aborted_) throw sdk::Failure(GBD_E_INVALID, "the server has rolled this transaction back");
  is_in_transaction_ = false;
  run("COMMIT", Activity::lasting);
}

void Session::rollback() {
  is_in_transaction_ = false;
  is_aborted_ = false;
  run("ROLLBACK", Activity::read);
}

void Session::tx(std::int32_t op) {
  switch (op) {
    case GBD_TX_BEGIN:
      return begin();
    case GBD_TX_COMMIT:
      return commit();
    case GBD_TX_ROLLBACK:
      return rollback();
    default:
      throw sdk::Failure(GBD_E_UNSUPPORTED, "unknown transaction operation");
  }
}

void Session::batch(std::span<const gbd_stmt> statements, std::uint32_t flags,
                    const sdk::Call& call, std::size_t& done) {
  const bool is_atomic = (flags & GBD_BATCH_ATOMIC) != 0;
  if (is_atomic) begin();
  try {
    for (done = 0; done < statements.size(); ++done) {
      const gbd_stmt& statement = statements[done];
      run_bound(
          sdk::view(statement.sql), {statement.params, statement.n_params},
          [&call](std::span<const gbd_str> names) { call.columns(names); },
          [&call](std::span<const gbd_str> cells) { return call.row(cells); });
    }
    if (is_atomic) commit();
  } catch (sdk::Failure& failure) {
    if (!is_atomic || (failure.flags & GBD_EF_CONN_LOST) != 0) throw;
    failure.flags &= ~static_cast<std::uint32_t>(GBD_EF_TX_ABORTED);
    try {
      rollback();
    } catch (const sdk::Failure& second) {
      failure.flags |= second.flags & GBD_EF_CONN_LOST;
    }
    throw;
  }
}

Session::Rows Session::query(const std::string& sql) {
  Rows rows;
  run_bound(sql, {}, {}, [&rows](std::span<const gbd_str> cells) {
    rows.emplace_back();
    for (const gbd_str& cell : cells) rows.back().push_back(text_of(cell));
    return true;
  });
  return rows;
}

bool Session::answers_one(const std::string& sql) {
  bool is_one = false;
  run(sql, Activity::read, {}, [&is_one](std::span<const gbd_str> cells) {
    is_one = sdk::view(cells[0]) == "1";
    return true;
  });
  return is_one;
}

// Named locks belong to the server, not to a database, and a name has at most 64 characters.
std::string Session::lock_name(std::string_view key) const {
  const std::string scoped = options_.database + "/" + std::string(key);
  return "CONCAT('garboard:',LEFT(SHA2(" + literal(sdk::cell(scoped)) + ",256),40))";
}

void Session::lock(std::string_view key, std::int64_t timeout_ms) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  const std::string sql = "SELECT GET_LOCK(" + lock_name(key) + ",0)";
  // behind a load balancer that keeps the connection up only silence tells that we are gone
  run("SET SESSION wait_timeout=45", Activity::read);
  is_cancelled_ = false;
  while (!answers_one(sql)) {
    if (is_cancelled_ || sdk::is_cancelled())
      throw sdk::Failure(GBD_E_CANCELLED, "stopped waiting for the lock");
    if (steady_clock::now() >= deadline)
      throw sdk::Failure(GBD_E_LOCK_BUSY, "another session holds the lock");
    sleep_between_tries(deadline);
  }
}

void Session::unlock(std::string_view key) {
  if (!answers_one("SELECT RELEASE_LOCK(" + lock_name(key) + ")"))
    throw sdk::Failure(GBD_E_INTERNAL, "this session did not hold the lock that it released");
}

void Session::cancel() {
  is_cancelled_ = true;  // ends a pause between two tries of the lock
  if (!is_running_) return;
  const ClientThread thread;
  Options options = options_;
  options.has_sql_mode = false;
  const Client killer = connect(options);
  const std::string sql = "KILL QUERY " + std::to_string(thread_id_);
  if (mysql_real_query(killer.get(), sql.data(), sql.size()) != 0)
    throw failure_of(killer.get(), Activity::read);
}

void Session::inspect(const std::string& inspection, Digest& digest) {
  bool is_hidden = false;
  try {
    run(inspection, Activity::read, {}, [&](std::span<const gbd_str> cells) {
      for (const gbd_str& cell : cells) {
        is_hidden = is_hidden || cell.ptr == nullptr;
        digest.add(sdk::view(cell));
      }
      return true;
    });
  } catch (const sdk::Failure& failure) {
    if (!means_absent(failure.native_code)) throw;
    digest.add(std::nullopt);
  }
  if (is_hidden)
    throw sdk::Failure(GBD_E_UNSUPPORTED, "this user may not see the object's definition");
}

std::string Session::fingerprint(std::string_view sql) {
  const std::vector<std::string> inspections = inspections_of(sql);
  if (inspections.empty())
    throw sdk::Failure(GBD_E_UNSUPPORTED,
                       "the state of what this statement changes cannot be told");
  Digest digest;
  for (const std::string& inspection : inspections) inspect(inspection, digest);
  return digest.hex();
}

std::string Session::render(std::string_view op_json) {
  Server server;
  server.is_mariadb = is_mariadb();
  server.version = version_number(mysql_get_server_info(client_.get()));
  server.has_backslash_escapes = has_backslash_escapes();
  server.query = [this](const std::string& sql) { return query(sql); };
  return render_operation(op_json, &server);
}

bool Session::is_mariadb() const {
  return std::string_view(mysql_get_server_info(client_.get())).find("MariaDB") !=
         std::string::npos;
}

std::string Session::server_info() {
  // the variable is missing where the server was built without Galera
  const std::string galera = is_mariadb() ? "(SELECT VARIABLE_VALUE FROM "
                                            "information_schema.GLOBAL_VARIABLES WHERE "
                                            "VARIABLE_NAME='WSREP_ON')"
                                          : "LOCATE('XtraDB Cluster',@@version_comment)";
  nlohmann::json info;
  run("SELECT VERSION(),CURRENT_USER(),DATABASE(),@@GLOBAL.read_only,@@GLOBAL.innodb_read_only," +
          galera,
      Activity::read, {}, [&](std::span<const gbd_str> cells) {
        info = {{"product", is_mariadb() ? "MariaDB" : "MySQL"},
                {"version", text_of(cells[0]).substr(0, text_of(cells[0]).find('-'))},
                {"fullVersion", text_of(cells[0])},
                {"user", text_of(cells[1])},
                {"database", text_of(cells[2])},
                {"readOnly", is_on(cells[3]) || is_on(cells[4])},
                {"galera", is_on(cells[5])},
                {"session", std::to_string(thread_id_)}};
        return true;
      });
  return info.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace garboard::mysql
