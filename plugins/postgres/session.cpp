// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "render.hpp"
#include "words.hpp"

namespace garboard::postgres {

namespace {

/// A caller that has seen enough gets its connection back after at most so many more rows.
constexpr int rows_to_drain = 10000;

/// Hands the rows of one statement to the caller and keeps what the statement ended with.
class RowPump {
 public:
  explicit RowPump(const sdk::Call& call) : call_(call) {}

  /// False once the caller wants no more rows.
  bool take(const PGresult* result) {
    const int columns = PQnfields(result);
    if (!has_columns_) {
      has_columns_ = true;
      cells_.clear();
      for (int i = 0; i < columns; ++i) cells_.push_back(sdk::cell(PQfname(result, i)));
      call_.columns(cells_);
    }
    for (int row = 0; row < PQntuples(result) && !is_enough_; ++row) {
      cells_.clear();
      for (int i = 0; i < columns; ++i) {
        const auto size = static_cast<std::size_t>(PQgetlength(result, row, i));
        cells_.push_back(PQgetisnull(result, row, i) != 0
                             ? sdk::null_str
                             : gbd_str{PQgetvalue(result, row, i), size});
      }
      is_enough_ = !call_.row(cells_);
    }
    return !is_enough_;
  }

 private:
  const sdk::Call& call_;
  std::vector<gbd_str> cells_;
  bool has_columns_ = false;
  bool is_enough_ = false;
};

std::int64_t affected_by(PGresult* result) {
  const std::string_view tag = PQcmdStatus(result);
  const bool only_reads = PQresultStatus(result) == PGRES_TUPLES_OK &&
                          (tag.starts_with("SELECT") || tag.starts_with("FETCH"));
  const char* count = PQcmdTuples(result);
  return only_reads || *count == '\0' ? -1 : std::strtoll(count, nullptr, 10);
}

const char* command_of(std::int32_t op) {
  switch (op) {
    case GBD_TX_BEGIN:
      return "BEGIN";
    case GBD_TX_COMMIT:
      return "COMMIT";
    case GBD_TX_ROLLBACK:
      return "ROLLBACK";
    default:
      throw sdk::Failure(GBD_E_INVALID, "unknown transaction operation");
  }
}

}  // namespace

Canceller::Canceller(PGconn* connection)
#ifdef LIBPQ_HAS_ASYNC_CANCEL
    : handle_(PQcancelCreate(connection))
#else
    : handle_(PQgetCancel(connection))
#endif
{
}

Canceller::~Canceller() {
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  PQcancelFinish(handle_);
#else
  PQfreeCancel(handle_);
#endif
}

void Canceller::request() {
  const std::lock_guard guard(mutex_);
  if (handle_ == nullptr) throw std::bad_alloc();
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  const bool is_sent = PQcancelBlocking(handle_) == 1;
  const std::string reason = is_sent ? "" : on_one_line(PQcancelErrorMessage(handle_));
  PQcancelReset(handle_);
#else
  std::array<char, 256> text{};
  const bool is_sent = PQcancel(handle_, text.data(), static_cast<int>(text.size())) == 1;
  const std::string reason = on_one_line(text.data());
#endif
  if (!is_sent)
    throw sdk::Failure(GBD_E_CONNECT, "the request to cancel did not reach the server: " + reason);
}

Session::Session(ConnectionHandle connection)
    : connection_(std::move(connection)), canceller_(connection_.raw()) {}

void Session::start_call() {
  is_cancel_requested_ = false;
  if (PQstatus(connection_.raw()) == CONNECTION_OK) return;
  sdk::Failure failure(GBD_E_CONNECT, "the connection to the server is lost");
  failure.flags = GBD_EF_CONN_LOST;
  throw failure;
}

bool Session::is_in_transaction() const noexcept {
  const PGTransactionStatusType status = PQtransactionStatus(connection_.raw());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

void Session::fail(const PGresult* result, std::string_view sql, bool may_be_applied) {
  throw failure_of(result, connection_.raw(), {sql, may_be_applied, is_interrupted()});
}

bool Session::is_interrupted() const noexcept {
  return is_cancel_requested_ || sdk::is_cancelled();
}

bool Session::try_send(const std::string& sql, const TextParams& params) noexcept {
  return PQsendQueryParams(connection_.raw(), sql.c_str(), params.size(), nullptr, params.data(),
                           nullptr, nullptr, 0) == 1;
}

void Session::send(const std::string& sql, const TextParams& params) {
  if (!try_send(sql, params)) fail(nullptr, sql, false);
}

std::int64_t Session::exec(std::string_view sql, const sdk::Call& call) {
  start_call();
  PGconn* connection = connection_.raw();
  const std::string text = c_text(sql, "the statement");
  const bool has_own_transaction = !is_in_transaction();
  const bool only_reads = has_own_transaction && is_read_only(text);
  const bool may_be_applied = has_own_transaction ? !only_reads : ends_transaction(text);
  if (has_own_transaction && !only_reads) clear_invalid_index(text);
  send(text, TextParams(call.params()));
  PQsetSingleRowMode(connection);

  RowPump pump(call);
  std::int64_t affected = -1;
  int drained = 0;
  ResultHandle error;
  std::optional<sdk::Failure> refusal;
  while (ResultHandle result{PQgetResult(connection)}) {
    switch (const ExecStatusType status = PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        // Cancelling would undo the work of a statement that writes, or end the transaction.
        if (!pump.take(result.get()) && ++drained == rows_to_drain && only_reads)
          canceller_.request();
        break;
      case PGRES_TUPLES_OK:
        pump.take(result.get());
        [[fallthrough]];
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY:
        affected = affected_by(result.get());
        break;
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT:
        refusal = end_stray_copy(connection, status);
        break;
      default:
        if (error == nullptr) error = std::move(result);
    }
  }
  if (refusal && PQstatus(connection) == CONNECTION_OK) throw *refusal;
  if (error != nullptr && drained < rows_to_drain) fail(error.get(), text, may_be_applied);
  return affected;
}

void Session::tx(std::int32_t op) {
  const std::string command = command_of(op);
  start_call();
  if (op == GBD_TX_ROLLBACK && !is_in_transaction()) return;
  if (is_in_transaction() == (op == GBD_TX_BEGIN))
    throw sdk::Failure(GBD_E_INVALID, op == GBD_TX_BEGIN ? "a transaction is open already"
                                                         : "no transaction is open");
  const bool is_failed = PQtransactionStatus(connection_.raw()) == PQTRANS_INERROR;
  query(op == GBD_TX_COMMIT && is_failed ? "ROLLBACK" : command, {}, op == GBD_TX_COMMIT);
  if (op != GBD_TX_COMMIT || !is_failed) return;
  sdk::Failure failure(GBD_E_SQL,
                       "the transaction was rolled back, because a statement in it had "
                       "failed");
  failure.sqlstate = "25P02";
  throw failure;
}

pqxx::result Session::query(const std::string& sql, std::initializer_list<std::string> params,
                            bool may_be_applied) {
  try {
    return connection_.query(sql, params);
  } catch (sdk::Failure& failure) {
    throw completed(std::move(failure), connection_.raw(), {sql, may_be_applied, is_interrupted()});
  }
}

std::string Session::query_cell(const std::string& sql, std::initializer_list<std::string> params) {
  const pqxx::result answer = query(sql, params);
  return answer.empty() || answer[0][0].is_null() ? std::string() : answer[0][0].as<std::string>();
}

std::string Session::server_info() {
  start_call();
  PGconn* connection = connection_.raw();
  const auto pid = query_cell("SELECT pg_catalog.pg_backend_pid()");
  const auto setting = [&](const char* name) {
    const char* value = PQparameterStatus(connection, name);
    return std::string(value == nullptr ? "" : value);
  };
  const nlohmann::json info = {{"product", "PostgreSQL"},
                               {"version", setting("server_version")},
                               {"readOnly", setting("in_hot_standby") == "on" ||
                                                setting("default_transaction_read_only") == "on"},
                               {"user", PQuser(connection)},
                               {"database", PQdb(connection)},
                               {"session", pid},
                               {"pooler", pid != std::to_string(PQbackendPID(connection))}};
  return info.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void Session::lock(std::string_view key, std::int64_t timeout_ms) {
  using Clock = std::chrono::steady_clock;
  using std::chrono::milliseconds;
  start_call();
  const auto deadline = Clock::now() + milliseconds(timeout_ms);
  std::minstd_rand random(std::random_device{}());
  const std::string name = c_text(key, "the key of the lock");
  // Waiting inside the server would hold a snapshot, which CREATE INDEX CONCURRENTLY waits for.
  while (query_cell("SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0))",
                    {name}) != "t") {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0)
      throw sdk::Failure(GBD_E_LOCK_BUSY, "another run holds the lock of this database");
    const milliseconds pause(std::uniform_int_distribution<>(30, 150)(random));
    poll(nullptr, 0, static_cast<int>(std::min(left, pause).count()));
    if (is_interrupted())
      throw sdk::Failure(GBD_E_CANCELLED, "the run was interrupted while it waited for the lock");
  }
}

void Session::unlock(std::string_view key) {
  start_call();
  const std::string name = c_text(key, "the key of the lock");
  if (query_cell("SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))",
                 {name}) != "t")
    throw sdk::Failure(GBD_E_INTERNAL, "the lock was not held by this connection");
}

std::string Session::render(std::string_view op_json) { return render_operation(op_json); }

void Session::cancel() {
  is_cancel_requested_ = true;
  canceller_.request();
}

}  // namespace garboard::postgres
