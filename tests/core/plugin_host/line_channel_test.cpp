// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/line_channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace garboard::plugin_host {
namespace {

using namespace std::chrono_literals;
using base::Code;
using Clock = LineChannel::Clock;

class LineChannelTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()), 0);
    channel_ = std::make_unique<LineChannel>(ends_[0], [this] { return is_cancelled_.load(); });
  }

  void TearDown() override {
    channel_.reset();  // ends the writer
    if (writer_.joinable()) writer_.join();
    ::close(ends_[1]);
  }

  void say(const std::string& text) {
    ASSERT_EQ(::send(ends_[1], text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }

  /// The other side says one line after the other, until nobody listens.
  void start_flood() {
    writer_ = std::thread([fd = ends_[1]] {
      std::string lines;
      for (int i = 0; i < 1000; ++i) lines += "{\"log\":1}\n";
      while (::send(fd, lines.data(), lines.size(), MSG_NOSIGNAL) > 0) continue;
    });
  }

  base::Error error_of_flood(Clock::time_point deadline) {
    while (true)
      if (auto line = channel_->receive(deadline); !line) return line.error();
  }

  std::array<int, 2> ends_{};
  std::unique_ptr<LineChannel> channel_;
  std::thread writer_;
  std::atomic<bool> is_cancelled_ = false;
};

TEST_F(LineChannelTest, IsLateEvenWhenTheOtherSideNeverStops) {
  start_flood();
  EXPECT_EQ(error_of_flood(Clock::now() + 50ms).reason, channel_late);
}

TEST_F(LineChannelTest, IsInterruptedEvenWhenTheOtherSideNeverStops) {
  start_flood();
  std::thread interrupter([this] {
    std::this_thread::sleep_for(50ms);
    is_cancelled_ = true;
  });
  EXPECT_EQ(error_of_flood(LineChannel::never).code, Code::terminated);
  interrupter.join();
}

TEST_F(LineChannelTest, LooksForAnInterruptBeforeALineThatIsThere) {
  say("one\ntwo\n");
  EXPECT_EQ(*channel_->receive(), "one");
  is_cancelled_ = true;
  EXPECT_EQ(channel_->receive().error().code, Code::terminated);
}

// The other side was in time when this one is slow, such as in writing a log.
TEST_F(LineChannelTest, TakesWhatIsThereAfterTheDeadline) {
  const auto past = Clock::now() - 1s;
  say("one\ntwo\n");
  EXPECT_EQ(*channel_->receive(past), "one");
  EXPECT_EQ(*channel_->receive(past), "two");
  EXPECT_EQ(channel_->receive(past).error().reason, channel_late);
}

}  // namespace
}  // namespace garboard::plugin_host
