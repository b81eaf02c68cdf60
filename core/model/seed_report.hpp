// SPDX-License-Identifier: Apache-2.0
// SeedReport: what a run of `seed` did, or would do, table by table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/seed.hpp"

namespace garboard::model {

enum class SeedOutcome {
  not_started,
  applied,
  unchanged,        ///< reconciled, and everything was as the seed says
  already_applied,  ///< once, by an earlier run
  skipped,          ///< not for this database or environment
  failed,           ///< rolled back
};

/// A column of a row that would change.
struct SeedCell {
  std::string column;
  std::optional<std::string> before = {};  ///< of an update or a delete; nullopt = NULL
  std::optional<std::string> after = {};   ///< of an insert or an update
  bool is_key = false;                     ///< of an update: tells which row
};

struct SeedRowChange {
  enum class Kind { insert, update, remove };
  Kind kind = Kind::insert;
  std::vector<SeedCell> cells = {};
};

struct SeedTableReport {
  std::string table;
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t deleted = 0;
  std::vector<SeedRowChange> changes = {};  ///< of a dry run: the first ones of each kind
};

struct SeedReport {
  std::string id;
  std::string name;
  SeedMode mode = SeedMode::once;
  SeedOutcome outcome = SeedOutcome::not_started;
  std::string reason = {};  ///< why it was skipped
  std::vector<SeedTableReport> tables = {};
  std::int64_t duration_ms = 0;
};

struct SeedRunReport {
  std::string run_id;
  std::vector<SeedReport> seeds = {};
  std::optional<base::Error> error = {};
  std::int64_t duration_ms = 0;
};

}  // namespace garboard::model
