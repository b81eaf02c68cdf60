// SPDX-License-Identifier: Apache-2.0
#include "execution/foreign_time.hpp"

#include <gtest/gtest.h>

namespace garboard::execution {
namespace {

TEST(ForeignTime, TakesATimeWithoutAZoneForUtc) {
  EXPECT_EQ(utc_of("2024-02-29 23:59:58"), "2024-02-29 23:59:58.000000");
  EXPECT_EQ(utc_of("2024-02-29T23:59:58.5"), "2024-02-29 23:59:58.500000");
}

TEST(ForeignTime, TurnsAZoneIntoUtc) {
  EXPECT_EQ(utc_of("2024-01-01 01:30:00.123456+05:30"), "2023-12-31 20:00:00.123456");
  EXPECT_EQ(utc_of("2024-01-01 01:30:00-03"), "2024-01-01 04:30:00.000000");
  EXPECT_EQ(utc_of("2024-01-01T01:30:00.123456789Z"), "2024-01-01 01:30:00.123456");
}

TEST(ForeignTime, ReadsWhatGoPrints) {
  EXPECT_EQ(utc_of("2024-01-01 03:00:00.25 +0200 CEST m=+0.01"), "2024-01-01 01:00:00.250000");
  EXPECT_EQ(utc_of("2024-01-01 03:00:00 +0000 UTC"), "2024-01-01 03:00:00.000000");
}

TEST(ForeignTime, ReadsSecondsAndMillisecondsSince1970) {
  EXPECT_EQ(utc_of("1704067200"), "2024-01-01 00:00:00.000000");
  EXPECT_EQ(utc_of("1704067200123"), "2024-01-01 00:00:00.123000");
  EXPECT_EQ(utc_of("1704067200123.0"), "2024-01-01 00:00:00.123000");
}

TEST(ForeignTime, IsEmptyForAnythingElse) {
  EXPECT_EQ(utc_of(""), "");
  EXPECT_EQ(utc_of("yesterday"), "");
  EXPECT_EQ(utc_of("2024-13-01 00:00:00"), "");
  EXPECT_EQ(utc_of("-5"), "");
}

}  // namespace
}  // namespace garboard::execution
