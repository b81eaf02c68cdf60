// SPDX-License-Identifier: Apache-2.0
// A driver's connection, called as the host calls it, with all that comes back kept.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "plugin_host/errors.hpp"
#include "subject.hpp"

namespace garboard::conformance {

using Row = std::vector<std::optional<std::string>>;

/// What one call answered.
struct Outcome {
  gbd_status status = GBD_OK;
  gbd_error error = {};
  std::int64_t affected = -2;  ///< -2 = the driver wrote nothing
  std::vector<std::string> columns = {};
  std::vector<Row> rows = {};

  [[nodiscard]] bool is_ok() const noexcept { return status == GBD_OK; }
  [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (error.flags & flag) != 0; }
  /// "GBD_E_SQL [42601] syntax error"
  [[nodiscard]] std::string text() const;
  /// The only cell of the only row; Failed when there is another number of them.
  [[nodiscard]] std::optional<std::string> cell() const;
};

/// Failed unless it succeeded.
Outcome must(Outcome outcome, std::string_view doing);

/// What a driver's open() gets for the profile's database.
[[nodiscard]] nlohmann::json open_options(const Subject& subject);

class Connection {
 public:
  explicit Connection(Subject& subject);  ///< Failed when it cannot be opened
  Connection(Subject& subject, const nlohmann::json& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  /// The outcome of opening alone; what was opened is closed again.
  static Outcome try_open(Subject& subject, const nlohmann::json& options);

  Outcome exec(std::string_view sql, std::span<const gbd_str> params = {},
               std::size_t rows_wanted = SIZE_MAX);
  Outcome tx(std::int32_t operation);
  Outcome lock(std::string_view key, std::int64_t timeout_ms);
  Outcome unlock(std::string_view key);
  Outcome cancel();  ///< from any thread
  /// The whole answer of server_info; Failed when it is no JSON object.
  nlohmann::json server_info();
  /// The rows of `values`, by the profile's "select": SELECT 1, 'a'.
  Outcome select(std::string_view values);
  void close();

  [[nodiscard]] gbd_conn* raw() const noexcept { return raw_; }

 private:
  Subject& subject_;
  const gbd_driver& driver_;
  gbd_conn* raw_ = nullptr;
};

/// Drops a table, when there is one, at the end.
class DroppedTable {
 public:
  DroppedTable(Subject& subject, std::string name) : subject_(subject), name_(std::move(name)) {}
  DroppedTable(const DroppedTable&) = delete;
  DroppedTable& operator=(const DroppedTable&) = delete;
  ~DroppedTable();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// The profile's statement that makes it.
  [[nodiscard]] std::string definition() const;

 private:
  Subject& subject_;
  const std::string name_;
};

/// A table (id INTEGER NOT NULL PRIMARY KEY, body TEXT) of its own name, dropped at the end. Make
/// it before the connections that use it: what they have locked is free when it is dropped.
class TextTable {
 public:
  explicit TextTable(Subject& subject);
  TextTable(const TextTable&) = delete;
  TextTable& operator=(const TextTable&) = delete;
  ~TextTable() = default;

  [[nodiscard]] const std::string& name() const noexcept { return table_.name(); }
  /// Inserts through `connection`, with parameters as the dialect writes them.
  Outcome insert(Connection& connection, int id, std::optional<std::string_view> body);
  [[nodiscard]] std::int64_t count(Connection& connection) const;
  /// The body of that row.
  [[nodiscard]] std::optional<std::string> body(Connection& connection, int id) const;

 private:
  Subject& subject_;
  DroppedTable table_;
};

/// A name that no other check of any run uses.
[[nodiscard]] std::string new_name();
/// `text` with {key} replaced.
[[nodiscard]] std::string filled(std::string text, std::string_view key, std::string_view value);
/// The dialect's n-th placeholder, from 1.
[[nodiscard]] std::string placeholder(Subject& subject, int n);

}  // namespace garboard::conformance
