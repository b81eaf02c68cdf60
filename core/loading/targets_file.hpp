// SPDX-License-Identifier: Apache-2.0
// The targets file (schema/targets.schema.json): the databases that one run is for.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "model/target.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

using base::Result;

inline constexpr std::size_t max_schema_name = 63;

/// In their order; at least one. The first Error carries all further mistakes in `others`; its code
/// is bad_input. A file whose name ends in .json is read as JSON, any other as YAML.
Result<std::vector<model::TargetEntry>> load_targets(ports::Files& files,
                                                     const std::filesystem::path& path);

}  // namespace garboard::loading
