// SPDX-License-Identifier: Apache-2.0
#include "planning/foreign_match.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace garboard::planning {
namespace {

using model::Change;
using model::ForeignEntry;
using model::ForeignTool;
using model::PlanItem;

/// Where in a plan of these ids the entry is found; -1 = nowhere.
int place_of(ForeignTool tool, const std::vector<std::string>& ids, const ForeignEntry& entry) {
  std::vector<Change> changes;
  changes.reserve(ids.size());
  for (const std::string& id : ids) changes.push_back(Change{.id = id, .name = id});
  std::vector<PlanItem> items;
  items.reserve(ids.size());
  for (const Change& change : changes) items.push_back({.change = &change});
  const auto found = ForeignMatch(tool, items).find(entry);
  return found ? static_cast<int>(*found) : -1;
}

TEST(ForeignMatch, ComparesNumbersWhereTheToolStoresNumbers) {
  EXPECT_EQ(place_of(ForeignTool::golang_migrate, {"1", "2"}, {.id = "2"}), 1);
  EXPECT_EQ(place_of(ForeignTool::goose, {"00001", "00002"}, {.id = "2"}), 1);
  EXPECT_EQ(place_of(ForeignTool::sqlx, {"1"}, {.id = "10"}), -1);
  EXPECT_EQ(place_of(ForeignTool::dbmate, {"2"}, {.id = "02"}), -1);
}

TEST(ForeignMatch, KnowsAPlanThatHasFileNamesForIds) {
  EXPECT_EQ(place_of(ForeignTool::dbmate, {"20240101_a", "20240102_b"}, {.id = "20240102"}), 1);
  EXPECT_EQ(place_of(ForeignTool::refinery, {"V1__a", "V2__b"}, {.id = "2"}), 1);
  EXPECT_EQ(place_of(ForeignTool::flyway, {"V1__a", "V1.2__b"}, {.id = "1.2"}), 1);
  EXPECT_EQ(place_of(ForeignTool::alembic, {"ae1027a6acf_add", "b"}, {.id = "ae1027a6acf"}), 0);
}

TEST(ForeignMatch, TakesNoBeginningThatSeveralHave) {
  EXPECT_EQ(place_of(ForeignTool::dbmate, {"1_a", "1_b"}, {.id = "1"}), -1);
  EXPECT_EQ(place_of(ForeignTool::dbmate, {"1_a", "1_b", "1"}, {.id = "1"}), 2);
}

TEST(ForeignMatch, ReadsVersionsOfFlywayByTheirParts) {
  EXPECT_EQ(place_of(ForeignTool::flyway, {"1", "1.2"}, {.id = "01.02"}), 1);
  EXPECT_EQ(place_of(ForeignTool::flyway, {"1.2"}, {.id = "1_2"}), 0);
  EXPECT_EQ(place_of(ForeignTool::flyway, {"1"}, {.id = "1.0"}), 0);
  EXPECT_EQ(place_of(ForeignTool::flyway, {"1"}, {.id = "1.1"}), -1);
  EXPECT_EQ(
      place_of(ForeignTool::flyway, {"1", "R__views"}, {.id = "R__views", .is_repeatable = true}),
      1);
}

TEST(ForeignMatch, LeavesOutTheEndingsOfKnex) {
  EXPECT_EQ(place_of(ForeignTool::knex, {"2024_a"}, {.id = "2024_a.js"}), 0);
  EXPECT_EQ(place_of(ForeignTool::knex, {"2024_a.mjs"}, {.id = "2024_a.ts"}), 0);
  EXPECT_EQ(place_of(ForeignTool::knex, {"2024_a"}, {.id = "2024_b.js"}), -1);
}

TEST(ForeignMatch, LeavesOutTheDashesOfDiesel) {
  EXPECT_EQ(place_of(ForeignTool::diesel, {"20240101000000"}, {.id = "2024-01-01-000000"}), 0);
}

TEST(ForeignMatch, TakesTheSurestNameFirst) {
  const ForeignEntry entry{.id = "a.xml::1::bob", .aliases = {"a.xml::1", "bob:1", "1"}};
  EXPECT_EQ(place_of(ForeignTool::liquibase, {"1", "bob:1", "a.xml::1"}, entry), 2);
  EXPECT_EQ(place_of(ForeignTool::liquibase, {"1", "bob:1"}, entry), 1);
  EXPECT_EQ(place_of(ForeignTool::liquibase, {"1"}, entry), 0);
}

}  // namespace
}  // namespace garboard::planning
