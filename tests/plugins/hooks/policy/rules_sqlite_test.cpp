// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

const std::vector<std::string> rebuild = {"CREATE TABLE new_t (x int)",
                                          "INSERT INTO new_t SELECT * FROM t", "DROP TABLE t",
                                          "ALTER TABLE new_t RENAME TO t"};

TEST(Sl401, RebuildInATransaction) {
  const Review bad = review("sqlite", {rebuild});
  ASSERT_TRUE(bad.has("SL401")) << bad;
  EXPECT_EQ(bad.severity("SL401"), "error");
  EXPECT_EQ(bad.find("SL401")->at("statement"), 3);
}

TEST(Sl401, PragmaInATransactionDoesNothing) {
  std::vector<std::string> statements = rebuild;
  statements.insert(statements.begin(), "PRAGMA foreign_keys=OFF");
  EXPECT_EQ(review("sqlite", {statements}).findings.size(), 2U);
  statements.insert(statements.begin(), "BEGIN");
  EXPECT_TRUE(review("sqlite", {statements, false}).has("SL401"));
}

TEST(Sl401, ForeignKeysOffOutsideTheTransaction) {
  std::vector<std::string> statements = rebuild;
  statements.insert(statements.begin(), {"PRAGMA foreign_keys=OFF", "BEGIN"});
  statements.insert(statements.end(), {"PRAGMA foreign_key_check", "COMMIT"});
  const Review safe = review("sqlite", {statements, false});
  EXPECT_EQ(safe.verdict, 0) << safe;
}

TEST(Sl401, RebuildsOfTheDriverAreItsOwnCare) {
  const Review own = review(
      "sqlite", {{R"(CREATE TABLE "garboard_rebuild_t" (x int))",
                  R"(INSERT INTO "garboard_rebuild_t" SELECT * FROM "t")", R"(DROP TABLE "t")",
                  R"(ALTER TABLE "garboard_rebuild_t" RENAME TO "t")"}});
  EXPECT_EQ(own.verdict, 0) << own;
}

TEST(Sl401, DropOfATableIsNoRebuild) {
  EXPECT_FALSE(review("sqlite", {{"DROP TABLE t"}}).has("SL401"));
}

}  // namespace
}  // namespace garboard::policy_test
