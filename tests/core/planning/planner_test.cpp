// SPDX-License-Identifier: Apache-2.0
#include "planning/planner.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/planning/plans.hpp"

namespace garboard::planning {
namespace {

using model::Change;
using model::Changes;
using model::ItemState;
using model::Ledger;
using model::LedgerState;

TEST(Planner, MakesEverythingPendingForAnEmptyLedger) {
  const Changes changes = changes_of({"a", "b"});
  const auto plan = make_plan(changes, Ledger{}, "postgres");
  ASSERT_EQ(plan.items.size(), 2U);
  EXPECT_EQ(plan.items[0].state, ItemState::pending);
  EXPECT_EQ(plan.items[1].state, ItemState::pending);
  EXPECT_EQ(plan.pending_count(), 2U);
  EXPECT_FALSE(plan.ledger_exists);
  EXPECT_TRUE(check_plan(plan, {}));
}

TEST(Planner, KeepsPlanOrderAndTheLastOrdinal) {
  const Changes changes = changes_of({"b", "a", "c"});
  const auto plan = make_plan(changes, ledger_of({"b", "a"}), "postgres");
  EXPECT_EQ(plan.items[0].state, ItemState::applied);
  EXPECT_EQ(plan.items[1].state, ItemState::applied);
  EXPECT_EQ(plan.items[2].state, ItemState::pending);
  EXPECT_EQ(plan.items[2].change->id, "c");
  EXPECT_EQ(plan.last_ordinal, 2);
}

TEST(Planner, SkipsChangesForOtherDatabases) {
  Changes changes = changes_of({"a", "b"});
  changes.items[1].databases = {"mysql", "sqlite"};
  const auto plan = make_plan(changes, Ledger{}, "postgres");
  EXPECT_EQ(plan.items[1].state, ItemState::skipped);
  EXPECT_EQ(plan.pending_count(), 1U);
}

TEST(Planner, RefusesAPlanWrittenForAnotherDatabase) {
  Changes changes = changes_of({"a"});
  changes.databases = {"mysql"};
  const auto checked = check_plan(make_plan(changes, Ledger{}, "postgres"), {});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, base::Code::bad_input);
  EXPECT_NE(checked.error().message.find("mysql"), std::string::npos);
  EXPECT_TRUE(check_plan(make_plan(changes, Ledger{}, "mysql"), {}));
}

TEST(Planner, RefusesAChangedChecksum) {
  Changes changes = changes_of({"a", "b"});
  Ledger ledger = ledger_of({"a", "b"});
  changes.items[0].checksum = "1:other";
  const auto plan = make_plan(changes, ledger, "postgres");
  EXPECT_EQ(plan.items[0].state, ItemState::changed);
  const auto checked = check_plan(plan, {});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, base::Code::checksum_changed);
  EXPECT_EQ(checked.error().migration, plan.items[0].change->id);
}

TEST(Planner, ResumesAPartialMigrationWhateverItsChecksum) {
  Changes changes = changes_of({"a"});
  Ledger ledger = ledger_of({"a"});
  ledger.entries[0].state = LedgerState::partial;
  changes.items[0].checksum = "1:mended";
  const auto plan = make_plan(changes, ledger, "mysql");
  EXPECT_EQ(plan.items[0].state, ItemState::partial);
  EXPECT_EQ(plan.pending_count(), 1U);
  EXPECT_TRUE(check_plan(plan, {}));
}

TEST(Planner, RefusesALateLowerMigrationUnlessAllowed) {
  const Changes changes = changes_of({"a", "late", "b"});
  const auto plan = make_plan(changes, ledger_of({"a", "b"}), "postgres");
  EXPECT_TRUE(plan.items[1].is_out_of_order);
  const auto checked = check_plan(plan, {});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, base::Code::out_of_order);
  EXPECT_TRUE(check_plan(plan, {.allows_out_of_order = true}));
}

TEST(Planner, TellsMissingFromAhead) {
  const Changes changes = changes_of({"a", "b"});
  const auto plan = make_plan(changes, ledger_of({"a", "gone", "b", "newer"}), "postgres");
  ASSERT_EQ(plan.missing.size(), 1U);
  EXPECT_EQ(plan.missing[0].id, "gone");
  ASSERT_EQ(plan.ahead.size(), 1U);
  EXPECT_EQ(plan.ahead[0].id, "newer");
  EXPECT_TRUE(check_plan(plan, {.if_ahead = IfAhead::warn}));
  const auto checked = check_plan(plan, {.if_ahead = IfAhead::fail});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, base::Code::ahead);
  EXPECT_EQ(checked.error().others.size(), 1U);
}

TEST(Planner, ReportsEveryProblemAtOnce) {
  Changes changes = changes_of({"a", "late", "b"});
  changes.items[0].checksum = "1:other";
  const auto checked = check_plan(make_plan(changes, ledger_of({"a", "b"}), "postgres"), {});
  ASSERT_FALSE(checked);
  ASSERT_EQ(checked.error().others.size(), 1U);
  EXPECT_EQ(checked.error().others[0].code, base::Code::out_of_order);
}

}  // namespace
}  // namespace garboard::planning
