// SPDX-License-Identifier: Apache-2.0
// The files of a migration that somebody begins to write: names that go on as the folder's other
// files do, and the markers that the folder's tool wants.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "loading/source.hpp"

namespace garboard::loading {

struct NewFile {
  std::string path = {};  ///< relative to the folder
  std::string text = {};
  bool is_replaced = false;  ///< is there already and gets a new text, such as atlas.sum
};

/// `name` as a person writes it; `now` gives versions that are times. The folder may be missing or
/// empty. Code::usage for a name that no file can have.
base::Result<std::vector<NewFile>> new_files(const Source& source, Format format,
                                             std::string_view name,
                                             std::chrono::system_clock::time_point now);

/// A plan with one more migration at its end, everything else as it stands; `plan` may be empty.
/// Code::bad_input when the list of migrations is not written as lines that begin with '-', or does
/// not stand at the end.
base::Result<std::string> plan_with_new(std::string_view plan, std::string_view name);

}  // namespace garboard::loading
