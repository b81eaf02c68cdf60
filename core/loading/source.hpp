// SPDX-License-Identifier: Apache-2.0
// Where migrations come from: plan files, or a folder in the format of this or another tool. The
// one entry of this room for commands.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "loading/format.hpp"
#include "model/change.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

using base::Result;

struct Source {
  ports::Files& files;
  std::vector<std::filesystem::path> plans = {};  ///< or else the folder
  std::filesystem::path folder = {};
  Format format = Format::automatic;  ///< of the folder
  /// Values of placeholders that were given by name.
  std::map<std::string, std::string, std::less<>> values = {};
  /// A variable's value; nullopt when it is not set. May be empty.
  std::function<std::optional<std::string>(std::string_view)> environment = {};
  std::string database = {};  ///< the driver's name, when it is known
};

/// All migrations of the source, in the order in which they are to be applied. The first Error
/// carries all further mistakes in `others`; its code is bad_input, or usage for a value that
/// nothing takes.
Result<model::Changes> load(const Source& source);

/// The same with nothing but the format of a folder, which is recognised by its names and markers
/// when Format::automatic is asked for.
Result<Format> format_of_folder(const Source& source);

}  // namespace garboard::loading
