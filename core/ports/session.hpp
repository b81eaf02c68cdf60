// SPDX-License-Identifier: Apache-2.0
// Session: one connection to one database, as the execution sees it. Drivers implement it behind
// the plugin ABI (plugin_host/); tests may fake it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/result.hpp"
#include "model/blocker.hpp"
#include "model/dialect.hpp"
#include "model/rendered.hpp"

namespace garboard::ports {

using base::Result;

using Param = std::optional<std::string_view>;  ///< text; nullopt = SQL NULL
using Cell = std::optional<std::string_view>;   ///< text; nullopt = SQL NULL; valid during the call
/// Receives one row; false = enough, the rest is not read.
using RowSink = std::function<bool(std::span<const Cell>)>;

struct Statement {
  std::string_view sql;
  std::span<const Param> params = {};
};

/// Used from one thread, except `cancel`. After an error with is_connection_lost only destruction
/// is allowed. Destroying a session rolls back what is open and releases its locks.
class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  [[nodiscard]] virtual const model::Dialect& dialect() const noexcept = 0;
  /// Runs exactly one statement. Returns the number of affected rows, -1 where there is none.
  virtual Result<std::int64_t> exec(std::string_view sql, std::span<const Param> params = {},
                                    const RowSink& row = {}) = 0;
  virtual Result<void> begin() = 0;
  /// Begins a transaction that enforces no foreign keys; its commit fails when that left a row
  /// without its parent. The same as begin() where a driver needs no such thing.
  virtual Result<void> begin_unchecked() = 0;
  virtual Result<void> commit() = 0;
  virtual Result<void> rollback() = 0;
  /// Runs the statements in order, in as few round trips as the protocol allows, and stops at the
  /// first failure, whose index is the error's batch_index. `atomic`: all in one transaction of
  /// their own, committed at the end or rolled back; index == size() means that the commit failed.
  virtual Result<void> batch(std::span<const Statement> statements, bool atomic) = 0;
  /// Streams rows into `COPY .. FROM stdin`. Returns the number of rows.
  virtual Result<std::int64_t> copy_in(std::string_view sql, base::ByteSource& rows) = 0;
  /// Takes the named lock, waiting up to timeout_ms (0 = try once); Code::locked when busy.
  virtual Result<void> lock(std::string_view key, std::int64_t timeout_ms) = 0;
  virtual Result<void> unlock(std::string_view key) = 0;
  /// The server's facts as JSON:
  /// {"version":"15.3","product":..,"readOnly":bool,"user":..,"session":..}.
  virtual Result<std::string> server_info() = 0;
  /// State of the objects that this one statement would change; nullopt where it cannot be told.
  virtual Result<std::optional<std::string>> fingerprint(std::string_view sql) = 0;
  /// The SQL of a logical operation for this server and, where that matters, for what is in the
  /// database now.
  virtual Result<model::Rendered> render(std::string_view operation_json) = 0;
  /// The same for any server of this dialect, without asking it.
  virtual Result<model::Rendered> outline(std::string_view operation_json) = 0;
  /// False: the two calls below find nobody.
  [[nodiscard]] virtual bool knows_blockers() const noexcept = 0;
  /// Who keeps another session of this database waiting, that one named as server_info names it.
  virtual Result<std::vector<model::Blocker>> blockers(std::string_view waiting_session) = 0;
  /// Who else holds the lock of `lock`.
  virtual Result<std::vector<model::Blocker>> lock_holders(std::string_view key) = 0;
  /// Asks the server to stop what runs. Thread-safe, may find nothing, may be repeated.
  virtual void cancel() noexcept = 0;
};

/// Opens sessions to one database, again after a connection is lost.
class Connector {
 public:
  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;
  virtual Result<std::unique_ptr<Session>> connect() = 0;
};

}  // namespace garboard::ports
