// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

class SqliteUnchecked : public OnFile {
 protected:
  void SetUp() override {
    OnFile::SetUp();
    must("CREATE TABLE p (id INTEGER PRIMARY KEY)");
    must("CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p ON DELETE CASCADE)");
    must("INSERT INTO p VALUES (1), (2)");
    must("INSERT INTO c VALUES (10, 1), (20, 2)");
  }
  void begin() {
    const Outcome begun = connection_->tx(GBD_TX_BEGIN_UNCHECKED);
    ASSERT_TRUE(begun.ok()) << begun;
  }
  void commit() {
    const Outcome committed = connection_->tx(GBD_TX_COMMIT);
    EXPECT_TRUE(committed.ok()) << committed;
  }
  std::string settings() {
    return *run("PRAGMA foreign_keys").cell() + *run("PRAGMA legacy_alter_table").cell();
  }
  /// Makes violations that no transaction of a test is to blame for.
  void violate(std::string_view sql) {
    Connection other(options({{"params", {{"foreign_keys", "off"}}}}));
    must(other, sql);
  }
};

TEST_F(SqliteUnchecked, EnforcesNothingUntilItsEnd) {
  begin();
  EXPECT_EQ(settings(), "00");
  must("DELETE FROM p");
  EXPECT_EQ(run("SELECT count(*) FROM c").cell(), "2") << "nothing cascades";
  must("INSERT INTO p VALUES (1), (2)");
  must("PRAGMA legacy_alter_table = ON");
  commit();
  EXPECT_EQ(settings(), "10");
}

TEST_F(SqliteUnchecked, SettingsComeBackHoweverItEnds) {
  begin();
  must("PRAGMA legacy_alter_table = ON");
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(settings(), "10");
  begin();
  must("PRAGMA legacy_alter_table = ON");
  must("ROLLBACK");  // lost, not by the host
  EXPECT_TRUE(run("SELECT 1").has(GBD_EF_TX_ABORTED));
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(settings(), "10");
  Connection off(options({{"params", {{"foreign_keys", "off"}}}}));
  ASSERT_TRUE(off.tx(GBD_TX_BEGIN_UNCHECKED).ok());
  ASSERT_TRUE(off.tx(GBD_TX_COMMIT).ok());
  EXPECT_EQ(off.exec("PRAGMA foreign_keys").cell(), "0");
}

TEST_F(SqliteUnchecked, ABusyFileLeavesTheSettings) {
  Connection other(options());
  ASSERT_TRUE(other.tx(GBD_TX_BEGIN).ok());
  Connection impatient(options({{"params", {{"busy_timeout", "0"}}}}));
  EXPECT_EQ(impatient.tx(GBD_TX_BEGIN_UNCHECKED).status, GBD_E_LOCK_BUSY);
  EXPECT_EQ(impatient.exec("PRAGMA foreign_keys").cell(), "1");
}

TEST_F(SqliteUnchecked, ARowThatLostItsParentFailsTheCommitAndTheWhole) {
  begin();
  must("CREATE TABLE extra (x)");
  must("DELETE FROM p");
  const Outcome outcome = connection_->tx(GBD_TX_COMMIT);
  EXPECT_EQ(outcome.status, GBD_E_SQL) << outcome;
  EXPECT_EQ(outcome.sqlstate, "23000");
  EXPECT_TRUE(outcome.has(GBD_EF_TX_ABORTED));
  EXPECT_EQ(outcome.message,
            "the row with rowid 10 of the table c refers to a row of p that is not there; 2 such "
            "rows in all");
  EXPECT_TRUE(run("SELECT 1").has(GBD_EF_TX_ABORTED)) << "only ROLLBACK is accepted";
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(settings(), "10");
  EXPECT_EQ(run("SELECT count(*) FROM p").cell(), "2");
  EXPECT_FALSE(run("SELECT * FROM extra").ok());
}

TEST_F(SqliteUnchecked, WhatWasWrongBeforeIsNoneOfItsFaults) {
  must("CREATE TABLE w (k TEXT PRIMARY KEY, p INT REFERENCES p) WITHOUT ROWID");
  must("CREATE TABLE lost (x REFERENCES nowhere (x))");
  must("CREATE TABLE plain (x)");
  must("CREATE TABLE mismatch (x REFERENCES plain (x))");
  violate("INSERT INTO c VALUES (30, 3)");
  violate("INSERT INTO w VALUES ('a', 4)");
  violate("INSERT INTO lost VALUES (5)");
  violate("INSERT INTO mismatch VALUES (6)");
  begin();
  must("INSERT INTO c VALUES (40, 1)");
  commit();
  begin();
  must("ALTER TABLE c RENAME TO d");
  must("ALTER TABLE mismatch RENAME TO other");
  must("CREATE TABLE nowhere (x PRIMARY KEY)");
  commit();
  begin();
  must("INSERT INTO w VALUES ('b', 4)");
  EXPECT_EQ(connection_->tx(GBD_TX_COMMIT).message,
            "a row of the table w refers to a row of p that is not there");
  connection_->tx(GBD_TX_ROLLBACK);
  begin();
  must("INSERT INTO d VALUES (50, 3)");
  EXPECT_EQ(connection_->tx(GBD_TX_COMMIT).message,
            "the row with rowid 50 of the table d refers to a row of p that is not there");
  connection_->tx(GBD_TX_ROLLBACK);
}

TEST_F(SqliteUnchecked, AForeignKeyThatNoLongerFitsFailsTheCommit) {
  must("CREATE TABLE u (a UNIQUE, b)");
  must("CREATE TABLE v (a REFERENCES u (a))");
  must("INSERT INTO u VALUES (1, 1)");
  must("INSERT INTO v VALUES (1)");
  begin();
  must("DROP TABLE u");
  must("CREATE TABLE u (a, b)");
  must("INSERT INTO u VALUES (1, 1)");
  const Outcome outcome = connection_->tx(GBD_TX_COMMIT);
  EXPECT_EQ(outcome.message, "foreign key mismatch - \"v\" referencing \"u\"");
  EXPECT_EQ(outcome.sqlstate, "23000");
}

TEST_F(SqliteUnchecked, ADroppedParentIsNamed) {
  must("DELETE FROM c");
  begin();
  must("DROP TABLE p");
  const Outcome outcome = connection_->tx(GBD_TX_COMMIT);
  EXPECT_EQ(outcome.message, "the table c refers to the table p, which is dropped") << outcome;
  connection_->tx(GBD_TX_ROLLBACK);
  begin();
  must("DROP TABLE p");
  must("DROP TABLE c");
  commit();
}

TEST_F(SqliteUnchecked, ChecksNothingWhereForeignKeysAreOff) {
  Connection off(options({{"params", {{"foreign_keys", "off"}}}}));
  ASSERT_TRUE(off.tx(GBD_TX_BEGIN_UNCHECKED).ok());
  must(off, "DELETE FROM p");
  EXPECT_TRUE(off.tx(GBD_TX_COMMIT).ok());
}

}  // namespace
}  // namespace garboard::sqlite_test
