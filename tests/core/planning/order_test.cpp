// SPDX-License-Identifier: Apache-2.0
#include "planning/order.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace garboard::planning {
namespace {

using base::Code;
using model::Change;
using model::Changes;

Change change(const std::string& id, std::vector<std::string> required = {},
              bool is_repeatable = false) {
  return Change{.id = id,
                .name = id,
                .required_ids = std::move(required),
                .is_repeatable = is_repeatable,
                .where = {"plan.yaml", 7, 3}};
}

std::string order_of(const Changes& changes) {
  std::string text;
  for (const Change& each : changes.items) text += each.id;
  return text;
}

TEST(Order, LeavesAPlanWithoutRequirementsAsItIs) {
  Changes changes{.items = {change("c"), change("a"), change("b")}};
  ASSERT_TRUE(put_in_order(changes));
  EXPECT_EQ(order_of(changes), "cab");
}

TEST(Order, PutsWhatIsRequiredFirstAndMovesNothingElse) {
  Changes changes{
      .items = {change("a"), change("b", {"d"}), change("c"), change("d"), change("e", {"a"})}};
  ASSERT_TRUE(put_in_order(changes));
  EXPECT_EQ(order_of(changes), "adbce");
}

TEST(Order, FollowsChainsOfRequirements) {
  Changes changes{.items = {change("a", {"b", "c"}), change("b", {"c"}), change("c")}};
  ASSERT_TRUE(put_in_order(changes));
  EXPECT_EQ(order_of(changes), "cba");
}

TEST(Order, PutsRepeatableOnesLast) {
  Changes changes{
      .items = {change("r", {}, true), change("a"), change("s", {"r"}, true), change("b")}};
  ASSERT_TRUE(put_in_order(changes));
  EXPECT_EQ(order_of(changes), "abrs");
}

TEST(Order, RefusesACircleAndNamesIt) {
  Changes changes{.items = {change("a", {"b"}), change("b", {"c"}), change("c", {"b"})}};
  const auto ordered = put_in_order(changes);
  ASSERT_FALSE(ordered);
  EXPECT_EQ(ordered.error().code, Code::bad_input);
  EXPECT_NE(ordered.error().message.find("'b' -> 'c' -> 'b'"), std::string::npos)
      << ordered.error().message;
  EXPECT_EQ(ordered.error().where.line, 7U);
}

TEST(Order, RefusesAChangeThatRequiresItself) {
  Changes changes{.items = {change("a", {"a"})}};
  EXPECT_FALSE(put_in_order(changes));
}

TEST(Order, RefusesWhatIsNotThereAndWhatComesLater) {
  Changes changes{.items = {change("a", {"x"}), change("b", {"r"}), change("r", {}, true)}};
  const auto ordered = put_in_order(changes);
  ASSERT_FALSE(ordered);
  EXPECT_NE(ordered.error().message.find("'x', which is not there"), std::string::npos);
  ASSERT_EQ(ordered.error().others.size(), 1U);
  EXPECT_NE(ordered.error().others[0].message.find("'r', which is repeatable"), std::string::npos);
}

TEST(Order, TakesAChainAsLongAsAPlanCanBe) {
  Changes changes;
  constexpr int count = 50000;
  for (int i = 0; i < count; ++i)
    changes.items.push_back(i + 1 < count ? change(std::to_string(i), {std::to_string(i + 1)})
                                          : change("last"));
  changes.items[count - 2].required_ids = {"last"};
  ASSERT_TRUE(put_in_order(changes));
  EXPECT_EQ(changes.items.front().id, "last");
  EXPECT_EQ(changes.items.back().id, "0");
}

}  // namespace
}  // namespace garboard::planning
