// SPDX-License-Identifier: Apache-2.0
// One connection to a PostgreSQL server behind the slots of the plugin ABI. It runs what it is told
// and reports what happened; order, retries and the ledger are the host's.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

#include "errors.hpp"
#include "pq.hpp"
#include "pqxx_connection.hpp"

namespace garboard::postgres {

/// Asks the server to stop what runs on one connection. Made on the connection's thread, used from
/// any other.
class Canceller {
 public:
  explicit Canceller(PGconn* connection);
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;
  ~Canceller();
  /// Returns once the server has taken the request; throws GBD_E_CONNECT when it could not.
  void request();

 private:
  std::mutex mutex_;
#ifdef LIBPQ_HAS_ASYNC_CANCEL
  PGcancelConn* handle_;  // encrypted like the connection itself
#else
  PGcancel* handle_;
#endif
};

class Session {
 public:
  explicit Session(ConnectionHandle connection);

  std::int64_t exec(std::string_view sql, const sdk::Call& call);
  void tx(std::int32_t op);
  std::string server_info();
  void batch(std::span<const gbd_stmt> statements, std::uint32_t flags, const sdk::Call& call,
             std::size_t& done);
  std::int64_t copy_in(std::string_view sql, sdk::CopyReader read);
  void lock(std::string_view key, std::int64_t timeout_ms);
  void unlock(std::string_view key);
  void cancel();
  std::string fingerprint(std::string_view sql);
  static std::string render(std::string_view op_json);
  std::string blockers(std::string_view waiting_session);
  std::string lock_holders(std::string_view key);

 private:
  /// Every call starts here: forgets earlier cancels, refuses a connection that is gone.
  void start_call();
  /// False when libpq could not take it; a part of it may have been sent.
  [[nodiscard]] bool try_send(const std::string& sql, const TextParams& params) noexcept;
  void send(const std::string& sql, const TextParams& params);
  [[noreturn]] void fail(const PGresult* result, std::string_view sql, bool may_be_applied);
  [[nodiscard]] bool is_in_transaction() const noexcept;
  /// Ends a COPY that the call has no use for, which else keeps the connection from being used.
  static sdk::Failure end_stray_copy(PGconn* connection, ExecStatusType status);
  /// One statement through libpqxx.
  pqxx::result query(const std::string& sql, std::initializer_list<std::string> params = {},
                     bool may_be_applied = false);
  /// First cell of the first row of a query; empty for NULL or no row.
  std::string query_cell(const std::string& sql, std::initializer_list<std::string> params = {});
  /// What `pids`, a query with one parameter, names; see blockers.cpp.
  std::string describe_sessions(const std::string& pids, std::string_view param);
  [[nodiscard]] bool is_interrupted() const noexcept;
  void run_pipeline(std::span<const gbd_stmt> statements, bool is_atomic, std::size_t& done);
  /// False when not all could be sent.
  bool queue(std::span<const gbd_stmt> statements, bool& may_have_committed);
  void roll_back(sdk::Failure& failure);
  /// Before CREATE INDEX CONCURRENTLY: drops the INVALID index of that name that a build left which
  /// was cut off. IF NOT EXISTS would take it for the index, and so record what was never built.
  void clear_invalid_index(std::string_view sql);

  PqxxConnection connection_;
  Canceller canceller_;
  std::atomic<bool> is_cancel_requested_ = false;
};

}  // namespace garboard::postgres
