// SPDX-License-Identifier: Apache-2.0
#include "execution/connecting.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace garboard::execution {
namespace {

using base::Code;
using base::Error;
using std::chrono::milliseconds;

class Refusing final : public ports::Connector {
 public:
  explicit Refusing(Code code, milliseconds* now = nullptr) : code_(code), now_(now) {}
  Result<std::unique_ptr<ports::Session>> connect() override {
    ++attempts;
    if (now_ != nullptr) *now_ += milliseconds(10000);
    return Error{.code = code_, .message = "no " + std::to_string(attempts)};
  }
  int attempts = 0;

 private:
  Code code_;
  milliseconds* now_;
};

class StandingClock final : public ports::Clock {
 public:
  milliseconds now() override { return time; }
  void sleep(milliseconds duration) override { pauses.push_back(duration); }
  milliseconds time{0};
  std::vector<milliseconds> pauses;
};

class Signal final : public ports::Interrupt {
 public:
  [[nodiscard]] bool is_requested() const noexcept override { return is_set; }
  void watch(ports::Session* /*session*/) noexcept override {}
  bool is_set = false;
};

class Connecting : public testing::Test {
 protected:
  Error try_with(ports::Connector& connector, Patience patience) {
    auto session =
        connect({.connector = connector,
                 .clock = clock_,
                 .interrupt = signal_,
                 .on_retry = [this](const Error& error) { said_.push_back(error.message); }},
                patience);
    return session ? Error{} : std::move(session).error();
  }

  StandingClock clock_;
  Signal signal_;
  std::vector<std::string> said_;
};

TEST_F(Connecting, TriesAgainWhileNobodyAnswers) {
  Refusing connector(Code::unreachable);
  const Error error = try_with(connector, {4, milliseconds(1000)});
  EXPECT_EQ(connector.attempts, 4);
  EXPECT_EQ(error.message, "no 4");
  EXPECT_EQ(said_, (std::vector<std::string>{"no 1", "no 2", "no 3"}));
  ASSERT_EQ(clock_.pauses.size(), 3U);
  EXPECT_LE(clock_.pauses[0], milliseconds(200));
  EXPECT_GE(clock_.pauses[2], milliseconds(400));
}

TEST_F(Connecting, TakesARefusalForAnAnswer) {
  for (const Code code : {Code::authentication, Code::tls, Code::permission, Code::terminated}) {
    Refusing connector(code);
    EXPECT_EQ(try_with(connector, long_patience).code, code);
    EXPECT_EQ(connector.attempts, 1);
  }
}

TEST_F(Connecting, BeginsNoAttemptWhenPatienceIsOver) {
  Refusing connector(Code::unreachable, &clock_.time);
  try_with(connector, {100, milliseconds(25000)});
  EXPECT_EQ(connector.attempts, 3);
}

TEST_F(Connecting, EndsWithTheSignalThatInterruptsIt) {
  Refusing connector(Code::unreachable);
  signal_.is_set = true;
  EXPECT_EQ(try_with(connector, long_patience).code, Code::terminated);
  EXPECT_EQ(connector.attempts, 1);
}

}  // namespace
}  // namespace garboard::execution
