// SPDX-License-Identifier: Apache-2.0
// Change: one migration as its author wrote it, whatever file format it came from.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

using base::SourcePosition;

enum class TransactionMode {
  automatic,  ///< one transaction, unless a statement cannot run in one
  always,     ///< one transaction; a statement that cannot run in one is an error
  never,      ///< each statement on its own, kept track of in the journal
};

/// One `sql:` or `file:` entry.
struct Step {
  enum class Kind { sql, file };
  Kind kind = Kind::sql;
  std::string sql = {};             ///< the text of a `sql` step
  std::filesystem::path file = {};  ///< resolved path of a `file` step
  std::string shown = {};           ///< the path as the author wrote it, for messages
  std::string digest = {};          ///< of a `file` step: base::ScriptDigest of its text, hex
  SourcePosition where = {};        ///< a `sql` step's first character, or line 1 of the file
  std::uint32_t indent =
      0;                    ///< columns before each further line of a `sql` step's text in its plan
  bool is_verbatim = true;  ///< false when escapes or folding hide where a character stands
};

struct Change {
  std::string id;
  std::string name;
  std::vector<std::string> tags = {};
  std::string metadata_json = {};           ///< an object's JSON text; empty = none
  std::vector<std::string> databases = {};  ///< empty = any
  TransactionMode transaction = TransactionMode::automatic;
  std::optional<std::chrono::milliseconds> lock_timeout = {};
  bool allows_empty = false;  ///< no statement at all is what the author wants
  std::vector<Step> up = {};
  std::vector<Step> down = {};
  std::string checksum = {};  ///< see loading/checksum.hpp; versioned by algorithm
  SourcePosition where = {};
};

/// Everything the plan files say, in the order in which it is to be applied.
struct Changes {
  std::vector<Change> items = {};
  std::vector<std::string> databases = {};  ///< what the plans are written for; empty = any
};

}  // namespace garboard::model
