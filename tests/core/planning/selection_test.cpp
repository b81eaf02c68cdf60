// SPDX-License-Identifier: Apache-2.0
// What --to, --tags, --phase, requires and repeatable mean for a plan.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/planning/plans.hpp"
#include "planning/planner.hpp"

namespace garboard::planning {
namespace {

using base::Code;
using model::Change;
using model::Changes;
using model::ItemState;
using model::Ledger;
using model::LedgerState;
using model::Phase;
using model::Plan;

Change change(const std::string& id, Phase phase = Phase::any) {
  return Change{.id = id, .name = id, .phase = phase, .checksum = "1:" + id};
}

std::string to_run(const Plan& plan) {
  std::string text;
  for (const auto& item : plan.items)
    if (item.is_to_run()) text += item.change->id;
  return text;
}

TEST(Selection, EndsWithTheNamedMigration) {
  const Changes changes{.items = {change("a"), change("b"), change("c")}};
  const Plan plan = make_plan(changes, ledger_of({"a"}), "sqlite", {.last_id = "b"});
  EXPECT_EQ(to_run(plan), "b");
  EXPECT_EQ(plan.pending_count(), 1U);
  EXPECT_TRUE(check_plan(plan, {}));
}

TEST(Selection, RefusesAnIdOrTagThatNothingHas) {
  Changes changes{.items = {change("a")}};
  changes.items[0].tags = {"core"};
  EXPECT_TRUE(check_selection(changes, {.last_id = "a", .tags = {"core"}}));
  const auto unknown_id = check_selection(changes, {.last_id = "b"});
  ASSERT_FALSE(unknown_id);
  EXPECT_EQ(unknown_id.error().code, Code::usage);
  EXPECT_FALSE(check_selection(changes, {.tags = {"core", "cor"}}));
}

TEST(Selection, TakesMigrationsWithOneOfTheTags) {
  Changes changes{.items = {change("a"), change("b"), change("c"), change("d")}};
  changes.items[1].tags = {"x", "y"};
  changes.items[3].tags = {"z"};
  EXPECT_EQ(to_run(make_plan(changes, {}, "sqlite", {.tags = {"y", "z"}})), "bd");
}

TEST(Selection, JudgesOrderAmongWhatIsSelected) {
  Changes changes{.items = {change("a"), change("b"), change("c")}};
  changes.items[1].tags = changes.items[2].tags = {"x"};
  const Ledger ledger = ledger_of({"b"});
  EXPECT_TRUE(check_plan(make_plan(changes, ledger, "sqlite", {.tags = {"x"}}), {}));
  const auto all = check_plan(make_plan(changes, ledger, "sqlite"), {});
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, Code::out_of_order);
}

TEST(Selection, LeavesTheOtherPhaseForLater) {
  const Changes changes{.items = {change("a", Phase::pre_deploy), change("b", Phase::post_deploy),
                                  change("c"), change("d", Phase::post_deploy)}};
  const Plan before = make_plan(changes, {}, "sqlite", {.phase = Phase::pre_deploy});
  EXPECT_EQ(to_run(before), "ac");
  const Plan after =
      make_plan(changes, ledger_of({"a", "c"}), "sqlite", {.phase = Phase::post_deploy});
  EXPECT_EQ(to_run(after), "bd");
  EXPECT_TRUE(check_plan(after, {})) << "a migration for after the deployment is not late";
  EXPECT_TRUE(check_plan(make_plan(changes, ledger_of({"a", "c"}), "sqlite"), {}));
}

TEST(Selection, StillRefusesALateMigrationWithinAPhase) {
  const Changes changes{
      .items = {change("a", Phase::post_deploy), change("b", Phase::post_deploy)}};
  EXPECT_FALSE(check_plan(make_plan(changes, ledger_of({"b"}), "sqlite"), {}));
  const Changes mixed{.items = {change("a", Phase::pre_deploy), change("b", Phase::post_deploy)}};
  EXPECT_FALSE(check_plan(make_plan(mixed, ledger_of({"b"}), "sqlite"), {}));
}

TEST(Selection, RefusesToLeaveOutWhatIsRequired) {
  Changes changes{.items = {change("a"), change("b")}};
  changes.items[1].tags = {"x"};
  changes.items[1].required_ids = {"a"};
  const auto refused = check_plan(make_plan(changes, {}, "sqlite", {.tags = {"x"}}), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::out_of_order);
  EXPECT_NE(refused.error().message.find("requires 'a'"), std::string::npos);
  EXPECT_TRUE(check_plan(make_plan(changes, ledger_of({"a"}), "sqlite", {.tags = {"x"}}), {}));
}

TEST(Selection, WhatIsRequiredAndHalfAppliedIsLacking) {
  Changes changes{.items = {change("a"), change("b")}};
  changes.items[1].tags = {"x"};
  changes.items[1].required_ids = {"a"};
  Ledger ledger = ledger_of({"a"});
  ledger.entries[0].state = LedgerState::partial;
  const auto refused = check_plan(make_plan(changes, ledger, "sqlite", {.tags = {"x"}}), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::out_of_order);
  EXPECT_NE(refused.error().message.find("half applied"), std::string::npos);
  EXPECT_TRUE(check_plan(make_plan(changes, ledger, "sqlite"), {}));
}

TEST(Selection, CountsWhatIsAppliedBehindItsEnd) {
  Changes changes{.items = {change("a"), change("b"), change("c")}};
  const Plan plan = make_plan(changes, ledger_of({"c"}), "sqlite", {.last_id = "a"});
  const auto refused = check_plan(plan, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::out_of_order);
  EXPECT_TRUE(refused.error().others.empty()) << "b is not asked for";
  changes.items[0].tags = changes.items[1].tags = {"x"};
  EXPECT_TRUE(check_plan(
      make_plan(changes, ledger_of({"c"}), "sqlite", {.last_id = "b", .tags = {"x"}}), {}));
  changes.items[2].phase = Phase::post_deploy;
  EXPECT_TRUE(check_plan(
      make_plan(changes, ledger_of({"c"}), "sqlite", {.last_id = "b", .phase = Phase::pre_deploy}),
      {}));
}

TEST(Repeatable, IsAppliedAgainWhenItsTextChanges) {
  Changes changes{.items = {change("a"), change("r")}};
  changes.items[1].is_repeatable = true;
  EXPECT_EQ(to_run(make_plan(changes, ledger_of({"a", "r"}), "sqlite")), "");
  changes.items[1].checksum = "1:other";
  const Plan plan = make_plan(changes, ledger_of({"a", "r"}), "sqlite");
  EXPECT_EQ(plan.items[1].state, ItemState::outdated);
  EXPECT_EQ(to_run(plan), "r");
  EXPECT_TRUE(check_plan(plan, {}));
}

TEST(Repeatable, MakesNoVersionedMigrationLate) {
  Changes changes{.items = {change("a"), change("b"), change("r")}};
  changes.items[2].is_repeatable = true;
  const Plan plan = make_plan(changes, ledger_of({"a", "r"}), "sqlite");
  EXPECT_EQ(to_run(plan), "b");
  EXPECT_TRUE(check_plan(plan, {}));
}

TEST(Repeatable, DoesNotHideThatTheDatabaseIsAhead) {
  Changes changes{.items = {change("a"), change("r")}};
  changes.items[1].is_repeatable = true;
  const Plan plan = make_plan(changes, ledger_of({"a", "newer", "r"}), "sqlite");
  EXPECT_EQ(plan.ahead.size(), 1U);
  EXPECT_TRUE(plan.missing.empty());
}

TEST(Planner, RefusesToGoOnBesideAHalfRolledBackMigration) {
  const Changes changes{.items = {change("a"), change("b")}};
  Ledger ledger = ledger_of({"a"});
  ledger.entries[0].state = LedgerState::reverting;
  const Plan plan = make_plan(changes, ledger, "mysql");
  EXPECT_EQ(plan.items[0].state, ItemState::reverting);
  const auto refused = check_plan(plan, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::half_applied);
  EXPECT_NE(refused.error().hint.find("garboard rollback"), std::string::npos);
  EXPECT_TRUE(plan.items[0].is_lacking());
  EXPECT_FALSE(plan.items[0].is_to_run());
  const Plan without = make_plan(changes, ledger, "mysql", {.last_id = "a"});
  EXPECT_TRUE(without.items[0].is_lacking());
  EXPECT_FALSE(without.items[1].is_lacking());
}

}  // namespace
}  // namespace garboard::planning
