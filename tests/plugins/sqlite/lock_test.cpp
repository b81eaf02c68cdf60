// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class SqliteLock : public OnFile {
 protected:
  nlohmann::json waiting(const char* ms) { return options({{"params", {{"busy_timeout", ms}}}}); }
};

TEST_F(SqliteLock, ATransactionKeepsOthersFromBeginning) {
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  Connection other(waiting("150"));
  const auto start = steady_clock::now();
  const Outcome outcome = other.tx(GBD_TX_BEGIN);
  EXPECT_GE(steady_clock::now() - start, milliseconds(140));
  EXPECT_EQ(outcome.status, GBD_E_LOCK_BUSY) << outcome;
  EXPECT_TRUE(outcome.has(GBD_EF_RETRYABLE));
  EXPECT_EQ(other.batch({"SELECT 1"}, GBD_BATCH_ATOMIC).status, GBD_E_LOCK_BUSY);
  ASSERT_TRUE(connection_->tx(GBD_TX_COMMIT).ok());
  EXPECT_TRUE(other.tx(GBD_TX_BEGIN).ok());
}

TEST_F(SqliteLock, AWaitEndsWhenTheLockIsFree) {
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  std::thread releaser([this] {
    std::this_thread::sleep_for(milliseconds(200));
    (void)connection_->tx(GBD_TX_COMMIT);
  });
  Connection other(waiting("5000"));
  const auto start = steady_clock::now();
  EXPECT_TRUE(other.tx(GBD_TX_BEGIN).ok());
  EXPECT_LT(steady_clock::now() - start, milliseconds(3000));
  releaser.join();
}

TEST_F(SqliteLock, AWaitEndsWhenTheRunIsInterrupted) {
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  Connection other(waiting("60000"));
  std::thread interrupter([] {
    std::this_thread::sleep_for(milliseconds(100));
    set_host_cancelled(true);
  });
  const auto start = steady_clock::now();
  EXPECT_EQ(other.tx(GBD_TX_BEGIN).status, GBD_E_CANCELLED);
  EXPECT_LT(steady_clock::now() - start, milliseconds(10000));
  interrupter.join();
}

TEST_F(SqliteLock, ABusyStatementMayBeRunAgain) {
  must("CREATE TABLE t (x)");
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  Connection other(waiting("0"));
  const Outcome outcome = other.exec("INSERT INTO t VALUES (1)");
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_TRUE(outcome.has(GBD_EF_RETRYABLE)) << outcome;
  EXPECT_EQ(outcome.native_code, 5);
}

TEST_F(SqliteLock, ABusyCommitMayBeRunAgain) {
  must("CREATE TABLE t (x)");
  must("INSERT INTO t VALUES (1)");
  Connection other(waiting("0"));
  must(other, "BEGIN");
  must(other, "SELECT * FROM t");
  connection_ = std::make_unique<Connection>(waiting("20"));
  const Outcome outcome = connection_->batch({"INSERT INTO t VALUES (2)"}, GBD_BATCH_ATOMIC);
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_TRUE(outcome.has(GBD_EF_RETRYABLE)) << outcome;
  EXPECT_EQ(outcome.done, 1U) << "the commit failed, not a statement";
  must(other, "COMMIT");
  EXPECT_TRUE(connection_->batch({"INSERT INTO t VALUES (2)"}, GBD_BATCH_ATOMIC).ok());
}

TEST_F(SqliteLock, ANamedLockKeepsOthersOutAndLetsThemWrite) {
  Connection other(options());
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  EXPECT_EQ(other.lock("app", 50).status, GBD_E_LOCK_BUSY);
  EXPECT_TRUE(other.lock("another", 0).ok());
  EXPECT_TRUE(other.batch({"CREATE TABLE t (x)"}, GBD_BATCH_ATOMIC).ok());
  EXPECT_TRUE(other.exec("VACUUM").ok());
  ASSERT_TRUE(connection_->unlock("app").ok());
  EXPECT_TRUE(other.lock("app", 0).ok());
}

TEST_F(SqliteLock, ANamedLockEndsWithItsProcess) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    Connection holder(options());
    const char answer = holder.lock("app", 0).ok() ? 'y' : 'n';
    (void)!write(ready[1], &answer, 1);
    pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(connection_->lock("app", 0).status, GBD_E_LOCK_BUSY);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(connection_->lock("app", 0).ok());
}

TEST_F(SqliteLock, TheFileOfANamedLockOutlivesSqlites) {
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  must("CREATE TABLE t (x)");
  ASSERT_TRUE(connection_->unlock("app").ok());
  const pid_t child = fork();
  if (child == 0) {
    Connection other(waiting("0"));
    _exit(other.tx(GBD_TX_BEGIN).status == GBD_E_LOCK_BUSY ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << "unlocking must not drop the transaction's lock";
}

}  // namespace
}  // namespace garboard::sqlite_test
