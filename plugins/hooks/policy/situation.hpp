// SPDX-License-Identifier: Apache-2.0
// Where the statements of a run stand: what of the run went before each, and which locks it takes.
#pragma once

#include <vector>

#include "facts.hpp"
#include "live.hpp"

namespace garboard::policy {

/// The locks that PostgreSQL takes on tables for it, as tests/plugins/hooks/policy/locks.py proves.
[[nodiscard]] std::vector<TableLock> postgres_locks(const Facts& facts);
[[nodiscard]] std::string_view name_of(Lock lock) noexcept;
/// True for what changes the schema.
[[nodiscard]] bool is_ddl(Kind kind) noexcept;

/// What an event says of a migration.
struct MigrationTraits {
  bool is_one_transaction = false;
  bool has_lock_timeout = false;
};

/// Fills in the places of one migration's statements after another's, in the order of the run.
class Situation {
 public:
  Situation(Dialect dialect, Live& live) : dialect_(dialect), live_(live) {}
  void place(std::vector<Statement>& run, std::size_t first, std::size_t last,
             const MigrationTraits& traits);

 private:
  void place_one(std::vector<Statement>& run, std::size_t index);
  void take_setting(const Facts& facts, const Place& place);
  void remember(const Facts& facts);
  [[nodiscard]] bool is_made_here(const Name& table) const noexcept;

  Dialect dialect_;
  Live& live_;
  std::vector<Name> made_;
  // of the migration
  MigrationTraits traits_;
  bool has_begun_ = false, has_foreign_keys_off_ = false;
  std::size_t ddl_ = 0, exclusive_ = Place::nowhere;
};

}  // namespace garboard::policy
