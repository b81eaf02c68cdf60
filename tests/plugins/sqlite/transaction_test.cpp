// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

class SqliteTransaction : public OnFile {
 protected:
  void SetUp() override {
    OnFile::SetUp();
    must("CREATE TABLE t (x)");
  }
  Cell count() { return run("SELECT count(*) FROM t").cell(); }
  void begin() { ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok()); }
};

TEST_F(SqliteTransaction, CommitsAndRollsBackDdlToo) {
  begin();
  must("CREATE TABLE u (x)");
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(run("SELECT * FROM u").sqlstate, "42S02");
  begin();
  must("INSERT INTO t VALUES (1)");
  EXPECT_TRUE(connection_->tx(GBD_TX_COMMIT).ok());
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok()) << "harmless when nothing is open";
  EXPECT_EQ(count(), "1");
}

TEST_F(SqliteTransaction, AStatementCannotCommitIt) {
  begin();
  must("INSERT INTO t VALUES (1)");
  const Outcome outcome = run("COMMIT");
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_TRUE(outcome.has(GBD_EF_TX_ABORTED)) << outcome;
  EXPECT_TRUE(run("INSERT INTO t VALUES (2)").has(GBD_EF_TX_ABORTED));
  EXPECT_FALSE(connection_->tx(GBD_TX_COMMIT).ok());
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(count(), "0");
}

TEST_F(SqliteTransaction, NothingRunsAfterAStatementHasRolledItBack) {
  begin();
  must("ROLLBACK");
  EXPECT_TRUE(run("INSERT INTO t VALUES (1)").has(GBD_EF_TX_ABORTED));
  EXPECT_FALSE(connection_->tx(GBD_TX_COMMIT).ok());
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  must("INSERT INTO t VALUES (1)");
}

TEST_F(SqliteTransaction, AConflictClauseThatRollsBackEndsIt) {
  must("CREATE UNIQUE INDEX i ON t (x)");
  begin();
  must("INSERT INTO t VALUES (1)");
  const Outcome outcome = run("INSERT OR ROLLBACK INTO t VALUES (1)");
  EXPECT_EQ(outcome.sqlstate, "23000");
  EXPECT_TRUE(outcome.has(GBD_EF_TX_ABORTED));
  EXPECT_FALSE(run("INSERT INTO t VALUES (2)").ok());
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(count(), "0");
}

TEST_F(SqliteTransaction, AScriptMayHaveItsOwnOutside) {
  must("BEGIN");
  must("INSERT INTO t VALUES (1)");
  must("COMMIT");
  must("BEGIN");
  must("INSERT INTO t VALUES (1)");
  must("ROLLBACK");
  EXPECT_EQ(count(), "1");
}

TEST_F(SqliteTransaction, AFailedStatementLeavesItOpen) {
  begin();
  must("INSERT INTO t VALUES (1)");
  const Outcome outcome = run("INSERT INTO missing VALUES (1)");
  EXPECT_FALSE(outcome.has(GBD_EF_TX_ABORTED));
  EXPECT_TRUE(connection_->tx(GBD_TX_COMMIT).ok());
  EXPECT_EQ(count(), "1");
}

TEST_F(SqliteTransaction, AFullDiskUndoesIt) {
  must("PRAGMA max_page_count = 10");
  begin();
  must("INSERT INTO t VALUES (1)");
  const Outcome outcome = run("INSERT INTO t VALUES (zeroblob(100000))");
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_EQ(outcome.native_code, 13);
  EXPECT_NE(outcome.message.find(file()), std::string::npos) << outcome;
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(count(), "0");
}

// The file may grow no further: the write fails with EFBIG, as on a disk that fails.
TEST_F(SqliteTransaction, AnIoErrorInACommitLeavesTheOutcomeOpen) {
  must("INSERT INTO t VALUES (zeroblob(20000))");
  begin();
  must("INSERT INTO t VALUES (zeroblob(50000))");
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{30000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Outcome outcome = connection_->tx(GBD_TX_COMMIT);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(outcome.native_code & 0xff, 10) << outcome;
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_TRUE(outcome.has(GBD_EF_OUTCOME_UNKNOWN)) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_RETRYABLE));
  EXPECT_NE(outcome.message.find(file()), std::string::npos) << outcome;
  Connection again(options());
  EXPECT_EQ(again.exec("SELECT count(*) FROM t").cell(), "1");
}

TEST_F(SqliteTransaction, SaysWhatCannotRunInOne) {
  begin();
  for (const char* sql : {"VACUUM", "PRAGMA journal_mode = wal", "PRAGMA synchronous = off"})
    EXPECT_EQ(run(sql).sqlstate, "25001") << sql;
}

TEST_F(SqliteTransaction, ABatchStopsAtItsFirstFailure) {
  const std::vector<std::string> statements{"INSERT INTO t VALUES (1)", "INSERT INTO no VALUES (2)",
                                            "INSERT INTO t VALUES (3)"};
  Outcome outcome = connection_->batch(statements, GBD_BATCH_ATOMIC);
  EXPECT_EQ(outcome.sqlstate, "42S02");
  EXPECT_EQ(outcome.done, 1U);
  EXPECT_EQ(count(), "0");
  outcome = connection_->batch(statements);
  EXPECT_EQ(outcome.done, 1U);
  EXPECT_EQ(count(), "1");
  outcome = connection_->batch({statements[0], statements[2]}, GBD_BATCH_ATOMIC);
  EXPECT_TRUE(outcome.ok()) << outcome;
  EXPECT_EQ(outcome.done, 2U);
  EXPECT_EQ(count(), "3");
}

TEST_F(SqliteTransaction, AFailedCommitOfABatchIsNoStatementsFault) {
  must("CREATE TABLE p (id PRIMARY KEY)");
  must("CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)");
  const Outcome outcome = connection_->batch({"INSERT INTO c VALUES (1)"}, GBD_BATCH_ATOMIC);
  EXPECT_EQ(outcome.sqlstate, "23000") << outcome;
  EXPECT_EQ(outcome.done, 1U);
  EXPECT_EQ(run("SELECT count(*) FROM c").cell(), "0");
  EXPECT_TRUE(connection_->tx(GBD_TX_BEGIN).ok()) << "nothing is left open";
}

}  // namespace
}  // namespace garboard::sqlite_test
