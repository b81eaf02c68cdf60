// SPDX-License-Identifier: Apache-2.0
#include "cli/retry.hpp"

#include <gtest/gtest.h>

namespace garboard::cli {
namespace {

using std::chrono::milliseconds;

constexpr RetryPolicy policy{.total = milliseconds{60000},
                             .initial = milliseconds{1000},
                             .longest = milliseconds{30000},
                             .factor = 2,
                             .jitter = 0.2};

TEST(Retry, DoublesThePauseUpToTheLongest) {
  EXPECT_EQ(pause_after_failures(policy, 1, 0), milliseconds{1000});
  EXPECT_EQ(pause_after_failures(policy, 2, 0), milliseconds{2000});
  EXPECT_EQ(pause_after_failures(policy, 5, 0), milliseconds{16000});
  EXPECT_EQ(pause_after_failures(policy, 6, 0), milliseconds{30000});
  EXPECT_EQ(pause_after_failures(policy, 1'000'000, 0), milliseconds{30000});
}

TEST(Retry, LeavesThePartOfThePauseToChanceThatJitterSays) {
  EXPECT_EQ(pause_after_failures(policy, 1, 1), milliseconds{1200});
  EXPECT_EQ(pause_after_failures(policy, 1, -1), milliseconds{800});
}

TEST(Retry, NeverPausesForLessThanAServerNeeds) {
  RetryPolicy hot = policy;
  hot.initial = milliseconds{0};
  EXPECT_EQ(pause_after_failures(hot, 3, 1), shortest_pause);
  hot = policy;
  hot.jitter = 1;
  EXPECT_EQ(pause_after_failures(hot, 1, -1), shortest_pause);
}

TEST(Retry, KeepsThePauseWhereTheFactorIsOne) {
  RetryPolicy constant = policy;
  constant.factor = 1;
  EXPECT_EQ(pause_after_failures(constant, 1'000'000'000, 0), milliseconds{1000});
  constant.factor = 0;
  EXPECT_EQ(pause_after_failures(constant, 9, 0), milliseconds{1000});
}

TEST(Retry, NeverStartsWithMoreThanTheLongest) {
  RetryPolicy eager = policy;
  eager.initial = milliseconds{60000};
  EXPECT_EQ(pause_after_failures(eager, 1, 0), milliseconds{30000});
}

TEST(Retry, IsForErrorsThatPassAndNotForSignals) {
  for (const int code : {10, 11, 12, 14, 15})
    EXPECT_TRUE(may_pass({.code = static_cast<base::Code>(code), .message = {}})) << code;
  for (const int code : {1, 2, 3, 13, 20, 21, 25, 30, 31, 32, 35, 40})
    EXPECT_FALSE(may_pass({.code = static_cast<base::Code>(code), .message = {}})) << code;
}

}  // namespace
}  // namespace garboard::cli
