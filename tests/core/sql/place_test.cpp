// SPDX-License-Identifier: Apache-2.0
#include "sql/place.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace garboard::testing {
namespace {

std::uint32_t column_after(std::string_view text) {
  sql::PlaceCounter whole;
  whole.advance(text);
  sql::PlaceCounter bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.advance(text.substr(i, 1));
  EXPECT_EQ(whole.place().column, bytes.place().column) << text;
  return whole.place().column;
}

TEST(PlaceCounter, CountsCodePoints) {
  EXPECT_EQ(column_after("abc"), 4U);
  EXPECT_EQ(column_after("é日😀\t"), 5U);
}

TEST(PlaceCounter, CountsEachByteThatIsNoUtf8) {
  EXPECT_EQ(column_after("\xE9;"), 3U);
  EXPECT_EQ(column_after("\xB2\xB2"), 3U);
  EXPECT_EQ(column_after("\xC0\xAF"), 3U);
  EXPECT_EQ(column_after("\xE2\x82("), 4U);
  EXPECT_EQ(column_after("\xED\xA0\x80"), 4U);
  EXPECT_EQ(column_after("\xF5\x80"), 3U);
}

TEST(PlaceCounter, OnlyALineFeedEndsALine) {
  sql::PlaceCounter counter;
  counter.advance("a\r\nb\rcd");
  EXPECT_EQ(counter.place().line, 2U);
  EXPECT_EQ(counter.place().column, 5U);
  EXPECT_EQ(counter.place().byte, 7U);
}

}  // namespace
}  // namespace garboard::testing
