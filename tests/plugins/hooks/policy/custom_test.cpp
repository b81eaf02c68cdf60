// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

using nlohmann::json;

const std::string harmless = "ALTER TABLE billing.bill ADD COLUMN x int";

Review under(const json& rule, const Migration& migration = {{harmless}},
             bool fails_closed = true) {
  json whole{{"id", "ORG1"}};
  whole.update(rule);
  return review("postgres", migration, {{"fail_closed", fails_closed}, {"custom", {whole}}});
}

json shell(const std::string& script, const char* timeout = "20s") {
  return {{"exec", {"sh", "-c", script}}, {"timeout", timeout}};
}

TEST(CustomRule, MatchDenies) {
  const auto with = [](const json& match, const Migration& migration = {{harmless}}) {
    return under({{"deny", "ask @dba"}, {"match", match}}, migration).verdict;
  };
  EXPECT_EQ(with({{"kind", "alter_table"}}), 2);
  EXPECT_EQ(with({{"kind", {"drop_table", "truncate"}}}), 0);
  EXPECT_EQ(with({{"tables", {"billing.*"}}}), 2);
  EXPECT_EQ(with({{"tables", "bill"}}), 2);
  EXPECT_EQ(with({{"tables", "orders*"}}), 0);
  EXPECT_EQ(with({{"phase", "pre-deploy"}}), 0);
  EXPECT_EQ(with({{"phase", "pre-deploy"}}, {{harmless}, true, "pre-deploy"}), 2);
  const Review warned = under({{"deny", "ask @dba"}, {"severity", "warn"}, {"why", "money"}});
  EXPECT_EQ(warned.verdict, 1);
  EXPECT_EQ(warned.find("ORG1")->at("message"), "ask @dba");
  EXPECT_EQ(warned.find("ORG1")->at("why"), "money");
}

TEST(CustomRule, AssertionIsSilentWithoutAConnection) {
  EXPECT_EQ(under({{"deny", "x"}, {"assert_sql", "SELECT false"}}).verdict, 0);
}

TEST(CustomRule, ProgramIsGivenFactsAndAnswersFindings) {
  const Review reviewed = under(shell(
      R"(grep -q '"kind":"add_column"' && echo '{"findings":[{"message":"no","statement":1,"migration":"m1"},
      {"message":"hm","severity":"warning"}]}')"));
  EXPECT_EQ(reviewed.verdict, 2) << reviewed;
  ASSERT_EQ(reviewed.findings.size(), 2U);
  EXPECT_EQ(reviewed.findings[0].at("statement"), 1);
  EXPECT_EQ(reviewed.findings[1].at("severity"), "warning");
}

TEST(CustomRule, ProgramMayAnswerAVerdictOrAsConftestDoes) {
  EXPECT_EQ(under(shell(R"(echo '{"verdict":"deny","message":"no"}')")).verdict, 2);
  EXPECT_EQ(under(shell(R"(echo '{"verdict":"allow"}')")).verdict, 0);
  EXPECT_EQ(under(shell("true")).verdict, 0);
  EXPECT_EQ(under(shell(R"(echo '[{"failures":[{"msg":"no"}]}]'; exit 1)")).verdict, 2);
  EXPECT_EQ(under(shell(R"(echo '[{"successes":1,"warnings":[{"msg":"hm"}]}]')")).verdict, 1);
}

TEST(CustomRule, ProgramThatFailsIsNoPermission) {
  for (const char* script : {"exit 1", "echo nonsense", "echo 7", "kill -9 $$", "sleep 600 & wait",
                             R"(echo '{"verdict":"perhaps"}')", R"(echo '{"findings":[{}]}')"}) {
    EXPECT_EQ(under(shell(script, "500ms")).verdict, 2) << script;
    EXPECT_EQ(under(shell(script, "500ms"), {{harmless}}, false).verdict, 1) << script;
  }
  EXPECT_EQ(under({{"exec", {"/nowhere/at/all"}}}).verdict, 2);
  EXPECT_EQ(under(shell("yes")).verdict, 2);
}

TEST(CustomRule, ProgramIsNotStartedForNothing) {
  json rule = shell("exit 1");
  rule["match"] = {{"kind", "drop_table"}};
  EXPECT_EQ(under(rule).verdict, 0);
}

}  // namespace
}  // namespace garboard::policy_test
