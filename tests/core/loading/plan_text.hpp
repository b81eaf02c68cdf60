// SPDX-License-Identifier: Apache-2.0
// Plans in memory, and errors as one text each, for the tests of this room.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "loading/load.hpp"
#include "support/memory_files.hpp"

namespace garboard::loading {

using testing_support::MemoryFiles;

inline base::Result<model::Changes> load_from(MemoryFiles& files,
                                              std::vector<std::filesystem::path> plans) {
  return load_plans(files, plans);
}

inline base::Result<model::Changes> load_text(std::string text,
                                              const std::string& name = "plan.yaml") {
  MemoryFiles files{{name, std::move(text)}};
  return load_from(files, {name});
}

/// "file:line:column: message [hint]" of the error and of its others.
inline std::vector<std::string> lines_of(const base::Result<model::Changes>& result) {
  std::vector<std::string> lines;
  if (result) return lines;
  const auto line = [](const base::Error& error) {
    return error.where.text() + ": " + error.message +
           (error.hint.empty() ? "" : " [" + error.hint + "]");
  };
  lines.push_back(line(result.error()));
  for (const base::Error& other : result.error().others) lines.push_back(line(other));
  return lines;
}

inline std::string all_of(const base::Result<model::Changes>& result) {
  std::string text;
  for (const std::string& line : lines_of(result)) text += line + "\n";
  return text;
}

inline constexpr std::string_view head = "version: 1\nmigrations:\n";

/// A plan of one migration with the given lines (each indented as they are).
inline std::string plan_with(std::string_view lines) {
  return std::string(head) + std::string(lines);
}

}  // namespace garboard::loading
