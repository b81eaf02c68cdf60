// SPDX-License-Identifier: Apache-2.0
// Seed: the rows that one seed file wants to find in the database, as its author wrote them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

using base::SourcePosition;

/// The value of a column of another row of the same seed.
struct SeedReference {
  std::string alias;  ///< what the other row is called in the file
  std::string column;
  SourcePosition where;
};

struct SeedValue {
  std::optional<std::string> text = {};  ///< nullopt = NULL, or a reference
  std::optional<SeedReference> reference = {};
};

struct SeedRow {
  std::string alias = {};                                      ///< empty = none
  std::vector<std::pair<std::string, SeedValue>> values = {};  ///< by column, as written
  SourcePosition where = {};

  [[nodiscard]] const SeedValue* find(std::string_view column) const noexcept {
    for (const auto& [name, value] : values)
      if (name == column) return &value;
    return nullptr;
  }
};

struct SeedCsv {
  std::filesystem::path file = {};  ///< resolved
  std::string shown = {};           ///< the path as the author wrote it, for messages
  char delimiter = ',';
  std::string null_text = {};  ///< an unquoted field with this text is NULL
  /// Header to column, where they differ; an empty column = the field is left out.
  std::vector<std::pair<std::string, std::string>> columns = {};
  SourcePosition where = {};
};

struct SeedTable {
  std::string schema = {};  ///< empty = where the connection looks
  std::string name = {};
  std::vector<std::string> key = {};
  bool deletes = false;           ///< of rows that are not in the seed
  std::string delete_where = {};  ///< SQL that limits it; empty = all such rows
  std::vector<SeedRow> rows = {};
  std::optional<SeedCsv> csv = {};  ///< instead of rows
  SourcePosition where = {};

  /// For people.
  [[nodiscard]] std::string shown() const { return schema.empty() ? name : schema + "." + name; }
};

/// A table that another one's foreign key names.
struct SeedParent {
  std::string schema;  ///< empty where there are none
  std::string name;
};

enum class SeedMode {
  once,       ///< its rows are inserted one time
  reconcile,  ///< each run makes the tables agree with it
};

struct Seed {
  std::string id;
  std::string name = {};
  SeedMode mode = SeedMode::once;
  std::vector<std::string> databases = {};     ///< empty = any
  std::vector<std::string> environments = {};  ///< empty = any
  std::vector<SeedTable> tables = {};          ///< as written
  std::string declaration = {};  ///< what its checksum is made of, beside the files' contents
  SourcePosition where = {};
};

}  // namespace garboard::model
