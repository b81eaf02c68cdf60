// SPDX-License-Identifier: Apache-2.0
#include "planning/rollback.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace garboard::planning {
namespace {

using base::Code;
using model::Ledger;
using model::LedgerEntry;
using model::LedgerState;

/// Rows in order of application, each with its run.
Ledger ledger_of(const std::vector<std::pair<std::string, std::string>>& rows) {
  Ledger ledger{.exists = true};
  for (const auto& [id, run] : rows) {
    const auto ordinal = static_cast<std::int64_t>(ledger.entries.size()) + 1;
    ledger.entries.push_back({.id = id, .ordinal = ordinal, .run_id = run});
  }
  return ledger;
}

std::string chosen(const Ledger& ledger, const RollbackScope& scope,
                   const std::unordered_set<std::string>& staying = {}) {
  const auto entries = choose_rollback(ledger, scope, staying);
  if (!entries) return "error " + std::to_string(static_cast<int>(entries.error().code));
  std::string text;
  for (const LedgerEntry& entry : *entries) text += (text.empty() ? "" : " ") + entry.id;
  return text;
}

TEST(Rollback, UndoesTheLastRunNewestFirst) {
  const Ledger ledger = ledger_of({{"a", "1"}, {"b", "2"}, {"c", "2"}});
  EXPECT_EQ(chosen(ledger, {}), "c b");
  EXPECT_EQ(chosen(Ledger{}, {}), "");
}

TEST(Rollback, UndoesWhatOtherRunsAppliedInBetween) {
  EXPECT_EQ(chosen(ledger_of({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "2"}}), {}), "d c b");
}

TEST(Rollback, GoesBackSoManyStepsOrToOneThatStays) {
  const Ledger ledger = ledger_of({{"a", "1"}, {"b", "2"}, {"c", "2"}});
  EXPECT_EQ(chosen(ledger, {.steps = 1}), "c");
  EXPECT_EQ(chosen(ledger, {.steps = 9}), "c b a");
  EXPECT_EQ(chosen(ledger, {.last_kept_id = "a"}), "c b");
  EXPECT_EQ(chosen(ledger, {.last_kept_id = "c"}), "");
  EXPECT_EQ(chosen(ledger, {.last_kept_id = "z"}), "error 2");
  EXPECT_EQ(chosen(Ledger{}, {.last_kept_id = "z"}), "error 2");
}

TEST(Rollback, LeavesRepeatableMigrationsWithoutADown) {
  const Ledger ledger = ledger_of({{"a", "1"}, {"b", "2"}, {"view", "2"}});
  EXPECT_EQ(chosen(ledger, {}, {"view"}), "b");
  EXPECT_EQ(chosen(ledger, {.steps = 1}, {"view"}), "b");
}

TEST(Rollback, DoesNotTakeTheRunBeforeWhenTheLastOneLeftNothingToUndo) {
  EXPECT_EQ(chosen(ledger_of({{"a", "1"}, {"view", "2"}}), {}, {"view"}), "error 20");
}

TEST(Rollback, FinishesFirstWhatIsHalfUndone) {
  Ledger ledger = ledger_of({{"a", "1"}, {"b", "1"}, {"c", "1"}});
  ledger.entries[0].state = LedgerState::reverting;
  EXPECT_EQ(chosen(ledger, {}), "a c b");
}

TEST(Rollback, RefusesWhatIsHalfApplied) {
  Ledger ledger = ledger_of({{"a", "1"}, {"b", "2"}});
  ledger.entries[1].state = LedgerState::partial;
  EXPECT_EQ(chosen(ledger, {}), "error 31");
}

}  // namespace
}  // namespace garboard::planning
