// SPDX-License-Identifier: Apache-2.0
// The options of `open`, taken from their JSON and checked: what is not known is refused by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace garboard::mysql {

enum class TlsMode : std::uint8_t { disabled, preferred, required, verify_ca, verify_full };

struct Options {
  std::string host;    ///< empty = unix socket
  std::string socket;  ///< empty = the client library's default
  unsigned port = 0;
  std::string user, password, database;
  TlsMode tls = TlsMode::disabled;
  std::string tls_ca, tls_ca_path, tls_cert, tls_key;
  std::string server_public_key;  ///< file that holds the server's RSA key
  std::string sql_mode;
  bool has_sql_mode = false;
  bool allows_cleartext_password = false;
  std::string application_name;
  unsigned connect_timeout_s = 10;

  [[nodiscard]] bool is_socket() const noexcept { return host.empty(); }
};

/// Throws sdk::Failure with GBD_E_INVALID and the name of the offending option.
[[nodiscard]] Options parse_options(std::string_view json);

}  // namespace garboard::mysql
