// SPDX-License-Identifier: Apache-2.0
// Reads plan files into Changes, with every mistake placed at file, line and column.
#pragma once

#include <filesystem>
#include <span>

#include "base/result.hpp"
#include "loading/source.hpp"
#include "model/change.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

using base::Result;

/// The migrations of all plan files, in the order of the files and of their entries. The first
/// Error carries all further mistakes of all files in `others`; its code is bad_input.
/// A file whose name ends in .json is read as JSON, any other as YAML (a superset).
Result<model::Changes> load_plans(const Source& source,
                                  std::span<const std::filesystem::path> plans);
/// The same without values for placeholders.
Result<model::Changes> load_plans(ports::Files& files,
                                  std::span<const std::filesystem::path> plans);

}  // namespace garboard::loading
