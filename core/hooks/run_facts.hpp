// SPDX-License-Identifier: Apache-2.0
// What hooks are told of a run, in the words of this room: see docs/events.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/change.hpp"
#include "model/run_report.hpp"
#include "model/script_outline.hpp"

namespace garboard::hooks {

/// Holds for all events of a run.
struct RunFacts {
  std::string run_id;
  std::string command;
  std::string app;
  std::string environment = {};  ///< empty = none was named
  std::string version = {};      ///< of garboard
  std::string applied_by = {};
  std::string dialect = {};
  std::string server_version = {};  ///< empty without a connection
  std::string address = {};
};

/// A migration that a run is about.
struct Subject {
  const model::Change* change = nullptr;
  bool is_rollback = false;
  const model::ScriptOutline* outline = nullptr;   ///< null: its statements are not told
  const model::MigrationReport* report = nullptr;  ///< null: nothing has become of it yet
  std::int64_t lock_timeout_ms = 0;
};

/// How a run ended.
struct RunEnd {
  std::vector<Subject> subjects = {};
  std::size_t pending = 0;  ///< what is left to do
  std::int64_t duration_ms = 0;
  const base::Error* error = nullptr;  ///< null: it succeeded
};

}  // namespace garboard::hooks
