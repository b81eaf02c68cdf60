// SPDX-License-Identifier: Apache-2.0
// Change: one migration as its author wrote it, whatever file format it came from.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

using base::SourcePosition;

inline constexpr std::size_t max_lock_retries = 1000;

enum class TransactionMode {
  automatic,  ///< one transaction, unless a statement cannot run in one
  always,     ///< one transaction; a statement that cannot run in one is an error
  never,      ///< each statement on its own, kept track of in the journal
};

/// What `${NAME}` stands for in the steps of one plan or folder.
struct Placeholder {
  std::string value;
  bool is_secret = false;  ///< kept out of all output
};
using Placeholders = std::map<std::string, Placeholder, std::less<>>;

inline constexpr std::uint64_t to_the_end = ~std::uint64_t{0};

/// One entry of `up` or `down`.
struct Step {
  enum class Kind {
    sql,
    file,
    operation,  ///< what the driver renders: docs/driver-operations.md
  };
  Kind kind = Kind::sql;
  std::string sql = {};                 ///< the text of a `sql` step, the JSON of an operation
  std::filesystem::path file = {};      ///< resolved path of a `file` step
  std::uint64_t first_byte = 0;         ///< of a `file` step: where in the file its text begins
  std::uint64_t end_byte = to_the_end;  ///< one past its last byte
  std::string shown = {};               ///< the path as the author wrote it, for messages
  std::string digest = {};              ///< of a `file` step: base::ScriptDigest of its text, hex
  SourcePosition where = {};            ///< where the text's first character stands
  std::uint32_t indent =
      0;                    ///< columns before each further line of a `sql` step's text in its plan
  bool is_verbatim = true;  ///< false when escapes or folding hide where a character stands
  /// Set when `${NAME}` in the text means a placeholder, which is put in while the text is read, so
  /// that neither checksum nor history ever see a value.
  std::shared_ptr<const Placeholders> placeholders = {};
};

/// Migrations of the two phases of a deployment are put in order each by themselves.
enum class Phase { any, pre_deploy, post_deploy };

struct Change {
  std::string id;
  std::string name;
  std::vector<std::string> tags = {};
  std::string metadata_json = {};           ///< an object's JSON text; empty = none
  std::vector<std::string> databases = {};  ///< empty = any
  TransactionMode transaction = TransactionMode::automatic;
  std::optional<std::chrono::milliseconds> lock_timeout = {};  ///< this and below: as the run says
  std::optional<std::chrono::milliseconds> statement_timeout = {};
  std::optional<std::size_t> lock_retries = {};
  bool allows_empty = false;  ///< no statement at all is what the author wants
  std::vector<Step> up = {};
  std::vector<Step> down = {};  ///< as written, or the inverses of the operations in `up`
  Phase phase = Phase::any;
  std::vector<std::string> required_ids = {};  ///< applied before this one
  bool is_repeatable = false;  ///< applied again, after all others, whenever its checksum changes
  std::string irreversible = {};  ///< why no down could be derived; empty = it has one, or SQL only
  std::filesystem::path origin = {};  ///< of a folder's migration: the file it was read from
  std::string checksum = {};          ///< see loading/checksum.hpp; versioned by algorithm
  SourcePosition where = {};
};

/// Whether something for `databases`, of which none means any, is for this kind of database.
[[nodiscard]] inline bool is_for(const std::vector<std::string>& databases,
                                 std::string_view database) noexcept {
  return databases.empty() || std::ranges::find(databases, database) != databases.end();
}

/// Everything the plan files say, in the order in which it is to be applied.
struct Changes {
  std::vector<Change> items = {};
  std::vector<std::string> databases = {};  ///< what the plans are written for; empty = any
  /// All that the plans declare or the folder uses, also for downs kept in the history; may be
  /// null.
  std::shared_ptr<const Placeholders> placeholders = {};
};

}  // namespace garboard::model
