// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

class MysqlFamily : public testing::TestWithParam<const char*> {
 protected:
  static Review alone(const std::string& sql) { return review(GetParam(), {{sql}, false}); }
};

TEST_P(MysqlFamily, My301AlterThatCopies) {
  for (const char* clause :
       {"ADD c varchar(36) DEFAULT (uuid())", "ADD c int AS (i + 1) STORED",
        "ADD CONSTRAINT f FOREIGN KEY (p) REFERENCES parent (id)", "ADD CONSTRAINT c CHECK (i > 0)",
        "CONVERT TO CHARACTER SET latin1", "ENGINE=MyISAM", "DROP PRIMARY KEY",
        "PARTITION BY HASH (id) PARTITIONS 4", "ADD FULLTEXT KEY k (x)",
        "ADD c int, ALGORITHM=COPY", "ADD c int, LOCK=EXCLUSIVE"})
    EXPECT_EQ(alone(std::string("ALTER TABLE t ") + clause).severity("MY301"), "error") << clause;
  EXPECT_EQ(alone("CREATE FULLTEXT INDEX k ON t (x)").severity("MY301"), "error");
  EXPECT_EQ(alone("ALTER TABLE t MODIFY v varchar(100)").severity("MY301"), "warning");
}

TEST_P(MysqlFamily, My301AlterThatGoesOnline) {
  for (const char* clause :
       {"ADD c int", "ADD c int NOT NULL DEFAULT 5", "ADD c datetime DEFAULT now()",
        "DROP COLUMN c", "ADD KEY k (x)", "ADD UNIQUE KEY k (x)", "ALTER COLUMN c SET DEFAULT 0",
        "DROP PRIMARY KEY, ADD PRIMARY KEY (id, j)", "RENAME INDEX a TO b", "ENGINE=InnoDB",
        "FORCE", "DEFAULT CHARACTER SET latin1", "COMMENT=''",
        "AUTO_INCREMENT=0 ROW_FORMAT=DYNAMIC"})
    EXPECT_FALSE(alone(std::string("ALTER TABLE t ") + clause).has("MY301")) << clause;
  EXPECT_FALSE(alone("CREATE INDEX k ON t (x)").has("MY301"));
  EXPECT_FALSE(
      review(GetParam(), {{"CREATE TABLE t (a int)", "ALTER TABLE t ENGINE=MyISAM"}}).has("MY301"));
}

TEST_P(MysqlFamily, My301ServerRefusesWhatIsAsserted) {
  EXPECT_FALSE(alone("ALTER TABLE t MODIFY v varchar(100), ALGORITHM=INSTANT").has("MY301"));
  EXPECT_FALSE(alone("ALTER TABLE t ADD CONSTRAINT c CHECK (i > 0), LOCK=NONE").has("MY301"));
  // but not this one: it converts the table whatever is said
  EXPECT_TRUE(alone("ALTER TABLE t ENGINE=MyISAM, ALGORITHM=INSTANT").has("MY301"));
}

TEST_P(MysqlFamily, My301ForeignKeysUnchecked) {
  EXPECT_FALSE(review(GetParam(), {{"SET foreign_key_checks=0",
                                    "ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES parent (id)"}})
                   .has("MY301"));
}

TEST_P(MysqlFamily, My302SeveralDdlStatements) {
  const Review bad = review(
      GetParam(), {{"CREATE TABLE a (x int)", "CREATE TABLE b (x int)", "CREATE TABLE c (x int)"}});
  ASSERT_EQ(bad.findings.size(), 1U) << bad;
  EXPECT_EQ(bad.severity("MY302"), "warning");
  EXPECT_EQ(bad.find("MY302")->at("statement"), 2);
  EXPECT_FALSE(
      review_event(event_of(GetParam(), {{{"CREATE TABLE a (x int)", "INSERT INTO a VALUES (0)"}},
                                         {{"CREATE TABLE b (x int)"}}}))
          .has("MY302"));
}

TEST_P(MysqlFamily, My303UnboundedWaitForTheMetadataLock) {
  Migration migration{{"ALTER TABLE a ADD x int"}};
  EXPECT_FALSE(review(GetParam(), migration).has("MY303"));
  migration.lock_timeout_ms = 0;
  EXPECT_EQ(review(GetParam(), migration).severity("MY303"), "error");
  migration.statements = {"SET SESSION lock_wait_timeout = 5", "ALTER TABLE a ADD x int"};
  EXPECT_FALSE(review(GetParam(), migration).has("MY303"));
  migration.statements = {"CREATE TABLE a (y int)", "ALTER TABLE a ADD x int"};
  EXPECT_FALSE(review(GetParam(), migration).has("MY303"));
}

INSTANTIATE_TEST_SUITE_P(Dialects, MysqlFamily, testing::Values("mysql", "mariadb"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(My303, VersionTellsTheServersApart) {
  auto event = event_of("mysql", {{{"ALTER TABLE a ADD x int"}, false, "any", "up", 0}});
  const auto message = [&event] { return review_event(event).find("MY303")->value("message", ""); };
  EXPECT_NE(message().find("a year"), std::string::npos) << message();
  event["data"]["database"]["serverVersion"] = "10.11.6-MariaDB-0+deb12u1";
  EXPECT_NE(message().find("a day"), std::string::npos) << message();
}

TEST(My303, MariadbCanWaitInTheStatement) {
  const Migration migration{{"ALTER TABLE a WAIT 5 ADD x int"}, false, "any", "up", 0};
  EXPECT_FALSE(review("mariadb", migration).has("MY303"));
}

}  // namespace
}  // namespace garboard::policy_test
