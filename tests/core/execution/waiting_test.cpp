// SPDX-License-Identifier: Apache-2.0
// How long a run pauses, and what it says of those it waits for.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "execution/blocker_text.hpp"
#include "execution/pause.hpp"
#include "support/dialects.hpp"

namespace garboard::execution {
namespace {

using model::Blocker;
using std::chrono::milliseconds;

TEST(PauseAfterConflict, IsJitterBelowABoundThatDoublesAndEnds) {
  std::minstd_rand random(1);
  const auto longest = [&](std::size_t conflicts) {
    std::set<milliseconds> seen;
    for (int i = 0; i < 5000; ++i) seen.insert(pause_after_conflict(conflicts, random));
    EXPECT_GE(*seen.begin(), milliseconds(50));
    EXPECT_LT(*seen.begin(), milliseconds(60));
    EXPECT_GT(seen.size(), 100U);
    return *seen.rbegin();
  };
  const auto expect_near = [](milliseconds found, milliseconds bound) {
    EXPECT_LE(found, bound);
    EXPECT_GT(found, bound * 9 / 10);
  };
  expect_near(longest(1), milliseconds(400));
  expect_near(longest(2), milliseconds(800));
  expect_near(longest(4), milliseconds(3200));
  expect_near(longest(1000), milliseconds(3200));
}

TEST(BlockerText, SaysWhatIsKnown) {
  const Blocker known{.session = "4711",
                      .user = "alice",
                      .client = "10.0.0.7",
                      .application = "psql",
                      .state = "idle in transaction",
                      .age = milliseconds(42000),
                      .query = "UPDATE t SET x = ?"};
  const std::string text =
      "session 4711: alice from 10.0.0.7, psql, idle in transaction for 42.0 s: UPDATE t SET x = ?";
  EXPECT_EQ(text_of({known}), text);
  EXPECT_EQ(text_of({Blocker{.session = "5"}}), "session 5");
  EXPECT_EQ(text_of({Blocker{.session = "5", .user = "bob", .is_certain = false}, known}),
            "perhaps session 5: bob; " + text);
  EXPECT_EQ(text_of({Blocker{.session = "5", .query = "COMMIT"}}), "session 5: COMMIT");
  EXPECT_EQ(text_of({}), "");
}

TEST(BlockerText, NamesTheFirstOfMany) {
  const std::vector<Blocker> many{{"1"}, {"2"}, {"3"}, {"4"}, {"5"}};
  EXPECT_EQ(text_of(many), "session 1; session 2; session 3; and 2 more");
}

TEST(ShownBlockers, HaveNoLiteralAndNoLongWord) {
  model::Dialect dialect;
  dialect.lexical = testing::postgres_traits();
  const std::vector<Blocker> answer{
      {.session = "1", .application = std::string(500, 'x'), .query = "SELECT 'canary' -- canary"},
      {.session = "", .user = "nobody"}};
  const std::vector<Blocker> shown = shown_blockers(answer, dialect);
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0].query, "SELECT ?");
  EXPECT_EQ(shown[0].application.size(), 80U);
}

TEST(ShownBlockers, AreNobodyWhenAskingFailed) {
  EXPECT_TRUE(shown_blockers(base::Error{.message = "denied"}, {}).empty());
}

}  // namespace
}  // namespace garboard::execution
