// SPDX-License-Identifier: Apache-2.0
// From seed files to Seeds: the one entry of this room for seed data.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "model/seed.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

using base::Result;

/// One seed for each file, in their order. The first Error carries all further mistakes of all
/// files in `others`; its code is bad_input. A file whose name ends in .json is read as JSON, any
/// other as YAML. CSV files are not read, only looked for.
Result<std::vector<model::Seed>> load_seeds(ports::Files& files,
                                            std::span<const std::filesystem::path> paths);

}  // namespace garboard::loading
