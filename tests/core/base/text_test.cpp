// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace garboard::base {
namespace {

TEST(Utf8, AcceptsEveryWellFormedSequence) {
  for (const std::string_view text :
       {"", "plain ascii, longer than eight bytes", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_EQ(find_invalid_utf8(text), std::nullopt) << text;
}

TEST(Utf8, FindsTheFirstByteThatIsNone) {
  for (const std::string_view bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2 ", "\xE0\x9F\xBF", "\xE2\x82",
        "\xE2\x82 ", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "\xFE"})
    for (const std::string before : {"", "a", "1234567", "12345678", "\xC3\xBC..............."})
      EXPECT_EQ(find_invalid_utf8(before + std::string(bad) + "after it"), before.size());
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
}

TEST(IsBlank, KnowsWhiteSpaceOnly) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \t\r\n\f\v"));
  EXPECT_FALSE(is_blank(" ;"));
  EXPECT_FALSE(is_blank("\xC2\xA0"));
}

TEST(ClosestOf, GuessesWhatWasMeant) {
  constexpr std::array<std::string_view, 5> keys{"transaction", "up", "down", "migrations", "id"};
  EXPECT_EQ(closest_of("transation", keys), "transaction");
  EXPECT_EQ(closest_of("Migrations", keys), "migrations");
  EXPECT_EQ(closest_of("migration", keys), "migrations");
  EXPECT_EQ(closest_of("dwon", keys), "down");
  EXPECT_EQ(closest_of("ups", keys), "up");
  EXPECT_EQ(closest_of("x", keys), "");
  EXPECT_EQ(closest_of("createTable", keys), "");
  EXPECT_EQ(closest_of("", keys), "");
  EXPECT_EQ(closest_of(std::string(100'000, 'u'), keys), "");
}

}  // namespace
}  // namespace garboard::base
