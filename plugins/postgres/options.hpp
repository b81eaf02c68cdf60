// SPDX-License-Identifier: Apache-2.0
// The options of open() as libpq settings: every one explicit, so that neither the environment nor
// files in a home directory decide where a migration runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace garboard::postgres {

struct ConnectOptions {
  std::vector<std::pair<std::string, std::string>> settings;  ///< libpq keyword and value
  std::int64_t timeout_ms = 10000;                            ///< for the whole of the connect
  bool refuses_cleartext = false;                             ///< on links that are not encrypted
  std::string wanted_session_options;  ///< of the startup packet; a pooler may refuse them
  std::string given_session_options;   ///< what the URL's `options` says
};

/// Throws GBD_E_INVALID naming what is unknown, not allowed or contradictory.
[[nodiscard]] ConnectOptions read_options(std::string_view options_json);

}  // namespace garboard::postgres
