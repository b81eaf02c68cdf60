// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

class SqliteFingerprint : public OnFile {};

TEST_F(SqliteFingerprint, ChangesWithTheObjectAndOnlyThen) {
  must("CREATE TABLE other (x)");
  for (const char* sql :
       {"CREATE TABLE t (x)", "CREATE INDEX \"an i\" ON t (x)", "ALTER TABLE t ADD COLUMN y",
        "ALTER TABLE T RENAME COLUMN y TO z", "DROP INDEX main.\"an i\"",
        "CREATE VIEW v AS SELECT 1", "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
        "DROP TRIGGER r", "DROP VIEW v", "CREATE TEMP TABLE u (x)", "ALTER TABLE t RENAME TO w",
        "DROP TABLE IF EXISTS w"}) {
    const Outcome before = connection_->fingerprint(sql);
    ASSERT_TRUE(before.ok()) << sql << before;
    EXPECT_FALSE(before.text.empty());
    EXPECT_EQ(connection_->fingerprint(sql).text, before.text) << sql;
    must("ALTER TABLE other ADD COLUMN c" + std::to_string(rand()));
    EXPECT_EQ(connection_->fingerprint(sql).text, before.text) << sql;
    must(sql);
    EXPECT_NE(connection_->fingerprint(sql).text, before.text) << sql;
  }
}

TEST_F(SqliteFingerprint, TakesWhatMayBeRepeatedForUndone) {
  const std::string before = connection_->fingerprint("VACUUM").text;
  must("VACUUM");
  EXPECT_EQ(connection_->fingerprint("VACUUM").text, before);
  EXPECT_TRUE(connection_->fingerprint("PRAGMA foreign_keys = off").ok());
}

TEST_F(SqliteFingerprint, SaysWhereItCannotTell) {
  for (const char* sql : {"INSERT INTO t VALUES (1)", "SELECT 1", ""})
    EXPECT_EQ(connection_->fingerprint(sql).status, GBD_E_UNSUPPORTED) << sql;
}

TEST_F(SqliteFingerprint, QuotesTheSchema) {
  const Outcome outcome = connection_->fingerprint("DROP TABLE \"a\"\"b\".t");
  EXPECT_NE(outcome.message.find("a\"b"), std::string::npos) << outcome;
}

}  // namespace
}  // namespace garboard::sqlite_test
