// SPDX-License-Identifier: Apache-2.0
#include "base/number.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace garboard::base {
namespace {

TEST(Number, IsTheWholeText) {
  EXPECT_EQ(number_of<int>("0"), 0);
  EXPECT_EQ(number_of<int>("-12"), -12);
  EXPECT_EQ(number_of<std::uint16_t>("065535"), 65535);
  EXPECT_EQ(number_of<std::int64_t>("9223372036854775807"),
            std::numeric_limits<std::int64_t>::max());
}

TEST(Number, IsNothingElse) {
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "1.0", "0x1", "-", "-1"})
    EXPECT_FALSE(number_of<std::size_t>(text)) << text;
  EXPECT_FALSE(number_of<std::uint16_t>("65536"));
  EXPECT_FALSE(number_of<std::int64_t>("9223372036854775808"));
}

}  // namespace
}  // namespace garboard::base
