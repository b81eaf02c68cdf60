// SPDX-License-Identifier: Apache-2.0
// How a command ends when it failed: the error on standard error, in the report, and in the file
// that Kubernetes shows as the container's termination message.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.hpp"
#include "cli/log.hpp"

namespace garboard::cli {

/// Kubernetes cuts a message at 4 KiB.
inline constexpr std::size_t max_termination_bytes = 3584;

/// Writes the error to the log and, when the file exists, to `termination_log`. Never fails.
void tell_failure(const base::Error& error, Log& log, const std::string& termination_log);

}  // namespace garboard::cli
