// SPDX-License-Identifier: Apache-2.0
// Event: something a run tells those who watch it. Views live as long as the call.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "model/blocker.hpp"
#include "model/script_outline.hpp"

namespace garboard::model {

enum class EventKind {
  run_started,
  lock_waiting,      ///< another run holds the lock, `blockers` if known; repeated while waiting
  before_migration,  ///< of a Gate only, as is the next
  before_statement,
  migration_started,
  statement_finished,  ///< with `statement` where somebody wants to know
  progress,            ///< bytes of a long script
  migration_finished,
  migration_failed,
  statement_blocked,  ///< a statement waits for `blockers`; repeated while it does
  retrying,           ///< a retryable conflict; `message` says which
  reconnecting,
  run_finished,
};

struct Event {
  EventKind kind = EventKind::run_started;
  std::string_view id = {};  ///< of the migration
  std::string_view name = {};
  std::string_view message = {};
  std::uint64_t done = 0;   ///< statements, migrations or bytes, by kind
  std::uint64_t total = 0;  ///< 0 = unknown
  std::int64_t duration_ms = 0;
  bool is_rollback = false;  ///< of a migration: it is being undone
  std::span<const Blocker> blockers = {};
  const OutlinedStatement* statement = nullptr;
  const base::Error* error = nullptr;  ///< of migration_failed
};

}  // namespace garboard::model
