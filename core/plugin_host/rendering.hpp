// SPDX-License-Identifier: Apache-2.0
// Asks a driver for the SQL of a logical operation.
#pragma once

#include <string_view>

#include <garboard/abi.h>

#include "base/result.hpp"
#include "model/dialect.hpp"
#include "model/rendered.hpp"

namespace garboard::plugin_host {

/// `connection` may be null: then the answer is good for any server of the dialect.
/// Code::bad_input when the database has no such thing, Code::plugin when the driver cannot render.
base::Result<model::Rendered> render_with(const gbd_driver& table, gbd_conn* connection,
                                          const model::Dialect& dialect,
                                          std::string_view operation_json);

}  // namespace garboard::plugin_host
