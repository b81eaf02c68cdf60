// SPDX-License-Identifier: Apache-2.0
// A driver's render, called as the host calls it, and what it is asked for.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "connection.hpp"
#include "subject.hpp"

namespace garboard::conformance {

struct Rendered {
  gbd_status status = GBD_OK;
  gbd_error error = {};
  std::string answer = {};
  std::vector<std::string> statements = {};
  bool is_unchecked = false;

  [[nodiscard]] bool is_ok() const noexcept { return status == GBD_OK; }
  [[nodiscard]] std::string text() const { return name_of(status) + " " + error.message; }
};

/// Skipped where the driver has no such slot. Failed when the answer's shape is wrong. Without a
/// connection, for any server.
Rendered render(Subject& subject, const nlohmann::json& operation, gbd_conn* connection = nullptr);
/// Renders with the connection and runs it; Failed unless all of that succeeds.
void run_operation(Subject& subject, Connection& connection, const nlohmann::json& operation);

struct OperationExample {
  std::string label;  ///< "addIndex", "addIndex.where": what profiles say under "unsupported"
  nlohmann::json operation;
};

/// Each operation of docs/driver-operations.md, in an order in which they run. Names begin with
/// `prefix`; when all have run, the tables {prefix}_customers and {prefix}_types may be left.
[[nodiscard]] std::vector<OperationExample> operation_examples(const std::string& prefix);

/// A table with an identity column, a number and a text.
[[nodiscard]] nlohmann::json plain_table(const std::string& name, const std::string& text_column);

}  // namespace garboard::conformance
