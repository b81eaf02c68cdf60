// SPDX-License-Identifier: Apache-2.0
// What MySQL and MariaDB do with InnoDB. Which clause needs which algorithm was tried on the
// servers; the statement's own ALGORITHM and LOCK make the server refuse before any work is done.
#include <algorithm>
#include <array>

#include "rules.hpp"
#include "situation.hpp"
#include "type_change.hpp"

namespace garboard::policy {
namespace {

enum class Need { online, perhaps_copy, shared, copy };

bool has_clause(const Facts& facts, ActionKind kind) {
  return std::any_of(facts.actions.begin(), facts.actions.end(),
                     [kind](const Action& action) { return action.kind == kind; });
}

// A key that is dropped and added in one go is made without a copy.
bool is_key_replaced(const Facts& facts) {
  return has_clause(facts, ActionKind::drop_primary_key) &&
         has_clause(facts, ActionKind::add_primary_key);
}

Need need_of_change(Inspection& see, const Action& action) {
  if (action.column.is_stored || action.column.has_check) return Need::copy;
  const std::string type = see.live().column_type(see.facts().table(), action.name).value_or("");
  const TypeChange change = mysql_type_change(type, action.column.type);
  if (change == TypeChange::rewrites) return Need::copy;
  return change == TypeChange::unknown || action.column.has_charset ? Need::perhaps_copy
                                                                    : Need::online;
}

bool checks_foreign_keys(const Inspection& see) {
  bool does = true;
  for (const Statement& earlier : see.before_in_migration())
    if (earlier.facts.kind == Kind::set && earlier.facts.name == "foreign_key_checks")
      does = earlier.facts.value != "0" && earlier.facts.value != "off";
  return does;
}

// now() is the same in every row.
bool has_varying_default(const Column& column) {
  static constexpr std::array<std::string_view, 5> constant = {
      "now", "current_timestamp", "localtime", "localtimestamp", "curdate"};
  return std::any_of(column.default_functions.begin(), column.default_functions.end(),
                     [](const std::string& function) {
                       return std::find(constant.begin(), constant.end(), function) ==
                              constant.end();
                     });
}

Need need_of(Inspection& see, const Action& action) {
  switch (action.kind) {
    case ActionKind::convert_charset:
    case ActionKind::partition:
    case ActionKind::system_versioning:
    case ActionKind::add_check:
      return Need::copy;
    case ActionKind::add_foreign_key:
      return checks_foreign_keys(see) ? Need::copy : Need::online;
    case ActionKind::set_engine:
      return action.engine == "innodb" ? Need::online : Need::copy;
    case ActionKind::drop_primary_key:
      return is_key_replaced(see.facts()) ? Need::online : Need::copy;
    case ActionKind::add_index:
      return action.index_kind.empty() ? Need::online : Need::shared;
    case ActionKind::add_column:
      if (action.column.is_stored || has_varying_default(action.column)) return Need::copy;
      return action.column.is_identity ? Need::shared : Need::online;
    case ActionKind::change_column:
      return need_of_change(see, action);
    default:
      return Need::online;
  }
}

bool is_asserted(const Facts& facts) {
  const bool changes_engine =
      std::any_of(facts.actions.begin(), facts.actions.end(), [](const Action& action) {
        return action.kind == ActionKind::set_engine && action.engine != "innodb";
      });
  // a change of the engine is made whatever ALGORITHM says
  return !changes_engine && (facts.lock == "none" || facts.algorithm == "instant");
}

void my301(Inspection& see) {
  const Facts& facts = see.facts();
  const bool is_index = facts.kind == Kind::create_index;
  if ((facts.kind != Kind::alter_table && !is_index) || see.place().is_created_here) return;
  if (is_asserted(facts)) return;
  if (facts.lock == "shared" || facts.lock == "exclusive" || facts.algorithm == "copy")
    return see.report("it asks for " +
                      (facts.algorithm == "copy" ? "ALGORITHM=COPY" : "LOCK=" + facts.lock) +
                      ": nobody writes to " + see.table() + " meanwhile");
  if (is_index && !facts.index_kind.empty())
    return see.report("a " + facts.index_kind + " index blocks writes to " + see.table() +
                      " while it is built");
  Need most = Need::online;
  const Action* worst = nullptr;
  for (const Action& action : facts.actions) {
    const Need need = need_of(see, action);
    if (need > most) worst = &action;
    most = std::max(most, need);
  }
  if (worst == nullptr) return;
  const std::string what = worst->name.empty() ? "" : " (" + worst->name + ")";
  if (most == Need::perhaps_copy)
    see.report("it may copy " + see.table() + " and block writes meanwhile" + what +
                   "; that depends on the type the column has",
               Severity::warning);
  else
    see.report((most == Need::copy ? "it copies " + see.table() + " and blocks writes meanwhile"
                                   : "it blocks writes to " + see.table()) +
               what);
}

void my302(Inspection& see) {
  if (!is_ddl(see.facts().kind) || see.facts().is_temporary || see.place().ddl_before != 1) return;
  see.report("each DDL statement commits by itself: when a later one fails, the earlier ones stay");
}

void my303(Inspection& see) {
  const Facts& facts = see.facts();
  static constexpr std::array<Kind, 5> kinds = {Kind::alter_table, Kind::create_index,
                                                Kind::drop_index, Kind::drop_table, Kind::truncate};
  if (see.place().has_lock_timeout || facts.has_wait || see.place().is_created_here ||
      std::find(kinds.begin(), kinds.end(), facts.kind) == kinds.end())
    return;
  see.report("it waits for the metadata lock on " +
             (facts.tables.empty() ? "the table" : see.table()) + " for " +
             (see.dialect() == Dialect::mariadb ? "a day" : "a year") +
             ", and whoever comes later waits behind it");
}

constexpr std::array<Rule, 3> rules = {{
    {"MY301", "ALTER TABLE that blocks writes",
     "What InnoDB cannot do in place copies the table while nobody writes, and the replicas do the "
     "same after it.",
     "Say ALGORITHM=INSTANT, or LOCK=NONE: then the server refuses before it begins. What it "
     "refuses, "
     "do with gh-ost or pt-online-schema-change.",
     Severity::error, Rule::mysql_family, true, my301},
    {"MY302", "several DDL statements in one migration",
     "Each commits by itself, so that a failure leaves the migration half applied.",
     "One DDL statement for each migration.", Severity::warning, Rule::mysql_family, false, my302},
    {"MY303", "a metadata lock is waited for without a bound",
     "While it waits behind a long transaction, every later query on the table waits behind it; by "
     "default for a day (MariaDB) or a year (MySQL).",
     "Leave --lock-timeout as it is, SET lock_wait_timeout before it, or WAIT n (MariaDB).",
     Severity::error, Rule::mysql_family, false, my303},
}};

}  // namespace

std::span<const Rule> mysql_family_rules() noexcept { return rules; }

}  // namespace garboard::policy
