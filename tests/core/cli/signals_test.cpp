// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace garboard::cli {
namespace {

using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Counts cancels; nothing else of it is ever called.
class CancelledSession final : public ports::Session {
 public:
  std::atomic<int> cancels{0};
  std::atomic<bool> is_cancelling{false};
  milliseconds cancel_takes{0};

  void cancel() noexcept override {
    is_cancelling = true;
    ++cancels;
    std::this_thread::sleep_for(cancel_takes);
    is_cancelling = false;
  }
  [[nodiscard]] const model::Dialect& dialect() const noexcept override { return dialect_; }
  Result<std::int64_t> exec(std::string_view, std::span<const ports::Param>,
                            const ports::RowSink&) override {
    return unused();
  }
  Result<void> begin() override { return unused(); }
  Result<void> begin_unchecked() override { return unused(); }
  Result<model::Rendered> render(std::string_view) override { return unused(); }
  Result<model::Rendered> outline(std::string_view) override { return unused(); }
  Result<void> commit() override { return unused(); }
  Result<void> rollback() override { return unused(); }
  Result<void> batch(std::span<const ports::Statement>, bool) override { return unused(); }
  Result<std::int64_t> copy_in(std::string_view, base::ByteSource&) override { return unused(); }
  Result<void> lock(std::string_view, std::int64_t) override { return unused(); }
  Result<void> unlock(std::string_view) override { return unused(); }
  Result<std::string> server_info() override { return unused(); }
  Result<std::optional<std::string>> fingerprint(std::string_view) override { return unused(); }
  [[nodiscard]] bool knows_blockers() const noexcept override { return false; }
  Result<std::vector<model::Blocker>> blockers(std::string_view) override { return unused(); }
  Result<std::vector<model::Blocker>> lock_holders(std::string_view) override { return unused(); }

 private:
  static base::Error unused() { return {.message = "not to be called"}; }
  model::Dialect dialect_;
};

class SignalTest : public testing::Test {
 protected:
  SignalTest() { block_signals(); }
};

TEST_F(SignalTest, WakesASleepingClockAndSetsTheRequest) {
  SignalInterrupt interrupt;
  InterruptibleClock clock(interrupt);
  std::thread later([] {
    usleep(50000);
    kill(getpid(), SIGTERM);
  });
  const auto started = steady_clock::now();
  clock.sleep(milliseconds{20000});
  EXPECT_LT(steady_clock::now() - started, milliseconds{5000});
  EXPECT_TRUE(interrupt.is_requested());
  later.join();
}

TEST_F(SignalTest, RepeatsTheCancelUntilTheSessionIsNoLongerWatched) {
  SignalInterrupt interrupt;
  CancelledSession session;
  interrupt.watch(&session);
  kill(getpid(), SIGINT);
  usleep(700000);
  interrupt.watch(nullptr);
  const int seen = session.cancels;
  EXPECT_GE(seen, 2);
  usleep(400000);
  EXPECT_EQ(session.cancels, seen);
}

TEST_F(SignalTest, WaitsInWatchForACancelUnderWay) {
  SignalInterrupt interrupt;
  CancelledSession session;
  session.cancel_takes = milliseconds{300};
  interrupt.watch(&session);
  kill(getpid(), SIGTERM);
  while (session.cancels == 0) usleep(1000);
  interrupt.watch(nullptr);
  EXPECT_FALSE(session.is_cancelling);
}

TEST_F(SignalTest, AbandonsWithinAQuarterOfASecondUnlessTold) {
  SignalInterrupt interrupt;
  std::atomic<int> calls{0};
  interrupt.on_abandon([&] { ++calls; });
  const auto started = steady_clock::now();
  kill(getpid(), SIGTERM);
  while (calls == 0 && steady_clock::now() - started < milliseconds{2000}) usleep(1000);
  EXPECT_EQ(calls, 1);
  EXPECT_LT(steady_clock::now() - started, milliseconds{250});
  usleep(600000);
  EXPECT_EQ(calls, 1);
}

TEST_F(SignalTest, DoesNotAbandonOnceTheRunTakesCareOfItself) {
  SignalInterrupt interrupt;
  std::atomic<int> calls{0};
  interrupt.on_abandon([&] { ++calls; });
  interrupt.on_abandon({});
  kill(getpid(), SIGTERM);
  usleep(500000);
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(interrupt.is_requested());
}

TEST_F(SignalTest, EndsWithoutASignal) { const SignalInterrupt interrupt; }

}  // namespace
}  // namespace garboard::cli
