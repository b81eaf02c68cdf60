// SPDX-License-Identifier: Apache-2.0
// The checksum that tells whether an applied migration was edited: of what runs, not of where it
// is written, so that moving SQL between plan and file, or renaming files, changes nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/sha256.hpp"

namespace garboard::loading {

/// "1:" and SHA-256, in hex, over the text of each up step in order, as base::ScriptDigest reads
/// it, with a NUL byte after each. The "1" names this algorithm.
class Checksum {
 public:
  /// The next bytes of the current step.
  void update(std::string_view bytes) { digest_.update(bytes); }
  void end_step() { digest_.end_text(); }
  [[nodiscard]] std::string text() { return "1:" + digest_.hex(); }

 private:
  base::ScriptDigest digest_;
};

}  // namespace garboard::loading
