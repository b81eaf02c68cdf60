// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <gtest/gtest.h>

namespace garboard::base {
namespace {

using std::chrono::milliseconds;

TEST(Duration, ReadsUnitsAloneAndJoined) {
  EXPECT_EQ(parse_duration("0"), milliseconds{0});
  EXPECT_EQ(parse_duration("500ms"), milliseconds{500});
  EXPECT_EQ(parse_duration("5s"), milliseconds{5000});
  EXPECT_EQ(parse_duration("1h30m5s7ms"), milliseconds{5405007});
  EXPECT_EQ(parse_duration("2d"), milliseconds{172800000});
}

TEST(Duration, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "5", "s", "-5s", "1.5s", "5 s", "5s5s", "5s1m", "5x",
                           "99999999999999999999s", "4000d", "5m "})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, IsReadBackFromItsText) {
  for (const std::int64_t ms : {0LL, 1LL, 999LL, 61000LL, 300000LL, 90061001LL})
    EXPECT_EQ(parse_duration(duration_text(milliseconds{ms})), milliseconds{ms});
  EXPECT_EQ(duration_text(milliseconds{300000}), "5m");
}

TEST(Duration, RoundsForPeople) {
  EXPECT_EQ(rounded_duration_text(milliseconds{12}), "12 ms");
  EXPECT_EQ(rounded_duration_text(milliseconds{12345}), "12.3 s");
  EXPECT_EQ(rounded_duration_text(milliseconds{245000}), "4 min 5 s");
}

TEST(Timestamp, IsUtcWithMilliseconds) {
  using std::chrono::system_clock;
  EXPECT_EQ(utc_text(system_clock::time_point(milliseconds{1700000000123})),
            "2023-11-14T22:13:20.123Z");
}

}  // namespace
}  // namespace garboard::base
