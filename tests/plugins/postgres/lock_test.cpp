// SPDX-License-Identifier: Apache-2.0
// Locks, cancelling, and connections that die.
#include <chrono>
#include <thread>

#include "driver_harness.hpp"
#include "proxy.hpp"

namespace garboard::postgres_tests {

class Lock : public ServerTest {};

TEST_F(Lock, IsExclusiveBetweenConnectionsUntilUnlocked) {
  Connection other(options_);
  ASSERT_TRUE(db().lock("lock-test", 0).is_ok());
  EXPECT_EQ(other.lock("lock-test", 200).status, GBD_E_LOCK_BUSY);
  EXPECT_TRUE(other.lock("another key", 0).is_ok());
  EXPECT_TRUE(db().unlock("lock-test").is_ok());
  EXPECT_TRUE(other.lock("lock-test", 0).is_ok());
}

TEST_F(Lock, IsReleasedByClose) {
  auto holder = std::make_unique<Connection>(options_);
  ASSERT_TRUE(holder->lock("lock-close", 0).is_ok());
  holder.reset();
  EXPECT_TRUE(db().lock("lock-close", 10000).is_ok());
}

TEST_F(Lock, SaysWhenItWasNotHeld) { EXPECT_FALSE(db().unlock("never taken").is_ok()); }

TEST_F(Lock, EndsItsWaitWhenTheRunIsInterrupted) {
  Connection holder(options_);
  ASSERT_TRUE(holder.lock("lock-interrupt", 0).is_ok());
  std::thread interrupter([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    Plugin::get().is_cancelled = true;
  });
  EXPECT_EQ(db().lock("lock-interrupt", 60000).status, GBD_E_CANCELLED);
  interrupter.join();
  Plugin::get().is_cancelled = false;
}

TEST_F(Lock, WaitsWithoutASnapshotThatIndexBuildsWouldWaitFor) {
  use_schema("lock_cic");
  ASSERT_TRUE(db().exec("CREATE TABLE t (n int)").is_ok());
  ASSERT_TRUE(db().lock("lock-cic", 0).is_ok());
  Connection waiter(options_);
  std::thread waiting([&] { EXPECT_TRUE(waiter.lock("lock-cic", 60000).is_ok()); });
  ASSERT_TRUE(db().exec("SET statement_timeout = '20s'").is_ok());
  const Reply reply = db().exec("CREATE INDEX CONCURRENTLY i ON lock_cic.t (n)");
  EXPECT_TRUE(reply.is_ok()) << reply;
  EXPECT_TRUE(db().unlock("lock-cic").is_ok());
  waiting.join();
}

class Cancel : public ServerTest {};

TEST_F(Cancel, StopsTheRunningStatement) {
  Connection watcher(options_);
  const std::string pid = db().cell("SELECT pg_backend_pid()");
  std::thread canceller([&] {
    while (watcher.cell("SELECT count(*) FROM pg_stat_activity WHERE pid = $1::int"
                        " AND wait_event = 'PgSleep'",
                        {pid}) != "1") {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(db().cancel().is_ok());
  });
  const Reply reply = db().exec("SELECT pg_sleep(60)");
  canceller.join();
  EXPECT_EQ(reply.status, GBD_E_CANCELLED) << reply;
  EXPECT_FALSE(reply.has(GBD_EF_CONN_LOST));
  EXPECT_EQ(db().cell("SELECT 1"), "1");
}

TEST_F(Cancel, FindsNothingWithoutHarm) {
  EXPECT_TRUE(db().cancel().is_ok());
  EXPECT_TRUE(db().cancel().is_ok());
  EXPECT_EQ(db().cell("SELECT 1"), "1");
}

TEST_F(Cancel, IsNotMistakenForAStatementTimeout) {
  ASSERT_TRUE(db().exec("SET statement_timeout = '50ms'").is_ok());
  EXPECT_EQ(db().exec("SELECT pg_sleep(60)").status, GBD_E_TIMEOUT);
}

class Fault : public ServerTest {};

TEST_F(Fault, GivesDeadlocksAsRetryable) {
  use_schema("fault_deadlock");
  ASSERT_TRUE(db().exec("CREATE TABLE t AS SELECT 1 AS n UNION SELECT 2").is_ok());
  Connection other(options_);
  for (Connection* connection : {&db(), &other}) {
    ASSERT_TRUE(connection->tx(GBD_TX_BEGIN).is_ok());
    ASSERT_TRUE(connection->exec("SET LOCAL deadlock_timeout = '50ms'").is_ok());
  }
  ASSERT_TRUE(db().exec("UPDATE fault_deadlock.t SET n = n WHERE n = 1").is_ok());
  ASSERT_TRUE(other.exec("UPDATE fault_deadlock.t SET n = n WHERE n = 2").is_ok());
  Reply first;
  std::thread crossing([&] {
    first = db().exec("UPDATE fault_deadlock.t SET n = n WHERE n = 2");
    db().tx(GBD_TX_ROLLBACK);
  });
  const Reply second = other.exec("UPDATE fault_deadlock.t SET n = n WHERE n = 1");
  other.tx(GBD_TX_ROLLBACK);
  crossing.join();
  const Reply& victim = first.is_ok() ? second : first;
  EXPECT_NE(first.is_ok(), second.is_ok());
  EXPECT_EQ(victim.sqlstate, "40P01");
  EXPECT_EQ(victim.status, GBD_E_SQL);
  EXPECT_TRUE(victim.has(GBD_EF_RETRYABLE));
}

TEST_F(Fault, GivesALockTimeoutAsRetryableTimeout) {
  use_schema("fault_wait");
  ASSERT_TRUE(db().exec("CREATE TABLE t (n int)").is_ok());
  Connection other(options_);
  ASSERT_TRUE(other.tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(other.exec("LOCK TABLE fault_wait.t").is_ok());
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(db().exec("SET LOCAL lock_timeout = '50ms'").is_ok());
  const Reply reply = db().exec("ALTER TABLE t ADD m int");
  EXPECT_EQ(reply.status, GBD_E_TIMEOUT) << reply;
  EXPECT_TRUE(reply.has(GBD_EF_RETRYABLE));
}

TEST_F(Fault, SaysThatAKilledConnectionIsLost) {
  Connection victim(options_);
  const std::string pid = victim.cell("SELECT pg_backend_pid()");
  ASSERT_TRUE(db().exec("SELECT pg_terminate_backend($1::int, 5000)", {pid}).is_ok());
  const Reply reply = victim.exec("SELECT 1");
  EXPECT_TRUE(reply.has(GBD_EF_CONN_LOST)) << reply;
  EXPECT_FALSE(reply.has(GBD_EF_OUTCOME_UNKNOWN)) << reply;
  EXPECT_TRUE(victim.exec("SELECT 1").has(GBD_EF_CONN_LOST));
}

TEST_F(Fault, DoesNotKnowWhetherALostWriteWasApplied) {
  use_schema("fault_write");
  Proxy proxy(options_.at("host"), options_.at("port"));
  nlohmann::json relayed = options_;
  relayed["port"] = proxy.port();
  relayed["params"]["sslmode"] = "disable";
  {
    Connection alone(relayed);
    proxy.cut_at("lost_table", Cut::before_answering);
    const Reply reply = alone.exec("CREATE TABLE fault_write.lost_table (n int)");
    EXPECT_TRUE(reply.has(GBD_EF_CONN_LOST)) << reply;
    EXPECT_TRUE(reply.has(GBD_EF_OUTCOME_UNKNOWN)) << reply;
  }
  proxy.cut_at("", Cut::none);
  Connection inside(relayed);
  ASSERT_TRUE(inside.tx(GBD_TX_BEGIN).is_ok());
  proxy.cut_at("other_table", Cut::before_answering);
  const Reply reply = inside.exec("CREATE TABLE fault_write.other_table (n int)");
  EXPECT_TRUE(reply.has(GBD_EF_CONN_LOST)) << reply;
  EXPECT_FALSE(reply.has(GBD_EF_OUTCOME_UNKNOWN)) << reply;
}

TEST_F(Fault, DoesNotKnowWhetherALostCommitHappened) {
  Proxy proxy(options_.at("host"), options_.at("port"));
  options_["port"] = proxy.port();
  options_["params"]["sslmode"] = "disable";
  Connection relayed(options_);
  ASSERT_TRUE(relayed.tx(GBD_TX_BEGIN).is_ok());
  proxy.cut_at("COMMIT", Cut::before_forwarding);
  const Reply reply = relayed.tx(GBD_TX_COMMIT);
  EXPECT_TRUE(reply.has(GBD_EF_CONN_LOST)) << reply;
  EXPECT_TRUE(reply.has(GBD_EF_OUTCOME_UNKNOWN)) << reply;
}

TEST_F(Fault, NeverConnectsAgainByItself) {
  Proxy proxy(options_.at("host"), options_.at("port"));
  options_["port"] = proxy.port();
  options_["params"]["sslmode"] = "disable";
  Connection relayed(options_);
  // No statement was sent to get this far.
  EXPECT_EQ(proxy.count('Q') + proxy.count('P'), 0);
  proxy.cut_at("pg_try_advisory_lock", Cut::before_answering);
  EXPECT_TRUE(relayed.lock("lost", 1000).has(GBD_EF_CONN_LOST));
  proxy.cut_at("", Cut::none);
  EXPECT_TRUE(relayed.lock("lost", 1000).has(GBD_EF_CONN_LOST));
  EXPECT_TRUE(relayed.tx(GBD_TX_BEGIN).has(GBD_EF_CONN_LOST));
}

}  // namespace garboard::postgres_tests
