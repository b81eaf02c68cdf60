// SPDX-License-Identifier: Apache-2.0
// Reading the small files that settings and secrets come from.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace garboard::cli {

/// The whole file, which may be a pipe or a mounted Secret; Code::bad_input with the path when it
/// cannot be read or is longer than max_bytes.
base::Result<std::string> read_text_file(const std::string& path, std::uint64_t max_bytes);

}  // namespace garboard::cli
