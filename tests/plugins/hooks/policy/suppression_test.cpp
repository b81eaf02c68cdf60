// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

using nlohmann::json;

// A statement that PG101 denies, under a directive. The event is of 2026-06-15.
Review under(const std::string& directive, const json& config = json::object(),
             const std::string& sql = "CREATE INDEX i ON orders (a)") {
  json event = event_of("postgres", {{{sql}}});
  event["data"]["run"]["environment"] = "prod";
  event["data"]["migrations"][0]["statements"][0]["directives"] = {
      {{"text", directive}, {"line", 9}}};
  return review_event(event, config);
}

TEST(Suppression, WithAReasonDeniesNothing) {
  const Review reviewed = under("policy:ignore PG101 reason=\"12 rows\" until=2026-06-15");
  EXPECT_EQ(reviewed.verdict, 0) << reviewed;
  ASSERT_EQ(reviewed.findings.size(), 1U);
  EXPECT_EQ(reviewed.findings[0].at("suppressed"),
            json({{"reason", "12 rows"}, {"until", "2026-06-15"}}));
  EXPECT_EQ(under("policy:ignore PG101 reason=small").verdict, 0);
  EXPECT_EQ(under("policy:ignore PG101, PG102 reason=\"12 rows\"").verdict, 1);  // PG102: unused
}

TEST(Suppression, NeedsAReasonAndTheNamesOfRules) {
  for (const char* directive :
       {"policy:ignore PG101", "policy:ignore PG101 reason=\"\"",
        "policy:ignore PG101 reason=\"  \"", "policy:ignore reason=\"x\"",
        "policy:ignore * reason=\"x\"", "policy:ignore all reason=\"x\"",
        "policy:ignore PG101 reason=\"x", "policy:ignore PG101 reason=\"x\" until=soon",
        "policy:ignore PG101 reason=\"x\" until=2026-13-01", "policy:ignore PG101 because=\"x\"",
        "policy:disable PG101 reason=\"x\"", "policy:", "policy:ignore PG101 PG102 reason=x"}) {
    const Review reviewed = under(directive);
    EXPECT_EQ(reviewed.verdict, 2) << directive << reviewed;
    EXPECT_EQ(reviewed.severity("SUP501"), "warning") << directive << reviewed;
  }
}

TEST(Suppression, EndsAfterItsDay) {
  const Review reviewed = under("policy:ignore PG101 reason=\"x\" until=2026-06-14");
  EXPECT_EQ(reviewed.verdict, 2);
  EXPECT_TRUE(reviewed.has("SUP502"));
}

TEST(Suppression, ThatIsNotNeededIsSaid) {
  const Review reviewed =
      under("policy:ignore PG101 reason=\"x\"", json::object(), "CREATE TABLE a (x int)");
  EXPECT_EQ(reviewed.verdict, 1);
  EXPECT_TRUE(reviewed.has("SUP503"));
  EXPECT_EQ(under("policy:ignore PG101 reason=\"x\"", {{"rules", {{"SUP503", "off"}}}},
                  "CREATE TABLE a (x int)")
                .verdict,
            0);
}

TEST(Suppression, OfWhatIsUnsuppressable) {
  const json config = json::parse(R"({"environments":{"prod":{"unsuppressable":["PG101"]}}})");
  const Review reviewed = under("policy:ignore PG101 reason=\"x\"", config);
  EXPECT_EQ(reviewed.verdict, 2);
  EXPECT_TRUE(reviewed.has("SUP504"));
  EXPECT_FALSE(reviewed.find("PG101")->contains("suppressed"));
}

TEST(Suppression, IsOfOneStatement) {
  json event = event_of("postgres", {{{"CREATE INDEX i ON a (x)", "CREATE INDEX j ON a (y)"}}});
  event["data"]["migrations"][0]["statements"][0]["directives"] = {
      {{"text", "policy:ignore PG101 reason=x"}}};
  const Review reviewed = review_event(event);
  EXPECT_EQ(reviewed.verdict, 2) << reviewed;
  EXPECT_EQ(reviewed.findings.size(), 2U);
}

}  // namespace
}  // namespace garboard::policy_test
