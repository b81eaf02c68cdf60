// SPDX-License-Identifier: Apache-2.0
#include "planning/adoption.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "planning/planner.hpp"

namespace garboard::planning {
namespace {

using base::Code;
using model::Change;
using model::Changes;
using model::ForeignEntry;
using model::ForeignHistory;
using model::ForeignTool;
using model::Ledger;
using model::Reach;

/// A history held against a plan, and what came of it as one line of text for each item.
class AdoptionTest : public ::testing::Test {
 protected:
  void plan_of(const std::vector<std::string>& ids) {
    for (const std::string& id : ids)
      changes.items.push_back(Change{.id = id, .name = id, .checksum = "1:" + id});
    checksums.resize(ids.size());
  }
  void applied(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) history.applied.push_back({.id = id, .name = id});
  }
  base::Result<Adoption> make() {
    plan = make_plan(changes, ledger, "postgres");
    return make_adoption(history, plan, checksums);
  }
  std::string outcome() {
    const auto adoption = make();
    if (!adoption) return adoption.error().message;
    std::string text;
    for (const AdoptionItem& item : adoption->items) {
      constexpr std::array words{"record", "recorded", "pending", "no-file"};
      text += (text.empty() ? "" : " ") +
              (item.item != nullptr ? item.item->change->id : item.entry->id) + ":" +
              words.at(static_cast<std::size_t>(item.state)) + (item.is_verified ? "!" : "") +
              (item.is_out_of_order ? "?" : "");
    }
    return text;
  }
  std::vector<Code> codes() {
    const auto adoption = make();
    if (adoption) return {};
    std::vector<Code> all{adoption.error().code};
    for (const base::Error& other : adoption.error().others) all.push_back(other.code);
    return all;
  }

 public:
  Changes changes;
  Ledger ledger{.exists = true};
  ForeignHistory history{.tool = ForeignTool::dbmate, .table = "schema_migrations"};
  std::vector<std::vector<std::string>> checksums;
  model::Plan plan;
};

TEST_F(AdoptionTest, RecordsWhatIsAppliedAndLeavesTheRest) {
  plan_of({"1", "2", "3"});
  applied({"1", "2"});
  EXPECT_EQ(outcome(), "1:record 2:record 3:pending");
}

TEST_F(AdoptionTest, SaysThatAGapIsOutOfOrder) {
  plan_of({"1", "2", "3"});
  applied({"1", "3"});
  EXPECT_EQ(outcome(), "1:record 2:pending? 3:record");
}

TEST_F(AdoptionTest, LeavesOutWhatHasNoFile) {
  plan_of({"2"});
  applied({"1", "2"});
  EXPECT_EQ(outcome(), "2:record 1:no-file");
}

TEST_F(AdoptionTest, RefusesAHistoryOfAnotherProject) {
  plan_of({"7", "8"});
  applied({"1", "2"});
  EXPECT_EQ(codes(), std::vector{Code::bad_input});
}

TEST_F(AdoptionTest, TakesNothingOverFromAnEmptyHistory) {
  plan_of({"1"});
  EXPECT_EQ(outcome(), "1:pending");
}

TEST_F(AdoptionTest, LeavesRowsAloneThatAreThere) {
  plan_of({"1", "2"});
  applied({"1", "2"});
  ledger.entries = {{.id = "1", .ordinal = 1, .checksum = "1:1"}};
  EXPECT_EQ(outcome(), "1:recorded 2:record");
}

TEST_F(AdoptionTest, RefusesARowWithAnotherChecksumOrHalfApplied) {
  plan_of({"1", "2"});
  applied({"1", "2"});
  ledger.entries = {
      {.id = "1", .ordinal = 1, .checksum = "1:other"},
      {.id = "2", .ordinal = 2, .checksum = "1:2", .state = model::LedgerState::partial}};
  EXPECT_EQ(codes(), (std::vector{Code::checksum_changed, Code::half_applied}));
}

TEST_F(AdoptionTest, TakesEverythingUpToTheVersion) {
  history.tool = ForeignTool::golang_migrate;
  plan_of({"2", "9", "10", "11"});
  history.applied = {{.id = "10", .name = "10", .reach = Reach::up_to}};
  EXPECT_EQ(outcome(), "2:record 9:record 10:record 11:pending");
}

TEST_F(AdoptionTest, TakesEverythingBelowAVersionWithoutAFile) {
  history.tool = ForeignTool::golang_migrate;
  plan_of({"2", "9", "11"});
  history.applied = {{.id = "10", .name = "10", .reach = Reach::up_to}};
  EXPECT_EQ(outcome(), "2:record 9:record 11:pending 10:no-file");
}

TEST_F(AdoptionTest, TakesABaselineForAllThatIsNotAboveIt) {
  history.tool = ForeignTool::flyway;
  plan_of({"1", "1.5", "1.10", "2"});
  history.applied = {{.id = "1.9", .reach = Reach::up_to, .needs_file = false}};
  EXPECT_EQ(outcome(), "1:record 1.5:record 1.10:pending 2:pending");
}

TEST_F(AdoptionTest, ReportsAllProblemsOfTheToolAtOnce) {
  plan_of({"1"});
  applied({"1"});
  history.problems = {{.code = Code::half_applied, .message = "a"},
                      {.code = Code::locked, .message = "b"}};
  EXPECT_EQ(codes(), (std::vector{Code::half_applied, Code::locked}));
}

TEST_F(AdoptionTest, VerifiesAndRefusesByChecksum) {
  history.tool = ForeignTool::sqlx;
  plan_of({"1", "2", "3"});
  history.applied = {{.id = "1", .checksum = "x"}, {.id = "2", .checksum = "y"}, {.id = "3"}};
  checksums = {{"w", "x"}, {"y"}, {"z"}};
  EXPECT_EQ(outcome(), "1:record! 2:record! 3:record");
  checksums = {{"other"}, {"other"}, {}};
  EXPECT_EQ(codes(), (std::vector{Code::checksum_changed, Code::checksum_changed}));
}

TEST_F(AdoptionTest, BlamesOneFileWhereAHashCoversAllBeforeIt) {
  history.tool = ForeignTool::atlas;
  plan_of({"1", "2"});
  history.applied = {{.id = "1", .checksum = "x"}, {.id = "2", .checksum = "y"}};
  checksums = {{"other"}, {"other"}};
  EXPECT_EQ(codes(), std::vector{Code::checksum_changed});
}

TEST_F(AdoptionTest, LeavesAnEditedRepeatableOneToTheNextRun) {
  history.tool = ForeignTool::flyway;
  plan_of({"1", "R__views"});
  changes.items[1].is_repeatable = true;
  history.applied = {{.id = "1"}, {.id = "R__views", .checksum = "x", .is_repeatable = true}};
  checksums = {{}, {"other"}};
  EXPECT_EQ(outcome(), "1:record R__views:pending");
}

TEST_F(AdoptionTest, RecordsInTheToolsOrder) {
  plan_of({"1", "2", "3"});
  applied({"1", "3", "2"});
  const auto adoption = make();
  ASSERT_TRUE(adoption);
  ASSERT_EQ(adoption->to_record.size(), 3U);
  EXPECT_EQ(adoption->to_record[1]->item->change->id, "3");
}

TEST_F(AdoptionTest, RefusesTwoEntriesForOneMigration) {
  history.tool = ForeignTool::liquibase;
  plan_of({"bob:1"});
  history.applied = {{.id = "a::1::bob", .name = "a", .aliases = {"a::1", "bob:1"}},
                     {.id = "b::1::bob", .name = "b", .aliases = {"b::1", "bob:1"}}};
  EXPECT_EQ(codes(), std::vector{Code::bad_input});
}

TEST_F(AdoptionTest, TakesTheHeadAndAllBeforeIt) {
  history.tool = ForeignTool::alembic;
  plan_of({"aa_first", "bb_second", "cc_third"});
  history.applied = {{.id = "bb", .reach = Reach::ancestors}};
  EXPECT_EQ(outcome(), "aa_first:record bb_second:record cc_third:pending");
  history.applied[0].id = "zz";
  EXPECT_EQ(codes(), std::vector{Code::bad_input});
}

TEST_F(AdoptionTest, FollowsRequirementsFromSeveralHeads) {
  history.tool = ForeignTool::alembic;
  plan_of({"base", "a1", "b1", "b2", "a2"});
  history.applied = {{.id = "a2", .reach = Reach::ancestors},
                     {.id = "b1", .reach = Reach::ancestors}};
  EXPECT_EQ(codes(), std::vector{Code::bad_input});  // is b2 applied?
  changes.items[4].required_ids = {"a1"};
  changes.items[3].required_ids = {"b1"};
  EXPECT_EQ(codes(), std::vector{Code::bad_input});
  std::swap(changes.items[3], changes.items[4]);
  EXPECT_EQ(outcome(), "base:record a1:record b1:record a2:record b2:pending");
}

}  // namespace
}  // namespace garboard::planning
