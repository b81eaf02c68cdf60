// SPDX-License-Identifier: Apache-2.0
// What another tool would write into its history as the checksum of a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/change.hpp"
#include "model/foreign_history.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

/// For each change, any one of which the tool may have written; empty where the tool has none, or
/// the change did not come from a file of the tool's own.
using ForeignChecksums = std::vector<std::vector<std::string>>;

/// `history` tells, for Atlas, which files were there at the time. Fails when a file cannot be
/// read.
base::Result<ForeignChecksums> foreign_checksums(ports::Files& files, const model::Changes& changes,
                                                 const model::ForeignHistory& history);

/// Flyway's: CRC-32 of the lines without their ends and without a byte order mark, as a signed
/// number.
[[nodiscard]] std::string flyway_checksum(std::string_view text);

/// refinery's for a version of 32 and of 64 bits: SipHash-1-3 over name, version and text as Rust
/// feeds them to a hasher.
[[nodiscard]] std::vector<std::string> refinery_checksums(std::string_view name,
                                                          std::int64_t version,
                                                          std::string_view text);

}  // namespace garboard::loading
