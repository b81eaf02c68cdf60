// SPDX-License-Identifier: Apache-2.0
// The connection as libpqxx owns it, and the one place that knows libpqxx's versions: 6.4 takes a
// handle through a connection policy, 7 and 8 through seize_raw_connection.
#pragma once

#include <libpq-events.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/version>
#if PQXX_VERSION_MAJOR < 7
#include <pqxx/connectionpolicy>
#endif

#include "errors.hpp"
#include "pq.hpp"

namespace garboard::postgres {

#if PQXX_VERSION_MAJOR < 7
/// Gives out the one handle it was made with, and never another.
class AdoptingPolicy : public pqxx::connectionpolicy {
 public:
  explicit AdoptingPolicy(ConnectionHandle raw)
      : connectionpolicy(std::string()), raw_(std::move(raw)) {}
  handle do_startconnect(handle open) override { return open ? open : raw_.release(); }
  handle do_completeconnect(handle open) override { return open; }

 private:
  ConnectionHandle raw_;
};

class OwningConnection : public pqxx::connection_base {
 public:
  explicit OwningConnection(ConnectionHandle raw);
  OwningConnection(const OwningConnection&) = delete;
  OwningConnection& operator=(const OwningConnection&) = delete;
  ~OwningConnection() { close(); }

 private:
  AdoptingPolicy policy_;
};
#else
using OwningConnection = pqxx::connection;
#endif

class PqxxConnection {
 public:
  /// Takes an open connection; sends nothing.
  explicit PqxxConnection(ConnectionHandle raw);
  PqxxConnection(const PqxxConnection&) = delete;
  PqxxConnection& operator=(const PqxxConnection&) = delete;

  /// For what libpqxx has no way; valid while this lives, even after the line is lost.
  [[nodiscard]] PGconn* raw() const noexcept { return raw_; }

  /// Runs one statement, without opening a transaction. Throws sdk::Failure with every field the
  /// server gave; for completed() to finish.
  pqxx::result query(const std::string& sql, std::initializer_list<std::string> params);

 private:
  static int on_event(PGEventId event, void* info, void* self) noexcept;

  PGconn* raw_;
  OwningConnection connection_;
  std::optional<sdk::Failure> error_;  ///< the first one since the last query began
};

}  // namespace garboard::postgres
