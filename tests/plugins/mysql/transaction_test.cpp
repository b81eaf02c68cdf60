// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "plugins/mysql/driver.hpp"

namespace garboard::mysql_test {
namespace {

class MysqlTransaction : public OnServer {
 protected:
  void begin() { ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok()); }
  std::string seen_by_others(const std::string& sql) {
    Connection other(options());
    return other.exec(sql).cell().value_or("NULL");
  }
};
ON_EACH_SERVER(MysqlTransaction);

TEST_P(MysqlTransaction, GoesOnAfterAnImplicitCommit) {
  must("CREATE TABLE t (a int)");
  begin();
  must("INSERT INTO t VALUES (1)");
  EXPECT_EQ(seen_by_others("SELECT count(*) FROM t"), "0");
  must("CREATE TABLE u (a int)");
  EXPECT_EQ(seen_by_others("SELECT count(*) FROM t"), "1");
  must("INSERT INTO t VALUES (2)");
  ASSERT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  EXPECT_EQ(seen_by_others("SELECT group_concat(a) FROM t"), "1");
}

TEST_P(MysqlTransaction, CommitsEachStatementOutsideOfOne) {
  must("CREATE TABLE t (a int)");
  begin();
  must("INSERT INTO t VALUES (1)");
  ASSERT_TRUE(connection_->tx(GBD_TX_COMMIT).ok());
  must("INSERT INTO t VALUES (2)");
  EXPECT_EQ(seen_by_others("SELECT count(*) FROM t"), "2");
}

TEST_P(MysqlTransaction, AsksTheServerOnlyOnceToStopAutocommit) {
  const auto questions = [this] {
    const Outcome outcome = run("SHOW SESSION STATUS LIKE 'Questions'");
    return std::stol(outcome.rows.at(0).at(1).value_or("0"));
  };
  begin();
  const long before = questions();
  ASSERT_TRUE(connection_->tx(GBD_TX_COMMIT).ok());
  begin();
  EXPECT_EQ(questions() - before, 2) << "the COMMIT and the question itself";
}

TEST_P(MysqlTransaction, IsRefusedTwiceAndWithoutABegin) {
  EXPECT_EQ(connection_->tx(GBD_TX_COMMIT).status, GBD_E_INVALID);
  begin();
  EXPECT_EQ(connection_->tx(GBD_TX_BEGIN).status, GBD_E_INVALID);
  EXPECT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
}

TEST_P(MysqlTransaction, IsRolledBackByClose) {
  must("CREATE TABLE t (a int)");
  Connection other(options());
  ASSERT_TRUE(other.tx(GBD_TX_BEGIN).ok());
  ASSERT_TRUE(other.exec("INSERT INTO t VALUES (1)").ok());
  other.close();
  must("ALTER TABLE t ADD b int");  // waits until the transaction is gone
  EXPECT_EQ(run("SELECT count(*) FROM t").cell(), "0");
}

TEST_P(MysqlTransaction, StopsAtADeadlock) {
  must("CREATE TABLE t (a int PRIMARY KEY, b int)");
  must("INSERT INTO t VALUES (1, 0), (2, 0)");
  Connection other(options());
  begin();
  ASSERT_TRUE(other.tx(GBD_TX_BEGIN).ok());
  must("UPDATE t SET b = 1 WHERE a = 1");
  ASSERT_TRUE(other.exec("UPDATE t SET b = 2 WHERE a = 2").ok());
  auto waiting = std::async(std::launch::async,
                            [&other] { return other.exec("UPDATE t SET b = 2 WHERE a = 1"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const Outcome mine = run("UPDATE t SET b = 1 WHERE a = 2");
  if (!mine.ok()) {
    ASSERT_TRUE(connection_->tx(GBD_TX_ROLLBACK).ok());
  }
  const Outcome theirs = waiting.get();
  const Outcome& victim = mine.ok() ? theirs : mine;
  EXPECT_NE(mine.ok(), theirs.ok());
  EXPECT_EQ(victim.native_code, 1213) << victim;
  EXPECT_TRUE(victim.has(GBD_EF_RETRYABLE));
  EXPECT_TRUE(victim.has(GBD_EF_TX_ABORTED));
  if (mine.ok()) {
    EXPECT_TRUE(other.exec("SELECT 1").has(GBD_EF_TX_ABORTED)) << "only a rollback is allowed";
    EXPECT_TRUE(other.tx(GBD_TX_ROLLBACK).ok());
    EXPECT_TRUE(other.exec("SELECT 1").ok());
  }
}

TEST_P(MysqlTransaction, MayRetryAfterALockWait) {
  must("CREATE TABLE t (a int PRIMARY KEY)");
  must("INSERT INTO t VALUES (1)");
  begin();
  must("UPDATE t SET a = 2");
  Connection other(options());
  ASSERT_TRUE(other.exec("SET SESSION innodb_lock_wait_timeout = 1, lock_wait_timeout = 1").ok());
  const Outcome row = other.exec("UPDATE t SET a = 3");
  EXPECT_EQ(row.status, GBD_E_TIMEOUT) << row;
  EXPECT_TRUE(row.has(GBD_EF_RETRYABLE)) << row;
  EXPECT_EQ(other.exec("ALTER TABLE t ADD b int").status, GBD_E_TIMEOUT);
}

TEST_P(MysqlTransaction, OfABatchIsAllOrNothing) {
  must("CREATE TABLE t (a int PRIMARY KEY)");
  const Outcome good = connection_->batch({"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"},
                                          GBD_BATCH_ATOMIC);
  EXPECT_TRUE(good.ok()) << good;
  EXPECT_EQ(good.done, 2U);
  const Outcome bad = connection_->batch(
      {"INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (4)"},
      GBD_BATCH_ATOMIC);
  EXPECT_EQ(bad.native_code, 1062);
  EXPECT_EQ(bad.done, 1U);
  EXPECT_EQ(seen_by_others("SELECT group_concat(a) FROM t"), "1,2");
  EXPECT_TRUE(connection_->tx(GBD_TX_BEGIN).ok()) << "the batch left no transaction behind";
}

TEST_P(MysqlTransaction, IsNoneForAPlainBatch) {
  must("CREATE TABLE t (a int PRIMARY KEY)");
  const Outcome bad =
      connection_->batch({"INSERT INTO t VALUES (3)", "SELEC 1", "INSERT INTO t VALUES (4)"});
  EXPECT_EQ(bad.done, 1U);
  EXPECT_EQ(bad.position, 0);
  EXPECT_EQ(seen_by_others("SELECT group_concat(a) FROM t"), "3");
}

TEST_P(MysqlTransaction, LeavesTheOutcomeOpenWhenTheConnectionDiesInADdl) {
  must("CREATE TABLE t (a int)");
  Connection holder(options());
  ASSERT_TRUE(holder.tx(GBD_TX_BEGIN).ok());
  ASSERT_TRUE(holder.exec("SELECT * FROM t").ok());
  const std::string id = run("SELECT CONNECTION_ID()").cell().value_or("");
  auto waiting = std::async(std::launch::async, [this] { return run("ALTER TABLE t ADD b int"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  Connection killer(options());
  ASSERT_TRUE(killer.exec("KILL " + id).ok());
  const Outcome outcome = waiting.get();
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_TRUE(outcome.has(GBD_EF_OUTCOME_UNKNOWN)) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_RETRYABLE)) << outcome;
}

TEST_P(MysqlTransaction, IsSurelyGoneWhenTheConnectionDiesInItsMiddle) {
  must("CREATE TABLE t (a int)");
  begin();
  const std::string id = run("SELECT CONNECTION_ID()").cell().value_or("");
  auto working =
      std::async(std::launch::async, [this] { return run("INSERT INTO t SELECT SLEEP(20) + 1"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  Connection killer(options());
  ASSERT_TRUE(killer.exec("KILL " + id).ok());
  const Outcome outcome = working.get();
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_OUTCOME_UNKNOWN)) << outcome;
}

}  // namespace
}  // namespace garboard::mysql_test
