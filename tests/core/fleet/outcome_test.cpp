// SPDX-License-Identifier: Apache-2.0
#include "fleet/outcome.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace garboard::fleet {
namespace {

constexpr int skipped = -1;

int ends_with(const std::vector<int>& codes, bool is_interrupted = false) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(codes.size());
  for (const int code : codes)
    outcomes.push_back(code == skipped ? Outcome{}
                                       : Outcome{.state = state_of(code), .exit_code = code});
  return exit_code_of(outcomes, is_interrupted);
}

TEST(Outcome, OfAFleetIsSuccessOnlyWhenAllSucceeded) {
  EXPECT_EQ(ends_with({}), 0);
  EXPECT_EQ(ends_with({0, 0, 0}), 0);
  EXPECT_EQ(ends_with({0, 3, 0}), 3);
  EXPECT_EQ(ends_with({0, 30, 0}), 40);
  EXPECT_EQ(ends_with({3, 30}), 40);
}

TEST(Outcome, KeepsTheCodeThatAllFailedBy) {
  EXPECT_EQ(ends_with({30}), 30);
  EXPECT_EQ(ends_with({10, 10}), 10);
  EXPECT_EQ(ends_with({10, 30}), 40);
  EXPECT_EQ(ends_with({40, 40}), 40);
}

TEST(Outcome, OfAFailedCanaryIsThatOfTheCanary) {
  EXPECT_EQ(ends_with({31, skipped, skipped}), 31);
  EXPECT_EQ(ends_with({0, 31, skipped}), 40);
}

TEST(Outcome, OfAnInterruptedFleetCanBeTriedAgain) {
  EXPECT_EQ(ends_with({0, 13, skipped}, true), 13);
  EXPECT_EQ(ends_with({0, 30, 13}, true), 13);
  EXPECT_EQ(ends_with({0, skipped}, true), 13);
  EXPECT_EQ(ends_with({0, 0}, true), 0);  // the signal came when all was done
  EXPECT_EQ(ends_with({0, 13}), 13);      // someone else's signal
}

}  // namespace
}  // namespace garboard::fleet
