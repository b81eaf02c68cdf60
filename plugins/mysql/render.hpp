// SPDX-License-Identifier: Apache-2.0
// Logical operations in the SQL of MySQL and MariaDB.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::mysql {

/// The server that an operation is rendered for.
struct Server {
  bool is_mariadb = false;
  unsigned version = 0;  ///< 80019 is 8.0.19
  bool has_backslash_escapes = true;
  /// The rows of a query; NULL is empty.
  std::function<std::vector<std::vector<std::string>>(const std::string& sql)> query;
};

/// The version as `Server` has it of what the server says of itself, `5.5.5-10.11.6-MariaDB`.
[[nodiscard]] unsigned version_number(std::string_view full_version);

/// The answer to `render`; see docs/driver-operations.md. Without a server it is an outline for
/// any. Throws sdk::Failure for what the server, or every server, cannot do.
[[nodiscard]] std::string render_operation(std::string_view op_json, const Server* server);

}  // namespace garboard::mysql
