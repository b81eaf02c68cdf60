// SPDX-License-Identifier: Apache-2.0
#include "planning/seed_order.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace garboard::planning {
namespace {

using model::SeedParent;
using Parents = std::vector<std::vector<SeedParent>>;

model::Seed seed_of(std::vector<std::string> tables) {
  model::Seed seed{.id = "s"};
  for (std::string& name : tables) seed.tables.push_back({.name = std::move(name)});
  return seed;
}

std::vector<std::size_t> order(const model::Seed& seed, const Parents& parents) {
  auto ordered = order_tables(seed, parents);
  EXPECT_TRUE(ordered) << (ordered ? "" : ordered.error().message);
  return ordered ? *ordered : std::vector<std::size_t>{};
}

TEST(SeedOrder, KeepsTheOrderOfTheFile) {
  EXPECT_EQ(order(seed_of({"b", "a", "c"}), Parents(3)), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(SeedOrder, PutsParentsFirstAndNothingElseOutOfPlace) {
  const Parents parents{{{"", "c"}}, {}, {{"", "d"}, {"", "not here"}}, {}};
  EXPECT_EQ(order(seed_of({"a", "b", "c", "d"}), parents), (std::vector<std::size_t>{1, 3, 2, 0}));
}

TEST(SeedOrder, ATableMayNeedItself) {
  EXPECT_EQ(order(seed_of({"a"}), {{{"", "a"}}}), (std::vector<std::size_t>{0}));
}

TEST(SeedOrder, TellsTablesOfTwoSchemasApart) {
  model::Seed seed = seed_of({"child", "t", "t"});
  seed.tables[1].schema = "one";
  seed.tables[2].schema = "two";
  EXPECT_EQ(order(seed, {{{"two", "t"}}, {}, {}}), (std::vector<std::size_t>{1, 2, 0}));
  const Parents to_first{{}, {{"two", "t"}}, {}};
  EXPECT_EQ(order(seed, to_first), (std::vector<std::size_t>{0, 2, 1}));
}

TEST(SeedOrder, ReferencesCountLikeForeignKeys) {
  model::Seed seed = seed_of({"a", "b"});
  seed.tables[1].rows.push_back({.alias = "x"});
  seed.tables[0].rows.push_back(
      {.values = {{"c", {.reference = model::SeedReference{"x", "id", {}}}}}});
  EXPECT_EQ(order(seed, Parents(2)), (std::vector<std::size_t>{1, 0}));
}

TEST(SeedOrder, RefusesACircleWithItsNames) {
  const Parents parents{{{"", "c"}}, {}, {{"", "d"}}, {{"", "C"}}};
  auto ordered = order_tables(seed_of({"a", "b", "c", "d"}), parents);
  ASSERT_FALSE(ordered);
  EXPECT_NE(ordered.error().message.find("c -> d -> c"), std::string::npos)
      << ordered.error().message;
}

}  // namespace
}  // namespace garboard::planning
