// SPDX-License-Identifier: Apache-2.0
// The MySQL driver as a host meets it: loaded from its file and called through the C tables, so
// that every field of an error can be asserted.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/abi.h>
#include <nlohmann/json.hpp>

namespace garboard::mysql_test {

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
  Connection() = default;
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
  /// The answer is in `text`.
  Outcome render(const nlohmann::json& operation);

 private:
  gbd_conn* raw_ = nullptr;
  Outcome opened_;
};

/// What the driver renders without a connection.
Outcome outline(const nlohmann::json& operation);

/// A server of the tests and a fresh database in it. Skips, or fails, where the server is missing.
class OnServer : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;
  void TearDown() override;
  [[nodiscard]] nlohmann::json options() const { return options_; }
  [[nodiscard]] bool is_mariadb() const { return std::string_view(GetParam()) == "MARIADB"; }

  nlohmann::json options_;
  Connection* connection_ = nullptr;
  Outcome run(std::string_view sql, const std::vector<Cell>& params = {}) {
    return connection_->exec(sql, params);
  }
  /// Runs it and expects success.
  void must(std::string_view sql);

 private:
  std::string database_;
};

#define ON_EACH_SERVER(suite)                                                     \
  INSTANTIATE_TEST_SUITE_P(Servers, suite, ::testing::Values("MARIADB", "MYSQL"), \
                           [](const auto& server) { return std::string(server.param); })

}  // namespace garboard::mysql_test
