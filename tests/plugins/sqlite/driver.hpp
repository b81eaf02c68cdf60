// SPDX-License-Identifier: Apache-2.0
// The SQLite driver as a host meets it: loaded from its file and called through the C tables, so
// that every field of an error can be asserted.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/abi.h>
#include <nlohmann/json.hpp>

namespace garboard::sqlite_test {

using Cell = std::optional<std::string>;
using Rows = std::vector<std::vector<Cell>>;

/// What one call answered.
struct Outcome {
  gbd_status status = GBD_OK;
  std::uint32_t flags = 0;
  std::int64_t native_code = 0, position = -1, affected = -2;
  std::string sqlstate, message, hint, context;
  std::size_t done = 0;
  std::string text;  ///< what went to the sink
  Rows rows;
  std::vector<std::string> columns;

  [[nodiscard]] bool ok() const { return status == GBD_OK; }
  [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
  [[nodiscard]] Cell cell() const { return rows.empty() ? Cell{} : rows.front().front(); }
};
std::ostream& operator<<(std::ostream& out, const Outcome& outcome);

[[nodiscard]] const gbd_driver& driver();
/// What gbd_host.cancelled answers from now on.
void set_host_cancelled(bool is_cancelled);

/// One connection; closed at the end.
class Connection {
 public:
  explicit Connection(const nlohmann::json& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  void close();
  [[nodiscard]] const Outcome& opened() const { return opened_; }
  Outcome exec(std::string_view sql, const std::vector<Cell>& params = {},
               std::size_t max_rows = SIZE_MAX);
  Outcome batch(const std::vector<std::string>& statements, std::uint32_t flags = 0);
  Outcome tx(std::int32_t op);
  Outcome lock(std::string_view key, std::int64_t timeout_ms);
  Outcome unlock(std::string_view key);
  Outcome cancel();
  Outcome fingerprint(std::string_view sql);
  Outcome server_info();
  Outcome render(const nlohmann::json& operation);
  /// Renders the operation and runs it as a host does, in a transaction of its own.
  Outcome apply(const nlohmann::json& operation);

 private:
  gbd_conn* raw_ = nullptr;
  Outcome opened_;
};

/// What the driver renders without a connection.
Outcome outline(const nlohmann::json& operation);

/// A fresh folder with one open database in it.
class OnFile : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
  /// Options for this test's file, with changes.
  [[nodiscard]] nlohmann::json options(const nlohmann::json& changes = {}) const;
  Outcome run(std::string_view sql, const std::vector<Cell>& params = {}) {
    return connection_->exec(sql, params);
  }
  /// Runs it and expects success.
  void must(std::string_view sql) { must(*connection_, sql); }
  static void must(Connection& connection, std::string_view sql);
  /// Applies the operation and expects success.
  void apply(const nlohmann::json& operation);
  [[nodiscard]] std::string file() const { return (folder_ / "test.db").string(); }

  std::filesystem::path folder_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace garboard::sqlite_test
