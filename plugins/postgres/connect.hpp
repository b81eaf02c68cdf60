// SPDX-License-Identifier: Apache-2.0
// Opens a libpq connection without ever blocking on the server, so that an interrupted run ends at
// once, and without giving a password away in clear.
#pragma once

#include "options.hpp"
#include "pq.hpp"

namespace garboard::postgres {

/// Throws GBD_E_CONNECT, GBD_E_AUTH or GBD_E_CANCELLED; never a text with the password in it.
[[nodiscard]] ConnectionHandle connect(const ConnectOptions& options);

}  // namespace garboard::postgres
