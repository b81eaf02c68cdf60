// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "rules.hpp"

namespace garboard::policy {
namespace {

// What Garboard's own operations render; they are run with foreign keys off, and checked.
constexpr std::string_view own_rebuild = "garboard_rebuild_";

const Statement* replacement(const Inspection& see, const Name& table) {
  const auto after = see.after_in_migration();
  const auto found = std::find_if(after.begin(), after.end(), [&table](const Statement& later) {
    const Facts& facts = later.facts;
    return facts.kind == Kind::alter_table && facts.actions.size() == 1 &&
           facts.actions[0].kind == ActionKind::rename_table &&
           is_same({{}, facts.actions[0].new_name}, table);
  });
  return found == after.end() ? nullptr : &*found;
}

void sl401(Inspection& see) {
  const Facts& facts = see.facts();
  if (facts.kind == Kind::pragma && facts.name == "foreign_keys" && see.place().is_in_transaction)
    return see.report("PRAGMA foreign_keys does nothing in a transaction");
  if (facts.kind != Kind::drop_table || see.place().is_created_here ||
      see.place().has_foreign_keys_off)
    return;
  for (const Name& table : facts.tables) {
    const Statement* renamed = replacement(see, table);
    if (renamed == nullptr || renamed->facts.table().name.starts_with(own_rebuild)) continue;
    if (!see.live().is_referenced(table).value_or(true)) continue;
    see.report("DROP TABLE " + display(table) +
               " with foreign keys on deletes or refuses the rows that refer to it");
  }
}

constexpr std::array<Rule, 1> rules = {{
    {"SL401", "a table is rebuilt with foreign keys on",
     "DROP TABLE first deletes all rows, and ON DELETE CASCADE empties the tables that refer to "
     "it. "
     "PRAGMA foreign_keys=OFF is without effect in a transaction.",
     "PRAGMA foreign_keys=OFF outside the transaction (transaction: never), then BEGIN, the "
     "rebuild, "
     "PRAGMA foreign_key_check, COMMIT; or the alterColumn operation, which does this.",
     Severity::error, Rule::sqlite, false, sl401},
}};

}  // namespace

std::span<const Rule> sqlite_rules() noexcept { return rules; }

}  // namespace garboard::policy
