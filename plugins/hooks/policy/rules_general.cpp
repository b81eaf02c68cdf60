// SPDX-License-Identifier: Apache-2.0
// Rules for every database.
#include <algorithm>
#include <array>

#include "rules.hpp"

namespace garboard::policy {
namespace {

// Made anew under another name and put in the place of this one: nothing is lost.
bool is_replaced(const Inspection& see, const Name& table) {
  const auto after = see.after_in_migration();
  return std::any_of(after.begin(), after.end(), [&table](const Statement& later) {
    const Facts& facts = later.facts;
    return later.place.is_created_here && facts.kind == Kind::alter_table &&
           facts.actions.size() == 1 && facts.actions[0].kind == ActionKind::rename_table &&
           is_same({{}, facts.actions[0].new_name}, table);
  });
}

// Undoing drops and renames what it made: whoever asks for it knows.
Severity wanted(const Inspection& see) {
  return see.place().is_down ? Severity::warning : Severity::error;
}

void drop_tables(Inspection& see) {
  const Facts& facts = see.facts();
  if (facts.is_temporary) return;
  for (const Name& table : facts.tables) {
    const auto before = see.before_in_run();
    const bool is_made_here =
        std::any_of(before.begin(), before.end(), [&table](const Statement& earlier) {
          return earlier.facts.kind == Kind::create_table && !earlier.facts.if_not_exists &&
                 is_same(earlier.facts.table(), table);
        });
    if ((is_made_here && !facts.is_cascade) || is_replaced(see, table)) continue;
    if (!facts.is_cascade &&
        (see.place().phase == "post-deploy" || see.live().is_empty(table).value_or(false)))
      continue;
    see.report("DROP TABLE " + display(table) + (facts.is_cascade ? " CASCADE" : "") +
                   " loses its rows" + (facts.is_cascade ? " and what depends on it" : ""),
               wanted(see));
  }
}

void drop_parts(Inspection& see) {
  for (const Action& action : see.facts().actions) {
    const bool is_column = action.kind == ActionKind::drop_column;
    if (!is_column && action.kind != ActionKind::drop_partition) continue;
    if (!see.facts().is_cascade &&
        (see.place().is_created_here || see.place().phase == "post-deploy" ||
         see.live().is_empty(see.facts().table()).value_or(false)))
      continue;
    see.report((is_column ? "DROP COLUMN " : "dropping partition ") + action.name + " of " +
                   see.table() + " loses what is in it",
               wanted(see));
  }
}

void gen201(Inspection& see) {
  const Facts& facts = see.facts();
  if (facts.kind == Kind::drop_table) return drop_tables(see);
  if (facts.kind == Kind::alter_table) return drop_parts(see);
  if (facts.kind == Kind::drop_schema || facts.kind == Kind::drop_database)
    see.report("dropping " + (facts.name.empty() ? "all that somebody owns" : facts.name) +
                   " loses all that is in it",
               wanted(see));
  else if (facts.is_cascade && (facts.kind == Kind::drop_other || facts.kind == Kind::drop_view))
    see.report("DROP " + facts.name + " CASCADE also drops what depends on it", wanted(see));
  else if (facts.kind == Kind::create_table && facts.is_replace && !facts.is_temporary &&
           !see.live().is_empty(facts.table()).value_or(false))
    see.report("CREATE OR REPLACE TABLE " + see.table() + " drops the one that is there");
}

void gen202(Inspection& see) {
  if (!see.alters_older_table()) return;
  for (std::size_t i = 0; i < see.facts().actions.size(); ++i) {
    const Action& action = see.facts().actions[i];
    const Name& table = see.facts().tables[std::min(i, see.facts().tables.size() - 1)];
    const auto after = see.after_in_migration();
    const bool has_stand_in =
        std::any_of(after.begin(), after.end(), [&table](const Statement& later) {
          return (later.facts.kind == Kind::create_view ||
                  later.facts.kind == Kind::create_table) &&
                 is_same(later.facts.table(), table);
        });
    if (action.kind == ActionKind::rename_table && !has_stand_in)
      see.report("after the renaming of " + display(table) + " to " + action.new_name +
                     " programs that are running find no " + display(table),
                 wanted(see));
    const bool is_other_name = action.kind == ActionKind::rename_column ||
                               (action.kind == ActionKind::change_column &&
                                !is_same({{}, action.name}, {{}, action.new_name}));
    if (is_other_name)
      see.report("after the renaming of column " + action.name + " of " + display(table) + " to " +
                     action.new_name + " programs that are running find no " + action.name,
                 wanted(see));
  }
}

void gen203(Inspection& see) {
  if (!see.alters_older_table()) return;
  for (const Action& action : see.facts().actions) {
    const Column& column = action.column;
    const bool has_value =
        column.has_default || column.is_identity || column.is_stored || column.is_virtual;
    if (action.kind != ActionKind::add_column || !(column.is_not_null || column.is_primary) ||
        has_value)
      continue;
    if (see.live().is_empty(see.facts().table()).value_or(false)) continue;
    see.report(is_mysql_family(see.dialect())
                   ? "NOT NULL column " + column.name + " without a default puts 0 or '' into " +
                         "every row of " + see.table()
                   : "NOT NULL column " + column.name + " without a default fails when " +
                         see.table() + " has a row");
  }
}

void gen204(Inspection& see) {
  const Facts& facts = see.facts();
  if (see.place().is_created_here) return;
  if (facts.kind == Kind::truncate) {
    for (const Name& table : facts.tables)
      if (!see.live().is_empty(table).value_or(false))
        see.report("TRUNCATE removes every row of " + display(table));
    return;
  }
  if ((facts.kind != Kind::update && facts.kind != Kind::delete_) || facts.has_limit) return;
  const std::string verb = facts.kind == Kind::update ? "UPDATE" : "DELETE";
  if (!facts.has_where)
    return see.report(verb + " without WHERE changes every row of " + see.table());
  const auto table = see.live().table(facts.table());
  if (table && table->rows > see.setting().rows)
    see.report(verb + " in one go on " + see.table() + ", which has about " +
                   std::to_string(table->rows) + " rows",
               Severity::warning);
}

void gen207(Inspection& see) {
  const Facts& facts = see.facts();
  if (!facts.unread.empty())
    see.report("what this statement does is not known: " + facts.unread);
  else if (facts.kind == Kind::run_code)
    see.report("what this statement runs is not seen: a block, a procedure or dynamic SQL");
}

constexpr std::array<Rule, 5> rules = {{
    {"GEN201", "data is dropped",
     "What a dropped table, column, schema or database held is gone, and CASCADE takes along what "
     "nobody named.",
     "Stop using it first, drop it in a migration with phase: post-deploy, without CASCADE; or "
     "drop "
     "it when it is empty.",
     Severity::error, Rule::any, false, gen201},
    {"GEN202", "a table or column gets another name",
     "Programs of the version before are still running and ask for the old name.",
     "Add the new one, write to both, read from the new one, drop the old one later; or rename the "
     "table and make a view of the old name in the same migration.",
     Severity::error, Rule::any, false, gen202},
    {"GEN203", "NOT NULL without a default",
     "Rows that are there have no value: PostgreSQL and SQLite refuse it, MySQL and MariaDB write "
     "0 "
     "or '' without a word.",
     "Give it a default, or add it as nullable, fill it, and set NOT NULL afterwards.",
     Severity::error, Rule::any, false, gen203},
    {"GEN204", "all rows, or very many, are changed at once",
     "UPDATE and DELETE without WHERE, TRUNCATE: every row is locked until the end, replicas fall "
     "behind, and a mistake reaches all of them.",
     "Change rows in batches (WHERE id BETWEEN .. AND .., or LIMIT), outside the deployment.",
     Severity::error, Rule::any, true, gen204},
    {"GEN207", "a statement whose effect is not known",
     "DO blocks, procedures, dynamic SQL, and what could not be read: no rule can look at what "
     "they "
     "do.",
     "Write the statements out, or say with policy:ignore why it is safe.", Severity::warning,
     Rule::any, false, gen207},
}};

}  // namespace

std::span<const Rule> general_rules() noexcept { return rules; }

}  // namespace garboard::policy
