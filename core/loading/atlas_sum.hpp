// SPDX-License-Identifier: Apache-2.0
// atlas.sum: the hashes by which Atlas notices that a folder of migrations was changed by hand.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::loading {

/// One file of the folder, in the order of the names.
struct SummedFile {
  std::string_view name;
  std::string_view text;
};

/// The hash of each file, "h1:" and base64; each covers all files before it too.
[[nodiscard]] std::vector<std::string> atlas_hashes(std::span<const SummedFile> files);

/// The whole text of atlas.sum.
[[nodiscard]] std::string atlas_sum(std::span<const SummedFile> files);

/// True when the file's head tells Atlas to leave its text out of the sum.
[[nodiscard]] bool is_left_out_of_sum(std::string_view text);

}  // namespace garboard::loading
