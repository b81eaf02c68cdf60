// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL does: indexes, constraints and transactions. Columns: rules_postgres_columns.cpp.
#include <algorithm>
#include <array>

#include "rules.hpp"
#include "rules_postgres_columns.hpp"
#include "situation.hpp"

namespace garboard::policy {
namespace {

bool is_partitioned(Inspection& see) {
  const auto table = see.live().table(see.facts().table());
  if (table && table->is_there) return table->is_partitioned;
  const auto before = see.before_in_run();
  return std::any_of(before.begin(), before.end(), [&see](const Statement& earlier) {
    return earlier.facts.is_partitioned && is_same(earlier.facts.table(), see.facts().table());
  });
}

void pg101(Inspection& see) {
  const Facts& facts = see.facts();
  if (facts.kind != Kind::create_index || facts.is_concurrent || see.place().is_created_here)
    return;
  if (facts.is_only && is_partitioned(see)) return;
  see.report("CREATE INDEX takes a SHARE lock: nobody writes to " + see.table() +
             " until the index is built");
}

void pg102(Inspection& see) {
  const Facts& facts = see.facts();
  const bool is_detach = std::any_of(facts.actions.begin(), facts.actions.end(),
                                     [](const Action& a) { return a.is_concurrent; });
  if (!(facts.is_concurrent && facts.kind != Kind::refresh_view) && !is_detach) return;
  if (see.place().is_in_transaction)
    see.report("CONCURRENTLY is refused in a transaction");
  else if (facts.kind == Kind::create_index && is_partitioned(see))
    see.report("CREATE INDEX CONCURRENTLY is refused on " + see.table() + ", which is partitioned");
}

void pg103(Inspection& see) {
  const Facts& facts = see.facts();
  if (facts.kind != Kind::create_index || !facts.is_concurrent || !facts.if_not_exists) return;
  const auto before = see.before_in_migration();
  if (std::any_of(before.begin(), before.end(), [&facts](const Statement& earlier) {
        return earlier.facts.kind == Kind::drop_index && earlier.facts.name == facts.name;
      }))
    return;
  const auto is_invalid = see.live().is_index_invalid({facts.table().schema, facts.name});
  if (is_invalid && !*is_invalid) return;
  if (is_invalid)
    see.report("index " + facts.name + " is there and INVALID: IF NOT EXISTS keeps it so");
  else
    see.report("IF NOT EXISTS takes an INVALID " + facts.name +
                   " that an earlier try left behind for the index",
               Severity::warning);
}

void pg110(Inspection& see) {
  if (!see.alters_older_table()) return;
  for (const Action& action : see.facts().actions) {
    // without a default every new value is NULL, and nothing is looked up
    const bool is_column = action.kind == ActionKind::add_column && action.column.has_default &&
                           !action.column.references.name.empty();
    if (!is_column && (action.kind != ActionKind::add_foreign_key || action.is_not_valid)) continue;
    const Name& other = is_column ? action.column.references : action.references;
    see.report("the foreign key takes " +
               std::string(is_column ? "an ACCESS EXCLUSIVE lock on " + see.table() +
                                           " and a SHARE ROW EXCLUSIVE lock on "
                                     : "SHARE ROW EXCLUSIVE locks on " + see.table() + " and ") +
               display(other) + " while it reads all rows");
  }
}

void pg111(Inspection& see) {
  const bool is_domain = see.facts().kind == Kind::alter_domain;
  if (!see.alters_older_table() && !is_domain) return;
  for (const Action& action : see.facts().actions) {
    const bool is_column = action.kind == ActionKind::add_column && action.column.has_check;
    if (!is_column && (action.kind != ActionKind::add_check || action.is_not_valid)) continue;
    see.report(is_domain ? "the CHECK takes a SHARE lock on every table that uses " + see.table() +
                               " while it reads all rows"
                         : "the CHECK takes an ACCESS EXCLUSIVE lock on " + see.table() +
                               " while it reads all rows");
  }
}

void pg113(Inspection& see) {
  if (!see.alters_older_table()) return;
  for (const Action& action : see.facts().actions) {
    const bool is_column = action.kind == ActionKind::add_column &&
                           (action.column.is_unique || action.column.is_primary);
    const bool is_key = action.kind == ActionKind::add_unique ||
                        action.kind == ActionKind::add_primary_key ||
                        action.kind == ActionKind::add_exclude;
    if (is_column || (is_key && !action.uses_index))
      see.report("the constraint's index is built under an ACCESS EXCLUSIVE lock on " +
                 see.table());
  }
}

bool is_work(const Facts& facts) {
  static constexpr std::array<Kind, 8> kinds = {Kind::insert, Kind::update,      Kind::delete_,
                                                Kind::merge,  Kind::copy,        Kind::create_index,
                                                Kind::select, Kind::refresh_view};
  return std::find(kinds.begin(), kinds.end(), facts.kind) != kinds.end() ||
         std::any_of(facts.actions.begin(), facts.actions.end(), [](const Action& action) {
           return action.kind == ActionKind::validate_constraint;
         });
}

void pg130(Inspection& see) {
  if (see.place().exclusive_before == Place::nowhere) return;
  const Statement& earlier = see.in_run(see.place().exclusive_before);
  const auto& locks = see.place().locks;
  const bool is_on_another =
      std::any_of(locks.begin(), locks.end(), [&earlier](const TableLock& lock) {
        return lock.lock == Lock::access_exclusive && !is_same(lock.table, earlier.facts.table());
      });
  if (!is_work(see.facts()) && !is_on_another) return;
  // the first such statement says it for the migration
  for (std::size_t i = see.place().exclusive_before + 1;
       i < see.place().first + see.before_in_migration().size(); ++i)
    if (is_work(see.in_run(i).facts)) return;
  see.report("statement " + std::to_string(earlier.place.number) +
             " took an ACCESS EXCLUSIVE lock on " + display(earlier.facts.table()) +
             ", which is kept while this one runs");
}

void pg131(Inspection& see) {
  if (see.place().has_lock_timeout) return;
  for (const TableLock& lock : see.place().locks) {
    if (lock.lock < Lock::share || lock.table.name.empty()) continue;
    const auto timeout = see.live().setting("lock_timeout");
    if (timeout && *timeout != "0") return;
    see.report("it waits without an end for " + std::string(name_of(lock.lock)) + " on " +
               display(lock.table) + ", and whoever comes later waits behind it");
    return;
  }
}

constexpr std::array<Rule, 11> rules = {{
    {"PG101", "an index is built without CONCURRENTLY",
     "CREATE INDEX holds a SHARE lock: reads go on, every INSERT, UPDATE and DELETE waits.",
     "CREATE INDEX CONCURRENTLY, outside a transaction. For a partitioned table: CREATE INDEX ON "
     "ONLY, then CONCURRENTLY on each partition, then ATTACH.",
     Severity::error, Rule::postgres, true, pg101},
    {"PG102", "CONCURRENTLY where the server refuses it",
     "In a transaction, and for an index of a partitioned table, it is an error, which comes when "
     "half of the migration is done.",
     "A migration of its own, with transaction: never; for a partitioned table each partition.",
     Severity::error, Rule::postgres, false, pg102},
    {"PG103", "IF NOT EXISTS over an INVALID index",
     "CREATE INDEX CONCURRENTLY that failed leaves an index that no query uses and every write "
     "maintains; IF NOT EXISTS finds it and is content.",
     "DROP INDEX CONCURRENTLY IF EXISTS first, then CREATE INDEX CONCURRENTLY.", Severity::error,
     Rule::postgres, false, pg103},
    {"PG110", "a foreign key is checked while it is added",
     "Both tables keep a SHARE ROW EXCLUSIVE lock while all rows are looked up: nobody writes to "
     "either.",
     "ADD CONSTRAINT .. NOT VALID, and VALIDATE CONSTRAINT in a later migration.", Severity::error,
     Rule::postgres, true, pg110},
    {"PG111", "a CHECK is tried on all rows while it is added",
     "The table keeps an ACCESS EXCLUSIVE lock meanwhile: nobody even reads. A CHECK inside ADD "
     "COLUMN does the same.",
     "ADD CONSTRAINT .. NOT VALID, and VALIDATE CONSTRAINT in a later migration.", Severity::error,
     Rule::postgres, true, pg111},
    {"PG112", "SET NOT NULL reads all rows",
     "It does so under an ACCESS EXCLUSIVE lock: nobody even reads meanwhile.",
     "ADD CONSTRAINT .. CHECK (column IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT, then SET NOT "
     "NULL, "
     "which believes the constraint.",
     Severity::error, Rule::postgres, true, check_set_not_null},
    {"PG113", "a constraint builds its index while it is added",
     "UNIQUE, PRIMARY KEY and EXCLUDE build it under an ACCESS EXCLUSIVE lock: nobody even reads.",
     "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT .. USING INDEX.", Severity::error,
     Rule::postgres, true, pg113},
    {"PG120", "a new type writes the table anew",
     "Every row and index is written again under an ACCESS EXCLUSIVE lock, with twice the space.",
     "A new column of the new type, written beside the old one and filled in batches. Free are: a "
     "wider varchar, varchar to text, more digits of numeric, and at UTC timestamp to timestamptz.",
     Severity::error, Rule::postgres, true, check_type},
    {"PG121", "a new column writes the table anew",
     "A default that differs from row to row, serial, identity and STORED columns are written into "
     "every row under an ACCESS EXCLUSIVE lock. now() and constants are not.",
     "Add the column without it, SET DEFAULT for new rows, fill the old ones in batches.",
     Severity::error, Rule::postgres, true, check_new_column},
    {"PG130", "work goes on under an ACCESS EXCLUSIVE lock",
     "A lock is kept until its transaction ends: what comes after it makes everybody wait longer, "
     "and two such tables in one transaction invite a deadlock.",
     "Put it into a migration of its own.", Severity::warning, Rule::postgres, false, pg130},
    {"PG131", "a lock is waited for without an end",
     "While it waits behind a long query, every later query on the table waits behind it.",
     "Leave --lock-timeout as it is, or SET lock_timeout before it.", Severity::error,
     Rule::postgres, false, pg131},
}};

}  // namespace

std::span<const Rule> postgres_rules() noexcept { return rules; }

}  // namespace garboard::policy
