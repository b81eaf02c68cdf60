// SPDX-License-Identifier: Apache-2.0
// The small files that settings, secrets and locks stand in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace garboard::cli {

/// The whole file, which may be a pipe or a mounted Secret; Code::bad_input with the path when it
/// cannot be read or is longer than max_bytes.
base::Result<std::string> read_text_file(const std::string& path, std::uint64_t max_bytes);

/// Replaces the file as a whole, readable by all; Code::bad_input with the path when that fails.
base::Result<void> write_text_file(const std::string& path, std::string_view text);

}  // namespace garboard::cli
