// SPDX-License-Identifier: Apache-2.0
// Each rule about PostgreSQL fires at its bad case and is silent at the safe form.
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

Review alone(const std::string& sql) { return review("postgres", {{sql}}); }
Review outside(const std::vector<std::string>& statements) {
  return review("postgres", {statements, false});
}

TEST(Pg101, IndexWithoutConcurrentlyBlocksWrites) {
  const Review bad = alone("CREATE INDEX i ON orders (a)");
  EXPECT_EQ(bad.severity("PG101"), "error") << bad;
  EXPECT_EQ(bad.verdict, 2);
  EXPECT_EQ(outside({"CREATE INDEX CONCURRENTLY i ON orders (a)"}).verdict, 0);
}

TEST(Pg101, IndexOfATableOfThisRunIsFree) {
  EXPECT_FALSE(review("postgres", {{"CREATE TABLE orders (a int)", "CREATE INDEX i ON orders (a)"}})
                   .has("PG101"));
  // in an earlier migration of it, too
  EXPECT_FALSE(review_event(event_of("postgres", {{{"CREATE TABLE s.orders (a int)"}},
                                                  {{"CREATE INDEX i ON s.orders (a)"}}}))
                   .has("PG101"));
  EXPECT_TRUE(
      review("postgres", {{"CREATE TABLE x.orders (a int)", "CREATE INDEX i ON y.orders (a)"}})
          .has("PG101"));
  EXPECT_TRUE(review("postgres", {{"CREATE TABLE orders (a int)", "DROP TABLE orders",
                                   "CREATE INDEX i ON orders (a)"}})
                  .has("PG101"));
}

TEST(Pg102, ConcurrentlyIsRefusedInATransaction) {
  EXPECT_TRUE(alone("CREATE INDEX CONCURRENTLY i ON orders (a)").has("PG102"));
  EXPECT_TRUE(alone("DROP INDEX CONCURRENTLY i").has("PG102"));
  EXPECT_TRUE(alone("ALTER TABLE p DETACH PARTITION c CONCURRENTLY").has("PG102"));
  EXPECT_TRUE(
      outside({"BEGIN", "CREATE INDEX CONCURRENTLY i ON orders (a)", "COMMIT"}).has("PG102"));
  EXPECT_FALSE(
      outside({"BEGIN", "COMMIT", "CREATE INDEX CONCURRENTLY i ON orders (a)"}).has("PG102"));
  EXPECT_FALSE(alone("REFRESH MATERIALIZED VIEW CONCURRENTLY v").has("PG102"));
}

TEST(Pg102, ConcurrentlyIsRefusedOnAPartitionedTable) {
  EXPECT_TRUE(outside({"CREATE TABLE p (a int) PARTITION BY RANGE (a)",
                       "CREATE INDEX CONCURRENTLY i ON p (a)"})
                  .has("PG102"));
  EXPECT_FALSE(
      outside({"CREATE TABLE p (a int) PARTITION BY RANGE (a)", "CREATE INDEX i ON ONLY p (a)"})
          .has("PG102"));
}

TEST(Pg103, IfNotExistsMayKeepAnInvalidIndex) {
  EXPECT_EQ(outside({"CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (a)"}).severity("PG103"),
            "warning");
  const Review safe = outside({"DROP INDEX CONCURRENTLY IF EXISTS i",
                               "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (a)"});
  EXPECT_EQ(safe.verdict, 0) << safe;
}

TEST(Pg110, ForeignKeyIsAddedNotValid) {
  EXPECT_EQ(
      alone("ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b (id)").severity("PG110"),
      "error");
  EXPECT_TRUE(alone("ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b").has("PG110"));
  EXPECT_TRUE(alone("ALTER TABLE a ADD COLUMN x int DEFAULT 0 REFERENCES b (id)").has("PG110"));
  // nothing but NULL is in it
  EXPECT_FALSE(alone("ALTER TABLE a ADD COLUMN x int REFERENCES b (id)").has("PG110"));
  const Review safe = review_event(event_of(
      "postgres", {{{"ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b NOT VALID"}},
                   {{"ALTER TABLE a VALIDATE CONSTRAINT f"}}}));
  EXPECT_EQ(safe.verdict, 0) << safe;
}

TEST(Pg111, CheckIsAddedNotValid) {
  EXPECT_EQ(alone("ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0)").severity("PG111"), "error");
  EXPECT_TRUE(alone("ALTER TABLE a ADD COLUMN x int CHECK (x > 0)").has("PG111"));
  EXPECT_TRUE(alone("ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0)").has("PG111"));
  EXPECT_EQ(alone("ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0) NOT VALID").verdict, 0);
  EXPECT_EQ(alone("ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID").verdict, 0);
  EXPECT_EQ(alone("ALTER TABLE a VALIDATE CONSTRAINT c").verdict, 0);
}

TEST(Pg113, ConstraintTakesAnIndexThatIsThere) {
  EXPECT_EQ(alone("ALTER TABLE a ADD CONSTRAINT u UNIQUE (x)").severity("PG113"), "error");
  EXPECT_TRUE(alone("ALTER TABLE a ADD PRIMARY KEY (x)").has("PG113"));
  EXPECT_TRUE(alone("ALTER TABLE a ADD CONSTRAINT e EXCLUDE USING gist (x WITH =)").has("PG113"));
  EXPECT_TRUE(alone("ALTER TABLE a ADD COLUMN x int UNIQUE").has("PG113"));
  const Review safe = outside({"CREATE UNIQUE INDEX CONCURRENTLY u ON a (x)",
                               "ALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX u"});
  EXPECT_EQ(safe.verdict, 0) << safe;
}

TEST(Pg130, WorkUnderAnAccessExclusiveLock) {
  const Review bad =
      review("postgres", {{"ALTER TABLE a ADD COLUMN x int", "UPDATE b SET y = 0 WHERE z = 0"}});
  ASSERT_TRUE(bad.has("PG130")) << bad;
  EXPECT_EQ(bad.severity("PG130"), "warning");
  EXPECT_EQ(bad.find("PG130")->at("statement"), 2);
  EXPECT_TRUE(review("postgres", {{"ALTER TABLE a ADD COLUMN x int", "ALTER TABLE b ADD y int"}})
                  .has("PG130"));
  EXPECT_EQ(
      review("postgres", {{"ALTER TABLE a ADD COLUMN x int", "ALTER TABLE a ADD y int"}}).verdict,
      0);
  EXPECT_EQ(review_event(event_of("postgres", {{{"ALTER TABLE a ADD COLUMN x int"}},
                                               {{"UPDATE b SET y = 0 WHERE z = 0"}}}))
                .verdict,
            0);
  EXPECT_EQ(outside({"ALTER TABLE a ADD COLUMN x int", "UPDATE b SET y = 0 WHERE z = 0"}).verdict,
            0);
}

TEST(Pg131, LocksAreNotWaitedForWithoutAnEnd) {
  Migration migration{{"ALTER TABLE a ADD COLUMN x int"}};
  EXPECT_EQ(review("postgres", migration).verdict, 0);
  migration.lock_timeout_ms = 0;
  EXPECT_EQ(review("postgres", migration).severity("PG131"), "error");
  migration.statements.insert(migration.statements.begin(), "SET LOCAL lock_timeout = ''");
  EXPECT_EQ(review("postgres", migration).verdict, 0);
  migration.statements.front() = "SET lock_timeout = 0";
  EXPECT_TRUE(review("postgres", migration).has("PG131"));
  migration.statements = {"CREATE TABLE a (x int)", "ALTER TABLE a ADD y int"};
  EXPECT_EQ(review("postgres", migration).verdict, 0);
  migration.statements = {"CREATE TABLE a (x int REFERENCES b)"};
  EXPECT_TRUE(review("postgres", migration).has("PG131"));
}

}  // namespace
}  // namespace garboard::policy_test
