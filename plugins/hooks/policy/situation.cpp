// SPDX-License-Identifier: Apache-2.0
#include "situation.hpp"

#include <algorithm>
#include <array>

#include "rules.hpp"

namespace garboard::policy {
namespace {

Lock lock_of(const Action& action) noexcept {
  switch (action.kind) {
    case ActionKind::add_foreign_key:
    case ActionKind::trigger:
      return Lock::share_row_exclusive;
    case ActionKind::validate_constraint:
    case ActionKind::light:
    case ActionKind::attach_partition:
      return Lock::share_update_exclusive;
    case ActionKind::detach_partition:
      return action.is_concurrent ? Lock::share_update_exclusive : Lock::access_exclusive;
    default:
      return Lock::access_exclusive;
  }
}

void add_alter_locks(const Facts& facts, std::vector<TableLock>& locks) {
  Lock strongest = Lock::none;
  for (const Action& action : facts.actions) {
    strongest = std::max(strongest, lock_of(action));
    if (action.kind == ActionKind::add_foreign_key)
      locks.push_back({action.references, Lock::share_row_exclusive});
    else if (!action.column.references.name.empty())
      locks.push_back({action.column.references, Lock::share_row_exclusive});
    else if (action.kind == ActionKind::attach_partition)
      locks.push_back({action.references, Lock::access_exclusive});
    else if (action.kind == ActionKind::detach_partition)
      locks.push_back({action.references, lock_of(action)});
  }
  locks.insert(locks.begin(), {facts.table(), strongest});
}

void add_create_locks(const Facts& facts, std::vector<TableLock>& locks) {
  for (const Name& table : facts.references) locks.push_back({table, Lock::share_row_exclusive});
  for (const Name& table : facts.parents)
    locks.push_back(
        {table, facts.is_partition ? Lock::access_exclusive : Lock::share_update_exclusive});
}

Lock lock_of_statement(const Facts& facts) noexcept {
  switch (facts.kind) {
    case Kind::create_index:
    case Kind::reindex:
      return facts.is_concurrent ? Lock::share_update_exclusive : Lock::share;
    case Kind::refresh_view:
      return facts.is_concurrent ? Lock::exclusive : Lock::access_exclusive;
    case Kind::vacuum:
      return facts.is_full ? Lock::access_exclusive : Lock::share_update_exclusive;
    case Kind::drop_table:
    case Kind::truncate:
    case Kind::cluster:
    case Kind::lock_table:
      return Lock::access_exclusive;
    case Kind::create_trigger:
      return Lock::share_row_exclusive;
    case Kind::insert:
    case Kind::update:
    case Kind::delete_:
    case Kind::merge:
      return Lock::row_exclusive;
    default:
      return Lock::none;
  }
}

}  // namespace

std::string_view name_of(Lock lock) noexcept {
  static constexpr std::array<std::string_view, 7> names = {
      "no lock",   "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE",
      "EXCLUSIVE", "ACCESS EXCLUSIVE"};
  return names[static_cast<std::size_t>(lock)];
}

std::vector<TableLock> postgres_locks(const Facts& facts) {
  std::vector<TableLock> locks;
  if (facts.kind == Kind::alter_table) add_alter_locks(facts, locks);
  if (facts.kind == Kind::create_table) add_create_locks(facts, locks);
  const Lock lock = lock_of_statement(facts);
  if (lock != Lock::none)
    for (const Name& table : facts.tables) locks.push_back({table, lock});
  return locks;
}

bool is_ddl(Kind kind) noexcept {
  return (kind >= Kind::create_table && kind <= Kind::truncate) || kind == Kind::create_trigger;
}

bool is_same(const Name& a, const Name& b) noexcept {
  const auto equal = [](std::string_view x, std::string_view y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](char c, char d) {
      return (c >= 'A' && c <= 'Z' ? c + 32 : c) == (d >= 'A' && d <= 'Z' ? d + 32 : d);
    });
  };
  return equal(a.name, b.name) &&
         (a.schema.empty() || b.schema.empty() || equal(a.schema, b.schema));
}

bool Situation::is_made_here(const Name& table) const noexcept {
  return std::any_of(made_.rbegin(), made_.rend(),
                     [&table](const Name& made) { return is_same(made, table); });
}

void Situation::place(std::vector<Statement>& run, std::size_t first, std::size_t last,
                      const MigrationTraits& traits) {
  traits_ = traits;
  has_begun_ = has_foreign_keys_off_ = false;
  ddl_ = 0;
  exclusive_ = Place::nowhere;
  for (std::size_t i = first; i < last; ++i) {
    run[i].place.first = first;
    run[i].place.last = last - 1;
    place_one(run, i);
  }
}

void Situation::place_one(std::vector<Statement>& run, std::size_t index) {
  const Facts& facts = run[index].facts;
  Place& place = run[index].place;
  if (facts.kind == Kind::begin) has_begun_ = true;
  if (facts.kind == Kind::commit || facts.kind == Kind::rollback) {
    has_begun_ = false;
    exclusive_ = Place::nowhere;
  }
  place.is_in_transaction = traits_.is_one_transaction || has_begun_;
  place.has_lock_timeout = traits_.has_lock_timeout;
  place.has_foreign_keys_off = has_foreign_keys_off_;
  place.ddl_before = ddl_;
  place.exclusive_before = place.is_in_transaction ? exclusive_ : Place::nowhere;
  place.is_created_here = !facts.tables.empty() && is_made_here(facts.table());
  if (dialect_ == Dialect::postgres) {
    place.locks = postgres_locks(facts);
    std::erase_if(place.locks, [this](const TableLock& lock) { return is_made_here(lock.table); });
    const bool is_exclusive =
        std::any_of(place.locks.begin(), place.locks.end(),
                    [](const TableLock& lock) { return lock.lock == Lock::access_exclusive; });
    if (is_exclusive && exclusive_ == Place::nowhere) exclusive_ = index;
  }
  if (is_ddl(facts.kind) && !facts.is_temporary) ++ddl_;
  take_setting(facts, place);
  remember(facts);
}

void Situation::take_setting(const Facts& facts, const Place& place) {
  if (facts.kind == Kind::set &&
      (facts.name == "lock_timeout" || facts.name == "lock_wait_timeout"))
    traits_.has_lock_timeout = facts.value != "0" && facts.value != "default";
  if (facts.kind == Kind::pragma && facts.name == "foreign_keys" && !place.is_in_transaction)
    has_foreign_keys_off_ =
        facts.value == "off" || facts.value == "0" || facts.value == "false" || facts.value == "no";
}

void Situation::remember(const Facts& facts) {
  if (facts.kind == Kind::create_table) {
    // IF NOT EXISTS makes nothing where there is one already
    const auto known = facts.if_not_exists ? live_.table(facts.table()) : std::nullopt;
    if (!known || !known->is_there) made_.push_back(facts.table());
  }
  if (facts.kind == Kind::drop_table)
    std::erase_if(made_, [&facts](const Name& made) {
      return std::any_of(facts.tables.begin(), facts.tables.end(),
                         [&made](const Name& table) { return is_same(made, table); });
    });
  if (facts.kind != Kind::alter_table) return;
  for (std::size_t i = 0; i < facts.actions.size(); ++i) {
    const Name& old = facts.tables[std::min(i, facts.tables.size() - 1)];
    if (facts.actions[i].kind == ActionKind::rename_table && is_made_here(old))
      made_.push_back({old.schema, facts.actions[i].new_name});
  }
}

}  // namespace garboard::policy
