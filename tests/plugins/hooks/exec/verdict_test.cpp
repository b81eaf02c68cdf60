// SPDX-License-Identifier: Apache-2.0
#include "verdict.hpp"

#include <gtest/gtest.h>

#include <string>

namespace garboard::exec {
namespace {

TEST(ExecVerdict, ReadsEachVerdict) {
  EXPECT_EQ(read_verdict(R"({"verdict":"allow"})").verdict, GBD_ALLOW);
  EXPECT_EQ(read_verdict(R"({"verdict":"warn"})").verdict, GBD_WARN);
  EXPECT_EQ(read_verdict(R"({"verdict":"deny","note":"more is ignored"})").verdict, GBD_DENY);
}

TEST(ExecVerdict, HandsOnTheFindings) {
  const sdk::Answer answer = read_verdict(
      R"({"verdict":"deny","findings":[{"rule":"ORG1","severity":"error","message":"no","line":3}]})");
  EXPECT_EQ(answer.verdict, GBD_DENY);
  EXPECT_EQ(answer.findings_json,
            R"({"findings":[{"line":3,"message":"no","rule":"ORG1","severity":"error"}]})");
}

TEST(ExecVerdict, RefusesNonsense) {
  for (const std::string text :
       {"", "deny", "[]", "{}", R"({"verdict":"maybe"})", R"({"verdict":1})",
        R"({"verdict":"allow"} trailing)", R"({"verdict":"allow","findings":{}})",
        R"({"verdict":"allow","findings":[1]})",
        R"({"verdict":"allow","findings":[{"rule":"X","message":"m"}]})",
        R"({"verdict":"allow","findings":[{"rule":"X","message":"m","severity":"bad"}]})",
        R"({"verdict":"allow","findings":[{"rule":"","message":"m","severity":"info"}]})"})
    EXPECT_THROW(static_cast<void>(read_verdict(text)), sdk::Failure) << text;
}

}  // namespace
}  // namespace garboard::exec
