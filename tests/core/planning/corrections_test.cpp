// SPDX-License-Identifier: Apache-2.0
#include "planning/corrections.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/planning/plans.hpp"

namespace garboard::planning {
namespace {

using model::Change;
using model::Changes;
using model::Ledger;
using model::LedgerState;

std::string said(const Result<std::vector<Correction>>& corrections) {
  if (!corrections) return "error " + std::to_string(static_cast<int>(corrections.error().code));
  std::string text;
  for (const Correction& each : *corrections)
    text += (text.empty() ? "" : " ") + each.entry.id + ":" + each.action;
  return text;
}

TEST(Baseline, RecordsWhatIsUpToAnIdAndMeantForTheDatabase) {
  Changes changes = changes_of({"a", "b", "c", "d"});
  changes.items[1].databases = {"mysql"};
  EXPECT_EQ(said(plan_baseline(changes, {}, "postgres", "c")), "a:baselined c:baselined");
  EXPECT_EQ(said(plan_baseline(changes, ledger_of({"a"}), "postgres", "c")), "c:baselined");
  EXPECT_EQ(said(plan_baseline(changes, ledger_of({"a", "c"}), "postgres", "c")), "");
  EXPECT_EQ(said(plan_baseline(changes, {}, "postgres", "z")), "error 2");
}

TEST(Baseline, RefusesAHistoryThatSaysSomethingElse) {
  const Changes changes = changes_of({"a", "b", "c"});
  EXPECT_EQ(said(plan_baseline(changes, ledger_of({"a", "c"}), "sqlite", "b")), "error 20");
  EXPECT_EQ(said(plan_baseline(changes, ledger_of({"unknown"}), "sqlite", "b")), "error 20");
  Ledger other = ledger_of({"a"});
  other.entries[0].checksum = "1:other";
  EXPECT_EQ(said(plan_baseline(changes, other, "sqlite", "b")), "error 20");
  Ledger partial = ledger_of({"a"});
  partial.entries[0].state = LedgerState::partial;
  EXPECT_EQ(said(plan_baseline(changes, partial, "sqlite", "b")), "error 20");
}

TEST(Mark, SaysWhatIsTrueAlready) {
  const Changes changes = changes_of({"a", "b"});
  const Ledger ledger = ledger_of({"a", "gone"});
  EXPECT_EQ(said(plan_mark(changes, ledger, "b", true, "r")), "b:marked_applied");
  EXPECT_EQ(said(plan_mark(changes, ledger, "a", true, "r")), "");
  EXPECT_EQ(said(plan_mark(changes, ledger, "b", false, "r")), "");
  EXPECT_EQ(said(plan_mark(changes, ledger, "a", false, "r")), "a:marked_pending");
  EXPECT_EQ(said(plan_mark({}, ledger, "gone", false, "r")), "gone:marked_pending");
  EXPECT_EQ(said(plan_mark(changes, ledger, "z", true, "r")), "error 2");
  EXPECT_EQ(said(plan_mark(changes, ledger, "z", false, "r")), "error 2");
}

TEST(Mark, DoesNotTakeOtherTextForApplied) {
  Ledger ledger = ledger_of({"a"});
  ledger.entries[0].checksum = "1:other";
  EXPECT_EQ(said(plan_mark(changes_of({"a"}), ledger, "a", true, "r")), "error 32");
}

TEST(Mark, FinishesWhatIsHalfWay) {
  Ledger ledger = ledger_of({"a"});
  ledger.entries[0].state = LedgerState::partial;
  const auto corrections = plan_mark(changes_of({"a"}), ledger, "a", true, "why");
  ASSERT_TRUE(corrections);
  ASSERT_EQ(corrections->size(), 1U);
  EXPECT_EQ(corrections->front().kind, Correction::Kind::finish);
  EXPECT_EQ(corrections->front().reason, "why");
}

TEST(AcceptChanged, TakesAllThatChangedOrThoseNamed) {
  Changes changes = changes_of({"a", "b", "c", "view"});
  changes.items[3].is_repeatable = true;
  Ledger ledger = ledger_of({"a", "b", "c", "view"});
  for (const std::size_t i : {0U, 1U, 3U}) ledger.entries[i].checksum = "1:before";
  EXPECT_EQ(said(plan_accept(changes, ledger, {}, "")), "a:repaired b:repaired");
  const std::vector<std::string> one{"b"};
  EXPECT_EQ(said(plan_accept(changes, ledger, one, "")), "b:repaired");
  const std::vector<std::string> same{"c"};
  EXPECT_EQ(said(plan_accept(changes, ledger, same, "")), "error 2");
  const std::vector<std::string> repeatable{"view"};
  EXPECT_EQ(said(plan_accept(changes, ledger, repeatable, "")), "error 2");
}

}  // namespace
}  // namespace garboard::planning
