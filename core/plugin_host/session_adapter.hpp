// SPDX-License-Identifier: Apache-2.0
// Wraps one connection of a driver's C tables as a ports::Session.
#pragma once

#include <memory>
#include <string_view>

#include <garboard/abi.h>

#include "base/result.hpp"
#include "model/dialect.hpp"
#include "ports/session.hpp"

namespace garboard::plugin_host {

using base::Result;

/// Opens a connection. `table` and `dialect` must outlive the session. Nothing that the driver does
/// with its callbacks can throw through it, and nothing is called after the connection was lost but
/// close.
Result<std::unique_ptr<ports::Session>> open_session(const gbd_driver& table,
                                                     const model::Dialect& dialect,
                                                     std::string_view options_json);

}  // namespace garboard::plugin_host
