// SPDX-License-Identifier: Apache-2.0
// The hooks file (schema/hooks.schema.json): which hooks a run has.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "model/hook_spec.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

using base::Result;

/// In their order. The first Error carries all further mistakes in `others`; its code is bad_input.
/// A file whose name ends in .json is read as JSON, any other as YAML.
Result<std::vector<model::HookSpec>> load_hooks(ports::Files& files,
                                                const std::filesystem::path& path);

}  // namespace garboard::loading
