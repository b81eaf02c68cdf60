// SPDX-License-Identifier: Apache-2.0
// A document as a seed. Decides the same as schema/seed.schema.json, and a few things a schema
// cannot say; a test holds the two against each other.
#pragma once

#include <filesystem>

#include "loading/document.hpp"
#include "loading/problems.hpp"
#include "model/seed.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

/// What there is of the seed; it is complete when no problem was added. CSV files are looked for
/// beneath `folder` and not opened.
[[nodiscard]] model::Seed decode_seed(const Document& document, ports::Files& files,
                                      const std::filesystem::path& folder, Problems& problems);

}  // namespace garboard::loading
