// SPDX-License-Identifier: Apache-2.0
// The checksum that tells whether an applied migration was edited: of what runs, not of where it
// is written, so that moving SQL between plan and file, or renaming files, changes nothing.
#pragma once

#include <span>
#include <string>

#include "model/change.hpp"

namespace garboard::loading {

/// "1:" and SHA-256, in hex, over the digest of each up step in order, 64 hex digits and LF each.
/// A step's digest is base::ScriptDigest of its text. The "1" names this algorithm.
[[nodiscard]] std::string checksum_of(std::span<const model::Step> up);

}  // namespace garboard::loading
