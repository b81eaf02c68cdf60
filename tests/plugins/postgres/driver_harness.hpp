// SPDX-License-Identifier: Apache-2.0
// Calls the built driver through its C table, as the host does, and keeps what it reports.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/abi.h>
#include <nlohmann/json.hpp>

namespace garboard::postgres_tests {

/// What a call returned and told the host.
struct Reply {
  gbd_status status = GBD_OK;
  std::uint32_t flags = 0;
  std::int64_t position = -1;
  std::string sqlstate, message, detail, hint, context_json;

  [[nodiscard]] bool is_ok() const noexcept { return status == GBD_OK; }
  [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
  /// Everything a person could get to see.
  [[nodiscard]] std::string all_text() const {
    return message + "|" + detail + "|" + hint + "|" + context_json;
  }
};

std::ostream& operator<<(std::ostream& out, const Reply& reply);

using Param = std::optional<std::string>;
using Row = std::vector<Param>;

struct Statement {
  std::string sql;
  std::vector<Param> params = {};
};

struct Rows {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  std::size_t stop_after = SIZE_MAX;
  std::int64_t affected = -2;
};

/// The loaded driver and the host it talks to.
class Plugin {
 public:
  static Plugin& get();
  [[nodiscard]] const gbd_driver& table() const noexcept { return *table_; }
  std::vector<std::string> logs;
  std::atomic<bool> is_cancelled = false;

 private:
  Plugin();
  gbd_host host_{};
  const gbd_driver* table_ = nullptr;
};

class Connection {
 public:
  /// Fails the test when the server does not let us in.
  explicit Connection(const nlohmann::json& options);
  /// For tests of connecting itself.
  static Reply try_open(const nlohmann::json& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }
  void close();

  Reply exec(const std::string& sql, const std::vector<Param>& params = {}, Rows* rows = nullptr);
  /// First cell; fails the test when there is none.
  std::string cell(const std::string& sql, const std::vector<Param>& params = {});
  Reply tx(std::int32_t op);
  Reply batch(const std::vector<Statement>& statements, bool is_atomic, std::size_t& done);
  Reply copy_in(const std::string& sql, const std::vector<std::string>& chunks, std::int64_t& rows);
  Reply lock(const std::string& key, std::int64_t timeout_ms);
  Reply unlock(const std::string& key);
  Reply cancel();
  Reply fingerprint(const std::string& sql, std::string& state);
  nlohmann::json server_info();
  Reply render(const nlohmann::json& operation, nlohmann::json& answer);

 private:
  gbd_conn* raw_ = nullptr;
};

/// What the driver renders without a connection.
Reply outline(const nlohmann::json& operation, nlohmann::json& answer);

/// Options of open() for the test server; nullopt when there is none.
std::optional<nlohmann::json> server_options();

/// A test that needs the server: skipped without one, failed when servers are required.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override;
  /// A schema of this test's own, dropped first.
  void use_schema(const std::string& name);
  /// An open connection to the test server.
  Connection& db() { return *db_; }
  nlohmann::json options_;

 private:
  std::unique_ptr<Connection> db_;
};

}  // namespace garboard::postgres_tests
