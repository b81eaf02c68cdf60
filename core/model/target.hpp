// SPDX-License-Identifier: Apache-2.0
// Target: one of many databases that one run of a command is for, as the targets file names it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

/// Where a target's URL stands.
struct UrlSource {
  enum class Kind { variable, file, text };
  Kind kind = Kind::variable;
  std::string value = {};  ///< the variable's name, the file's path, or the URL itself
};

/// Which schemas of a database are targets of their own: those a query lists, or these.
struct SchemaSource {
  std::string query = {};
  std::vector<std::string> names = {};  ///< when there is no query
};

/// One entry of a targets file.
struct TargetEntry {
  std::string name;
  UrlSource url = {};
  std::vector<std::pair<std::string, std::string>> values = {};  ///< of placeholders
  bool is_canary = false;
  std::optional<SchemaSource> schemas = {};
  base::SourcePosition where = {};
};

/// One database, or one schema of it.
struct Target {
  std::string name;         ///< the entry's, or "entry/schema"
  std::size_t entry = 0;    ///< its index in the file
  std::string schema = {};  ///< empty = the URL's own
};

}  // namespace garboard::model
