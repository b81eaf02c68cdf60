// SPDX-License-Identifier: Apache-2.0
// Folders of migrations in memory, and short ways to say what was loaded from them.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "loading/source.hpp"
#include "support/memory_files.hpp"

namespace garboard::loading {

struct FolderText {
  using Entries = std::initializer_list<std::pair<const std::string, std::string>>;

  FolderText(Entries entries) {
    for (const auto& [name, text] : entries) files.put("m/" + name, text);
  }

  base::Result<model::Changes> load(Format format = Format::automatic) {
    Source source{.files = files, .folder = "m", .format = format};
    source.values = values;
    source.database = database;
    source.environment = [this](std::string_view name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    return loading::load(source);
  }
  /// "id name" of each migration, or the first mistake as "place: message".
  std::string ids(Format format = Format::automatic) {
    const auto changes = load(format);
    if (!changes) return changes.error().where.text() + ": " + changes.error().message;
    std::string text;
    for (const model::Change& change : changes->items)
      text += (text.empty() ? "" : ", ") + change.id + " (" + change.name + ")";
    return text;
  }
  /// The text of a step.
  std::string text(const model::Step& step) {
    const std::string whole = *files.read(step.file, std::uint64_t{1} << 30U);
    const auto end = std::min<std::uint64_t>(step.end_byte, whole.size());
    return whole.substr(step.first_byte, end - step.first_byte);
  }

  testing_support::MemoryFiles files = {};
  std::map<std::string, std::string, std::less<>> values = {};
  std::map<std::string, std::string, std::less<>> variables = {};
  std::string database = "postgres";
};

}  // namespace garboard::loading
