// SPDX-License-Identifier: Apache-2.0
#include "fleet/selection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace garboard::fleet {
namespace {

using model::Target;
using model::TargetEntry;

struct Fixture {
  std::vector<TargetEntry> entries;
  std::vector<Target> targets;

  explicit Fixture(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      targets.push_back({.name = name, .entry = entries.size()});
      entries.push_back({.name = name, .is_canary = name.starts_with("canary")});
    }
  }
  Result<Waves> choose(const Selection& selection) const {
    return select(entries, targets, selection);
  }
};

std::string names(const std::vector<Target>& targets) {
  std::string text;
  for (const Target& target : targets) text += (text.empty() ? "" : " ") + target.name;
  return text;
}

TEST(Shards, TogetherAreAllTargetsAndNoneIsInTwo) {
  std::vector<std::string> all(23, "t");
  for (std::size_t i = 0; i < all.size(); ++i) all[i] += std::to_string(i);
  const Fixture fleet(all);
  for (const std::size_t count : {1U, 2U, 7U, 23U, 40U}) {
    std::multiset<std::string> seen;
    std::size_t smallest = all.size();
    std::size_t largest = 0;
    for (std::size_t index = 0; index < count; ++index) {
      const auto waves = fleet.choose({.shard = {index, count}});
      ASSERT_TRUE(waves);
      for (const Target& target : waves->others) seen.insert(target.name);
      smallest = std::min(smallest, waves->others.size());
      largest = std::max(largest, waves->others.size());
    }
    EXPECT_EQ(seen, std::multiset<std::string>(all.begin(), all.end())) << count;
    EXPECT_LE(largest - smallest, 1U) << count;
  }
}

TEST(Shards, AsManyAsTargetsHaveOneEachInTheirOrder) {
  const Fixture fleet({"a", "b", "c"});
  EXPECT_EQ(names(fleet.choose({.shard = {1, 3}})->others), "b");
  EXPECT_EQ(names(fleet.choose({.shard = {1, 2}})->others), "b");
  EXPECT_EQ(names(fleet.choose({.shard = {0, 2}})->others), "a c");
}

TEST(Shards, AreWrittenAsIndexAndCount) {
  const auto shard = parse_shard("2/5");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->index, 2U);
  EXPECT_EQ(shard->count, 5U);
  for (const char* wrong : {"", "1", "5/5", "/", "1/", "/2", "-1/2", "1/0", "1/2/3", " 1/2", "a/b"})
    EXPECT_FALSE(parse_shard(wrong)) << wrong;
}

TEST(Selection, PutsCanariesFirstAloneOrAside) {
  const Fixture fleet({"a", "canary-1", "b", "canary-2"});
  const auto first = fleet.choose({});
  EXPECT_EQ(names(first->canaries), "canary-1 canary-2");
  EXPECT_EQ(names(first->others), "a b");
  const auto only = fleet.choose({.canaries = Canaries::only});
  EXPECT_EQ(names(only->canaries) + "|" + names(only->others), "canary-1 canary-2|");
  const auto skip = fleet.choose({.canaries = Canaries::skip, .shard = {1, 2}});
  EXPECT_EQ(names(skip->canaries) + "|" + names(skip->others), "|b");
}

TEST(Selection, RefusesCanariesThatOtherShardsCouldNotWaitFor) {
  const Fixture fleet({"a", "canary-1", "b"});
  EXPECT_FALSE(fleet.choose({.shard = {0, 2}}));
  EXPECT_TRUE(fleet.choose({.shard = {0, 1}}));
  EXPECT_EQ(names(fleet.choose({.canaries = Canaries::only, .shard = {0, 2}})->canaries),
            "canary-1");
}

TEST(Selection, TakesNamesInTheOrderOfTheFileAndRefusesUnknownOnes) {
  const Fixture fleet({"a", "b", "c"});
  EXPECT_EQ(names(fleet.choose({.names = {"c", "a"}})->others), "a c");
  const auto unknown = fleet.choose({.names = {"c", "x", "y"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, base::Code::usage);
  EXPECT_EQ(unknown.error().message, "the targets file has no target x, y");
}

}  // namespace
}  // namespace garboard::fleet
