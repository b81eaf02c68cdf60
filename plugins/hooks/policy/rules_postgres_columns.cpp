// SPDX-License-Identifier: Apache-2.0
#include "rules_postgres_columns.hpp"

#include <algorithm>
#include <array>

#include "type_change.hpp"

namespace garboard::policy {
namespace {

// CHECK (column IS NOT NULL), valid from the beginning or validated since.
bool is_checked_in_run(const Inspection& see, std::string_view column) {
  std::string constraint;
  for (const Statement& earlier : see.before_in_run()) {
    if (earlier.facts.kind != Kind::alter_table ||
        !is_same(earlier.facts.table(), see.facts().table()))
      continue;
    for (const Action& action : earlier.facts.actions) {
      if (action.kind == ActionKind::add_check && action.not_null_column == column) {
        if (!action.is_not_valid) return true;
        constraint = action.name;
      }
      if (action.kind == ActionKind::validate_constraint && !constraint.empty() &&
          action.name == constraint)
        return true;
    }
  }
  return false;
}

// Of the functions that come with the server. The others are asked about.
bool is_known_volatile(std::string_view name) {
  static constexpr std::array<std::string_view, 12> names = {
      "clock_timestamp", "gen_random_uuid",  "random",           "timeofday",
      "nextval",         "uuid_generate_v1", "uuid_generate_v4", "uuid_generate_v1mc",
      "setval",          "uuidv4",           "uuidv7",           "gen_random_bytes"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_known_stable(std::string_view name) {
  static constexpr std::array<std::string_view, 22> names = {"now",
                                                             "transaction_timestamp",
                                                             "statement_timestamp",
                                                             "lower",
                                                             "upper",
                                                             "md5",
                                                             "date_trunc",
                                                             "to_timestamp",
                                                             "make_interval",
                                                             "current_setting",
                                                             "jsonb_build_object",
                                                             "jsonb_build_array",
                                                             "json_build_object",
                                                             "concat",
                                                             "format",
                                                             "length",
                                                             "abs",
                                                             "round",
                                                             "floor",
                                                             "timezone",
                                                             "to_char",
                                                             "array_fill"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void check_set_not_null(Inspection& see) {
  if (!see.alters_older_table()) return;
  for (const Action& action : see.facts().actions) {
    if (action.kind != ActionKind::set_not_null || is_checked_in_run(see, action.name)) continue;
    if (see.live().is_never_null(see.facts().table(), action.name).value_or(false)) continue;
    see.report("SET NOT NULL reads all rows of " + see.table() + " under an ACCESS EXCLUSIVE lock");
  }
}

void check_type(Inspection& see) {
  if (!see.alters_older_table()) return;
  for (const Action& action : see.facts().actions) {
    if (action.kind != ActionKind::alter_type) continue;
    const std::string from = see.live().column_type(see.facts().table(), action.name).value_or("");
    const std::string zone = see.live().setting("timezone").value_or("");
    const bool is_utc = zone == "UTC" || zone == "Etc/UTC" || zone == "GMT";
    const TypeChange change = action.uses_expression
                                  ? TypeChange::rewrites
                                  : postgres_type_change(from, action.column.type, is_utc);
    if (change == TypeChange::free) continue;
    const bool is_certain = change == TypeChange::rewrites;
    see.report("the new type of " + action.name + (is_certain ? " writes " : " may write ") +
                   see.table() + " anew under an ACCESS EXCLUSIVE lock" +
                   (is_certain ? "" : "; that depends on the type it has"),
               is_certain ? Severity::error : Severity::warning);
  }
}

void check_new_column(Inspection& see) {
  if (!see.alters_older_table()) return;
  for (const Action& action : see.facts().actions) {
    if (action.kind != ActionKind::add_column) continue;
    const Column& column = action.column;
    bool is_certain = column.is_identity || column.is_stored;
    std::string possible;
    for (const std::string& function : column.default_functions) {
      if (is_known_volatile(function)) is_certain = true;
      if (is_known_volatile(function) || is_known_stable(function)) continue;
      const auto is_volatile = see.live().is_volatile(function);
      if (is_volatile && *is_volatile) is_certain = true;
      if (!is_volatile) possible = function;
    }
    if (is_certain)
      see.report("the new column " + column.name + " is written into every row of " + see.table() +
                 " under an ACCESS EXCLUSIVE lock");
    else if (!possible.empty())
      see.report("the new column " + column.name + " is written into every row of " + see.table() +
                     " when " + possible + "() is volatile",
                 Severity::warning);
  }
}

}  // namespace garboard::policy
