// SPDX-License-Identifier: Apache-2.0
// Stopping what runs, from another thread.
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "check.hpp"
#include "connection.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds head_start{500};
constexpr milliseconds interval{250};  // as in the host
constexpr std::chrono::seconds enough{5};
constexpr std::int64_t patience_ms = 60'000;

/// Does something again and again, after a while, from a thread of its own.
template <class Deed>
class Repeated {
 public:
  explicit Repeated(Deed deed) : thread_([this, deed] { run(deed); }) {}
  Repeated(const Repeated&) = delete;
  Repeated& operator=(const Repeated&) = delete;
  ~Repeated() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    over_.notify_all();
    thread_.join();
  }
  /// Since the first time; zero before it.
  [[nodiscard]] Clock::duration elapsed() const {
    const std::lock_guard lock(mutex_);
    return first_ == Clock::time_point{} ? Clock::duration::zero() : Clock::now() - first_;
  }

 private:
  void run(const Deed& deed) {
    std::unique_lock lock(mutex_);
    milliseconds pause = head_start;
    while (!over_.wait_for(lock, pause, [this] { return is_over_; })) {
      if (first_ == Clock::time_point{}) first_ = Clock::now();
      pause = interval;
      lock.unlock();
      deed();
      lock.lock();
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  Clock::time_point first_;
  std::thread thread_;
};

void need_cancel(Subject& subject) {
  if (!GBD_HAS(gbd_driver, &subject.driver(), cancel)) throw Skipped("the driver has no cancel");
}

/// `deed` must soon end what `wait` waits for.
template <class Wait, class Deed>
void expect_stopped(const std::string& what, Wait wait, Deed deed) {
  const Repeated<Deed> repeated(deed);
  const Outcome outcome = wait();
  const auto took = repeated.elapsed();
  expect(took != Clock::duration::zero(),
         what + " ended before it was cancelled: " + outcome.text());
  expect(outcome.status == GBD_E_CANCELLED,
         what + ": GBD_E_CANCELLED was expected, not " + outcome.text());
  expect(took < enough, what + " went on for " +
                            std::to_string(std::chrono::duration_cast<milliseconds>(took).count()) +
                            " ms after it was cancelled");
}

void stops_statements(Subject& subject) {
  need_cancel(subject);
  const auto& sleep = subject.database().sleep;
  if (!sleep)
    throw Failed(
        "put a statement that takes 30 s into the profile as database.sleep, or declare the quirk "
        "cancel.statement");
  Connection connection(subject);
  expect_stopped(
      "the profile's sleep", [&] { return connection.exec(*sleep); },
      [&] { (void)connection.cancel(); });
  must(connection.select("1"), "a statement after the one that was cancelled");
}

void stops_waiting_for_the_lock(Subject& subject) {
  need_cancel(subject);
  const std::string key = new_name();
  Connection holder(subject);
  Connection waiter(subject);
  must(holder.lock(key, 0), "lock");
  const auto wait = [&] { return waiter.lock(key, patience_ms); };
  expect_stopped("lock(), cancelled,", wait, [&] { (void)waiter.cancel(); });
  expect_stopped("lock(), while the host says cancelled,", wait,
                 [&] { subject.is_cancelled = true; });
  subject.is_cancelled = false;
  must(holder.unlock(key), "unlock");
  must(wait(), "lock() after one that was cancelled");
}

void stops_waiting_for_others(Subject& subject) {
  need_cancel(subject);
  TextTable table(subject);
  Connection holder(subject);
  Connection waiter(subject);
  must(table.insert(holder, 1, "a"), "INSERT");
  const std::string update = "UPDATE " + table.name() + " SET body = 'b' WHERE id = 1";
  must(holder.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  must(holder.exec(update), update);
  const auto cancel = [&] { (void)waiter.cancel(); };
  if (subject.dialect().lock_scope == model::LockScope::begin) {
    expect_stopped(
        "tx(BEGIN) during another's transaction", [&] { return waiter.tx(GBD_TX_BEGIN); }, cancel);
  } else {
    must(waiter.tx(GBD_TX_BEGIN), "tx(BEGIN)");
    expect_stopped(
        "the update of a row that another transaction has updated",
        [&] { return waiter.exec(update); }, cancel);
    must(waiter.tx(GBD_TX_ROLLBACK), "tx(ROLLBACK)");
  }
  must(holder.tx(GBD_TX_COMMIT), "tx(COMMIT)");
  must(waiter.tx(GBD_TX_BEGIN), "tx(BEGIN) after the cancelled one");
  must(waiter.exec(update), update);
  must(waiter.tx(GBD_TX_COMMIT), "tx(COMMIT)");
}

void does_nothing_when_idle(Subject& subject) {
  constexpr int times = 10;
  need_cancel(subject);
  TextTable table(subject);
  Connection connection(subject);
  const auto cancel = [&] { std::thread([&] { (void)connection.cancel(); }).join(); };
  for (int i = 0; i < times; ++i) cancel();
  must(connection.select("1"), "a statement after ten cancels of nothing");
  for (int i = 0; i < times; ++i) {
    cancel();
    must(connection.select("1"), "a statement after a cancel of nothing");
  }
  must(connection.tx(GBD_TX_BEGIN), "tx(BEGIN)");
  must(table.insert(connection, 1, "a"), "INSERT");
  cancel();
  must(connection.tx(GBD_TX_COMMIT), "tx(COMMIT) after a cancel of nothing");
  expect(table.count(connection) == 1, "a cancel of nothing has undone an INSERT");
}

/// Many threads that cancel the same connection without a pause.
class Storm {
 public:
  explicit Storm(Connection& connection) {
    constexpr int count = 4;
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this, &connection] {
        while (!is_over_) {
          (void)connection.cancel();
          ++cancels_;
          std::this_thread::sleep_for(milliseconds(1));
        }
      });
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;
  ~Storm() {
    is_over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] int cancels() const noexcept { return cancels_; }

 private:
  std::atomic<bool> is_over_ = false;
  std::atomic<int> cancels_ = 0;
  std::vector<std::thread> threads_;
};

void weathers_a_storm(Subject& subject) {
  constexpr int wanted = 200;  // statements, and cancels
  need_cancel(subject);
  Connection connection(subject);
  {
    const Storm storm(connection);
    for (int i = 0; i < wanted || storm.cancels() < wanted; ++i) {
      const Outcome outcome = connection.select("1");
      expect(outcome.is_ok() || (outcome.status == GBD_E_CANCELLED && outcome.error.flags == 0),
             "a statement that is cancelled is GBD_OK or GBD_E_CANCELLED, not " + outcome.text());
      expect(!outcome.is_ok() || outcome.cell() == "1", "SELECT 1 answered something else");
    }
  }
  must(connection.select("1"), "a statement after the storm");
}

constexpr std::array<Check, 5> checks{{
    {"cancel.statement", "stops a statement", For::database, &stops_statements},
    {"cancel.lock_wait", "stops waiting for the lock, when cancelled and when the host is",
     For::database, &stops_waiting_for_the_lock},
    {"cancel.blocked", "stops waiting for another's transaction", For::database,
     &stops_waiting_for_others},
    {"cancel.idle", "does no harm when nothing runs", For::database, &does_nothing_when_idle},
    {"cancel.storm", "stands many cancels from many threads", For::database, &weathers_a_storm},
}};

}  // namespace

std::span<const Check> cancel_checks() noexcept { return checks; }

}  // namespace garboard::conformance
