// SPDX-License-Identifier: Apache-2.0
// Which database to connect to: a URL or split fields, from flags and environment, each also
// through a file that a Secret is mounted as.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/environment.hpp"
#include "cli/settings.hpp"
#include "cli/url.hpp"

namespace garboard::cli {

struct Connection {
  std::string driver;  ///< scheme or name to load the driver by
  Url url;
  std::vector<std::string> secrets = {};  ///< for the redactor

  /// What a driver's open() takes; see docs/driver-describe.md.
  [[nodiscard]] std::string options_json(std::chrono::milliseconds connect_timeout,
                                         bool is_read_only) const;
  /// For people: driver, host, port and database, and nothing secret.
  [[nodiscard]] std::string shown() const;
};

/// `place`: where the URL stood, for messages.
Result<Connection> connection_from_url(std::string_view text, const std::string& place);

/// The variable, or the content of the file that its _FILE twin names; nullopt when neither is set.
Result<std::optional<std::string>> value_of(const Environment& environment,
                                            const std::string& name);

/// Without the last line's end.
Result<std::string> read_secret_file(const std::string& path);

/// The first of: --url (without a password) or GARBOARD_URL; the variable named by --url-env; the
/// variables with --env-prefix. A variable NAME that is not set is read from the file that
/// NAME_FILE names. Code::usage when there is none.
Result<Connection> find_connection(const Settings& settings, const Environment& environment);

/// The driver that --database or a URL or <prefix>TYPE names; nothing else of the connection is
/// looked at. Code::usage when there is none.
Result<std::string> find_driver_name(const Settings& settings, const Environment& environment);

}  // namespace garboard::cli
