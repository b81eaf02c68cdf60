// SPDX-License-Identifier: Apache-2.0
// The lock that keeps two runs apart.
#include <array>
#include <chrono>
#include <string>

#include "check.hpp"
#include "connection.hpp"
#include "lock_holder.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::int64_t patience_ms = 60'000;

void expect_busy(const Outcome& outcome, const std::string& what) {
  expect(outcome.status == GBD_E_LOCK_BUSY,
         what + ": GBD_E_LOCK_BUSY was expected, not " + outcome.text());
}

void need_locks(Subject& subject) {
  if (!GBD_HAS(gbd_driver, &subject.driver(), lock)) throw Skipped("the driver has no lock");
  expect(GBD_HAS(gbd_driver, &subject.driver(), unlock), "the driver has lock and no unlock");
}

void keeps_processes_apart(Subject& subject) {
  need_locks(subject);
  const std::string key = new_name();
  Connection connection(subject);
  LockHolder holder(subject, key);
  expect_busy(connection.lock(key, 0), "a lock that another process holds");
  holder.unlock();
  must(connection.lock(key, patience_ms), "lock() after the other process has unlocked it");
  must(connection.unlock(key), "unlock");
  LockHolder second(subject, key);
  expect_busy(connection.lock(key, 0), "a lock that another process holds");
  second.disconnect();
  must(connection.lock(key, patience_ms), "lock() after the other process has disconnected");
  connection.close();
  LockHolder third(subject, key);  // close() has released it
}

void gives_up_in_time(Subject& subject) {
  constexpr milliseconds timeout{1500};
  constexpr std::chrono::seconds late{15};
  need_locks(subject);
  const std::string key = new_name();
  Connection holder(subject);
  Connection waiter(subject);
  must(holder.lock(key, 0), "lock");
  const auto expect_busy_after = [&](milliseconds wait) {
    const std::string what = "lock() with a timeout of " + std::to_string(wait.count()) + " ms";
    const auto began = Clock::now();
    expect_busy(waiter.lock(key, wait.count()), what);
    const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - began);
    expect(took >= wait - milliseconds(20) && took < wait + late,
           what + " came back after " + std::to_string(took.count()) + " ms");
  };
  expect_busy_after(milliseconds(0));
  expect_busy_after(timeout);
}

void frees_what_the_dead_held(Subject& subject) {
  need_locks(subject);
  const std::string key = new_name();
  Connection connection(subject);
  LockHolder holder(subject, key);
  expect_busy(connection.lock(key, 0), "a lock that another process holds");
  holder.kill();
  must(connection.lock(key, patience_ms), "lock() after its holder was killed");
}

void tells_keys_apart(Subject& subject) {
  need_locks(subject);
  const std::string first = new_name();
  const std::string second = first + "\xC3\xA9";
  Connection one(subject);
  Connection other(subject);
  must(one.lock(first, 0), "lock");
  must(other.lock(second, 0), "a lock with another key");
  must(other.unlock(second), "unlock");
  must(one.unlock(first), "unlock");
  must(other.lock(first, 0), "a lock that was unlocked");
}

void locks_by_beginning(Subject& subject) {
  if (subject.dialect().lock_scope != model::LockScope::begin)
    throw Skipped("beginning a transaction is no lock (describe's lock.scope)");
  Connection one(subject);
  Connection other(subject);
  must(one.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  expect_busy(other.tx(GBD_TX_BEGIN), "a second tx(BEGIN)");
  must(one.tx(GBD_TX_ROLLBACK), "tx(ROLLBACK)");
  must(other.tx(GBD_TX_BEGIN), "tx(BEGIN) after the other transaction has ended");
}

constexpr std::array<Check, 5> checks{{
    {"lock.exclusive", "keeps two processes apart until one unlocks or disconnects", For::database,
     &keeps_processes_apart},
    {"lock.timeout", "says GBD_E_LOCK_BUSY when the time to wait is over", For::database,
     &gives_up_in_time},
    {"lock.killed", "frees the lock of a process that was killed", For::database,
     &frees_what_the_dead_held},
    {"lock.keys", "tells keys apart", For::database, &tells_keys_apart},
    {"lock.begin", "says GBD_E_LOCK_BUSY to a second transaction, where that is the lock",
     For::database, &locks_by_beginning},
}};

}  // namespace

std::span<const Check> lock_checks() noexcept { return checks; }

}  // namespace garboard::conformance
