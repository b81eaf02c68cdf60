// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "plugins/mysql/driver.hpp"

namespace garboard::mysql_test {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

class MysqlLock : public OnServer {};
ON_EACH_SERVER(MysqlLock);

const std::string long_key(300, 'k');

TEST_P(MysqlLock, IsHeldByOneSession) {
  Connection other(options());
  ASSERT_TRUE(connection_->lock(long_key, 0).ok());
  EXPECT_EQ(other.lock(long_key, 0).status, GBD_E_LOCK_BUSY);
  EXPECT_TRUE(other.lock(long_key + "2", 0).ok()) << "another key";
  ASSERT_TRUE(connection_->unlock(long_key).ok());
  EXPECT_TRUE(other.lock(long_key, 0).ok());
}

TEST_P(MysqlLock, IsBusyOnTime) {
  Connection other(options());
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  const auto start = Clock::now();
  EXPECT_EQ(other.lock("app", 500).status, GBD_E_LOCK_BUSY);
  const auto took = Clock::now() - start;
  EXPECT_GE(took, milliseconds(500));
  EXPECT_LT(took, milliseconds(1500));
}

TEST_P(MysqlLock, IsTakenAsSoonAsItIsFree) {
  Connection other(options());
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  auto waiting = std::async(std::launch::async, [&other] { return other.lock("app", 20'000); });
  std::this_thread::sleep_for(milliseconds(300));
  ASSERT_TRUE(connection_->unlock("app").ok());
  const auto start = Clock::now();
  EXPECT_TRUE(waiting.get().ok());
  EXPECT_LT(Clock::now() - start, milliseconds(1500));
}

TEST_P(MysqlLock, BelongsToOneDatabase) {
  nlohmann::json elsewhere = options();
  elsewhere["database"] = "information_schema";
  Connection other(elsewhere);
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  EXPECT_TRUE(other.lock("app", 0).ok());
}

TEST_P(MysqlLock, IsReleasedByClose) {
  Connection other(options());
  ASSERT_TRUE(other.lock("app", 0).ok());
  other.close();
  EXPECT_TRUE(connection_->lock("app", 5000).ok());
}

TEST_P(MysqlLock, CannotBeReleasedByAnother) {
  Connection other(options());
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  EXPECT_FALSE(other.unlock("app").ok());
  EXPECT_FALSE(connection_->unlock("never taken").ok());
  EXPECT_EQ(other.lock("app", 0).status, GBD_E_LOCK_BUSY);
}

TEST_P(MysqlLock, WaitEndsWhenTheHostIsInterrupted) {
  Connection other(options());
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  auto waiting = std::async(std::launch::async, [&other] { return other.lock("app", 60'000); });
  std::this_thread::sleep_for(milliseconds(200));
  set_host_cancelled(true);
  EXPECT_EQ(waiting.get().status, GBD_E_CANCELLED);
}

TEST_P(MysqlLock, WaitEndsWhenCancelled) {
  Connection other(options());
  ASSERT_TRUE(connection_->lock("app", 0).ok());
  auto waiting = std::async(std::launch::async, [&other] { return other.lock("app", 30'000); });
  while (waiting.wait_for(milliseconds(250)) != std::future_status::ready) other.cancel();
  EXPECT_EQ(waiting.get().status, GBD_E_CANCELLED);
  ASSERT_TRUE(connection_->unlock("app").ok());
  EXPECT_TRUE(other.lock("app", 0).ok());
}

class MysqlCancel : public OnServer {
 protected:
  // Cancels until the call returns, as the host does; answers how long that took.
  Outcome cancelled(const std::string& sql, milliseconds& took) {
    auto working = std::async(std::launch::async, [&] { return run(sql); });
    std::this_thread::sleep_for(milliseconds(300));
    const auto start = Clock::now();
    do {
      const Outcome cancel = connection_->cancel();
      EXPECT_TRUE(cancel.ok()) << cancel;
    } while (working.wait_for(milliseconds(250)) != std::future_status::ready);
    took = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    return working.get();
  }
};
ON_EACH_SERVER(MysqlCancel);

TEST_P(MysqlCancel, EndsAStatementThatSleeps) {
  must("CREATE TABLE t (a int)");
  must("INSERT INTO t VALUES (1)");
  milliseconds took{};
  const Outcome outcome = cancelled("SELECT * FROM t WHERE SLEEP(30) = 0", took);
  EXPECT_EQ(outcome.status, GBD_E_CANCELLED) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_LT(took, milliseconds(1000));
  EXPECT_EQ(run("SELECT 7").cell(), "7");
}

TEST_P(MysqlCancel, EndsAWaitForATable) {
  must("CREATE TABLE t (a int)");
  Connection holder(options());
  ASSERT_TRUE(holder.tx(GBD_TX_BEGIN).ok());
  ASSERT_TRUE(holder.exec("SELECT * FROM t").ok());
  milliseconds took{};
  const Outcome outcome = cancelled("ALTER TABLE t ADD b int", took);
  EXPECT_EQ(outcome.status, GBD_E_CANCELLED) << outcome;
  EXPECT_LT(took, milliseconds(1000));
}

TEST_P(MysqlCancel, HarmsNothingWhenIdle) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(connection_->cancel().ok());
  EXPECT_EQ(run("SELECT 7").cell(), "7");
}

}  // namespace
}  // namespace garboard::mysql_test
