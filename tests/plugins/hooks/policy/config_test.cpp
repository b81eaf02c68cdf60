// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

using nlohmann::json;

const std::string index_sql = "CREATE INDEX i ON orders (a)";

Review with(const char* config) { return review("postgres", {{index_sql}}, json::parse(config)); }

TEST(Config, SeverityOfARule) {
  EXPECT_EQ(with(R"({"rules":{"PG101":"warn"}})").verdict, 1);
  EXPECT_EQ(with(R"({"rules":{"PG101":{"severity":"warning"}}})").verdict, 1);
  EXPECT_EQ(with(R"({"rules":{"PG101":"info"}})").verdict, 0);
  EXPECT_EQ(with(R"({"rules":{"PG101":"info"}})").severity("PG101"), "info");
  EXPECT_EQ(with(R"({"rules":{"PG101":"off"}})").findings.size(), 0U);
}

TEST(Config, EnvironmentsDiffer) {
  const json config = json::parse(
      R"({"environments":{"dev":{"max_severity":"warn"},"ci":{"rules":{"PG101":"off"}}}})");
  json event = event_of("postgres", {{{index_sql}}});
  EXPECT_EQ(review_event(event, config).verdict, 2);
  event["data"]["run"]["environment"] = "dev";
  EXPECT_EQ(review_event(event, config).verdict, 1);
  event["data"]["run"]["environment"] = "ci";
  EXPECT_EQ(review_event(event, config).verdict, 0);
  event["data"]["run"]["environment"] = "other";
  EXPECT_EQ(review_event(event, config).verdict, 2);
}

TEST(Config, WhatIsWrongIsRefused) {
  for (const char* config :
       {R"({"rules":{"PG999":"error"}})", R"({"rules":{"PG101":"loud"}})", R"({"colour":1})",
        R"({"worker":{"timeout":"5 parsecs"}})", R"({"worker":{"memory_mb":0}})",
        R"({"environments":{"prod":{"x":1}}})",
        R"({"environments":{"prod":{"rules":{"X":"off"}}}})",
        R"({"defaults":{"small_table":{"bytes":"1 elephant"}}})", R"({"custom":[{"id":"A"}]})",
        R"({"custom":[{"id":"PG101","deny":"x"}]})",
        R"({"custom":[{"id":"A","deny":"x","match":{"kind":"nonsense"}}]})",
        R"({"custom":[{"id":"A","deny":"x","assert_sql":"SELECT 1","exec":["a"]}]})",
        R"({"fail_closed":"yes"})", R"({"custom":"x"})", R"({"custom":{"id":"A","deny":"x"}})",
        "[]"}) {
    const Review refused = with(config);
    EXPECT_EQ(refused.status, 1) << config;
    EXPECT_NE(refused.error, "") << config;
  }
}

TEST(Config, SchemaDescribesEachRule) {
  const json described = policy_test::described();
  EXPECT_EQ(described.at("events"), json({"before_run"}));
  const json& rules = described.at("configSchema").at("properties").at("rules").at("properties");
  EXPECT_EQ(rules.size(), 24U);
  for (const auto& [id, rule] : rules.items()) {
    EXPECT_NE(rule.at("title"), "") << id;
    EXPECT_NE(rule.at("description").get<std::string>().find('\n'), std::string::npos) << id;
  }
}

TEST(Config, OtherEventsSayNothing) {
  json event = event_of("postgres", {{{index_sql}}});
  event["type"] = "garboard.before_migration";
  const Review other = review_event(event);
  EXPECT_EQ(other.status, 0);
  EXPECT_EQ(other.verdict, 0);
}

TEST(Config, FindingSaysWhere) {
  const Review reviewed = with("{}");
  const json& finding = reviewed.findings.at(0);
  EXPECT_EQ(finding.at("migration"), "m1");
  EXPECT_EQ(finding.at("statement"), 1);
  EXPECT_EQ(finding.at("file"), "sql/m.sql");
  EXPECT_EQ(finding.at("line"), 10);
  EXPECT_EQ(finding.at("column"), 1);
  EXPECT_NE(finding.at("why"), "");
  EXPECT_NE(finding.at("safe"), "");
}

}  // namespace
}  // namespace garboard::policy_test
