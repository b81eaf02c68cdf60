// SPDX-License-Identifier: Apache-2.0
// The rules for every database, on every one of them.
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

class Everywhere : public testing::TestWithParam<const char*> {
 protected:
  static Review alone(const std::string& sql) { return review(GetParam(), {{sql}}); }
  static Review of(const Migration& migration) { return review(GetParam(), migration); }
};

TEST_P(Everywhere, Gen201DroppedData) {
  EXPECT_EQ(alone("DROP TABLE a").severity("GEN201"), "error");
  EXPECT_EQ(alone("ALTER TABLE a DROP COLUMN x").severity("GEN201"), "error");
  EXPECT_FALSE(of({{"CREATE TABLE a (x int)", "DROP TABLE a"}}).has("GEN201"));
  EXPECT_FALSE(of({{"DROP TABLE a"}, true, "post-deploy"}).has("GEN201"));
  EXPECT_FALSE(of({{"ALTER TABLE a DROP COLUMN x"}, true, "post-deploy"}).has("GEN201"));
  // undoing drops what was made
  EXPECT_EQ(of({{"DROP TABLE a"}, true, "any", "down"}).severity("GEN201"), "warning");
}

TEST_P(Everywhere, Gen201TableThatIsReplacedLosesNothing) {
  const Review made_anew = of({{"CREATE TABLE b (x int)", "INSERT INTO b SELECT * FROM a",
                                "DROP TABLE a", "ALTER TABLE b RENAME TO a"}});
  EXPECT_FALSE(made_anew.has("GEN201")) << made_anew;
  EXPECT_TRUE(of({{"DROP TABLE a", "ALTER TABLE old RENAME TO a"}}).has("GEN201"));
}

TEST_P(Everywhere, Gen202Renamed) {
  EXPECT_EQ(alone("ALTER TABLE a RENAME TO b").severity("GEN202"), "error");
  EXPECT_EQ(alone("ALTER TABLE a RENAME COLUMN x TO y").severity("GEN202"), "error");
  EXPECT_FALSE(
      of({{"ALTER TABLE a RENAME TO b", "CREATE VIEW a AS SELECT * FROM b"}}).has("GEN202"));
  EXPECT_FALSE(
      of({{"CREATE TABLE a (x int)", "ALTER TABLE a RENAME COLUMN x TO y"}}).has("GEN202"));
  EXPECT_FALSE(alone("ALTER TABLE a ADD COLUMN y int").has("GEN202"));
}

TEST_P(Everywhere, Gen203NotNullWithoutDefault) {
  EXPECT_EQ(alone("ALTER TABLE a ADD COLUMN x int NOT NULL").severity("GEN203"), "error");
  EXPECT_FALSE(alone("ALTER TABLE a ADD COLUMN x int NOT NULL DEFAULT 5").has("GEN203"));
  EXPECT_FALSE(alone("ALTER TABLE a ADD COLUMN x int").has("GEN203"));
  EXPECT_TRUE(alone("ALTER TABLE a ADD COLUMN x int NOT NULL DEFAULT NULL").has("GEN203"));
  EXPECT_FALSE(
      of({{"CREATE TABLE a (y int)", "ALTER TABLE a ADD COLUMN x int NOT NULL"}}).has("GEN203"));
}

TEST_P(Everywhere, Gen204EveryRow) {
  EXPECT_EQ(alone("UPDATE a SET x = 0").severity("GEN204"), "error");
  EXPECT_EQ(alone("DELETE FROM a").severity("GEN204"), "error");
  EXPECT_TRUE(alone("DELETE FROM a WHERE 0 = 0").has("GEN204"));
  EXPECT_TRUE(alone("UPDATE a SET x = (SELECT max(y) FROM b WHERE y = 0)").has("GEN204"));
  EXPECT_EQ(alone("UPDATE a SET x = 0 WHERE id BETWEEN 0 AND 0").verdict, 0);
  EXPECT_FALSE(alone("DELETE FROM a WHERE id = 0").has("GEN204"));
  EXPECT_FALSE(of({{"CREATE TABLE a (x int)", "UPDATE a SET x = 0"}}).has("GEN204"));
}

TEST_P(Everywhere, Gen207WhatIsNotKnown) {
  EXPECT_EQ(alone("FROBNICATE a").severity("GEN207"), "warning");
  EXPECT_FALSE(alone("CREATE TABLE a (x int)").has("GEN207"));
  const auto strict = nlohmann::json::parse(R"({"environments":{"prod":{"unparsed":"error"}}})");
  auto event = event_of(GetParam(), {{{"FROBNICATE a"}}});
  EXPECT_EQ(review_event(event, strict).verdict, 1);
  event["data"]["run"]["environment"] = "prod";
  EXPECT_EQ(review_event(event, strict).verdict, 2);
}

TEST_P(Everywhere, Gen207WhatIsNotShown) {
  auto event = event_of(GetParam(), {{{"CREATE TABLE a (x int)"}}});
  event["data"]["migrations"][0]["statements"][0]["isCut"] = true;
  EXPECT_TRUE(review_event(event).has("GEN207"));
  event = event_of(GetParam(), {{{"INSERT INTO a (x) VALUES (0), (0"}}});
  event["data"]["migrations"][0]["statements"][0]["isCut"] = true;
  EXPECT_FALSE(review_event(event).has("GEN207"));
  event = event_of(GetParam(), {{{"CREATE TABLE a (x int)"}}});
  event["data"]["migrations"][0]["statementsLeftOut"] = 3;
  EXPECT_TRUE(review_event(event).has("GEN207"));
}

INSTANTIATE_TEST_SUITE_P(Dialects, Everywhere,
                         testing::Values("postgres", "mysql", "mariadb", "sqlite", "firebird"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(Gen201, CascadeAndWholeSchemas) {
  EXPECT_TRUE(review("postgres", {{"DROP SCHEMA s"}}).has("GEN201"));
  EXPECT_TRUE(review("postgres", {{"DROP TYPE t CASCADE"}}).has("GEN201"));
  EXPECT_FALSE(review("postgres", {{"DROP TYPE t"}}).has("GEN201"));
  EXPECT_TRUE(review("postgres", {{"DROP TABLE a CASCADE"}, true, "post-deploy"}).has("GEN201"));
  EXPECT_TRUE(
      review("postgres", {{"ALTER TABLE a DROP x CASCADE"}, true, "post-deploy"}).has("GEN201"));
  EXPECT_TRUE(review("mysql", {{"DROP DATABASE d"}}).has("GEN201"));
  EXPECT_TRUE(review("mariadb", {{"CREATE OR REPLACE TABLE a (x int)"}}).has("GEN201"));
  EXPECT_TRUE(review("mysql", {{"ALTER TABLE a DROP PARTITION p"}}).has("GEN201"));
  EXPECT_FALSE(review("mysql", {{"DROP TEMPORARY TABLE a"}}).has("GEN201"));
}

TEST(Gen202, MysqlHasMoreWaysToRename) {
  EXPECT_TRUE(review("mysql", {{"RENAME TABLE a TO b"}}).has("GEN202"));
  EXPECT_TRUE(review("mysql", {{"ALTER TABLE a CHANGE x y int"}}).has("GEN202"));
  EXPECT_FALSE(review("mysql", {{"ALTER TABLE a CHANGE x x bigint"}}).has("GEN202"));
}

TEST(Gen204, TruncateAndRowsChangedInWith) {
  EXPECT_TRUE(review("postgres", {{"TRUNCATE a, b"}}).has("GEN204"));
  EXPECT_TRUE(review("mysql", {{"TRUNCATE TABLE a"}}).has("GEN204"));
  EXPECT_TRUE(review("postgres", {{"WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d"}})
                  .has("GEN204"));
  EXPECT_FALSE(review("mysql", {{"DELETE FROM a WHERE x < 0 LIMIT 0"}}).has("GEN204"));
}

TEST(Gen207, CodeThatIsNotSeen) {
  EXPECT_TRUE(review("postgres", {{"DO ''"}}).has("GEN207"));
  EXPECT_TRUE(review("postgres", {{"CALL f()"}}).has("GEN207"));
  EXPECT_TRUE(review("postgres", {{"EXPLAIN ANALYZE DELETE FROM a"}}).has("GEN207"));
  EXPECT_FALSE(review("postgres", {{"EXPLAIN DELETE FROM a"}}).has("GEN207"));
  EXPECT_TRUE(review("mysql", {{"PREPARE s FROM ''"}}).has("GEN207"));
  EXPECT_TRUE(review("mysql", {{"ALTER TABLE a DISCARD TABLESPACE"}}).has("GEN207"));
  EXPECT_FALSE(
      review("postgres", {{"CREATE FUNCTION f() RETURNS int AS '' LANGUAGE sql"}}).has("GEN207"));
}

}  // namespace
}  // namespace garboard::policy_test
