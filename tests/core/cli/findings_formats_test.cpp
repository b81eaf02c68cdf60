// SPDX-License-Identifier: Apache-2.0
#include "cli/findings_formats.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace garboard::cli {
namespace {

using model::Finding;
using model::Severity;

std::vector<Finding> findings() {
  return {{.hook = "policy",
           .rule = "PG101",
           .severity = Severity::error,
           .message = "blocks writes, 100% of them: \"t\" <x>",
           .why = "SHARE lock",
           .safe = "CREATE INDEX CONCURRENTLY",
           .migration = "0001",
           .statement = 2,
           .where = {"sql/a,b.sql", 3, 5}},
          {.hook = "policy",
           .rule = "GEN202",
           .severity = Severity::error,
           .message = "renames",
           .migration = "0002",
           .statement = 1,
           .suppressed = model::Suppression{"old pods are gone", "2026-12-31"}},
          {.hook = "policy", .rule = "GEN208", .severity = Severity::info, .message = "no down"}};
}

TEST(FindingsText, SaysWhereWhyAndWhatInstead) {
  EXPECT_EQ(findings_text(findings()),
            "sql/a,b.sql:3:5: error: PG101 blocks writes, 100% of them: \"t\" <x>\n"
            "  why: SHARE lock\n"
            "  instead: CREATE INDEX CONCURRENTLY\n"
            "0002: suppressed: GEN202 renames\n"
            "  because: old pods are gone, until 2026-12-31\n"
            "the plan: info: GEN208 no down\n");
}

TEST(FindingsSarif, HasRulesResultsAndSuppressions) {
  const Json run = findings_sarif(findings())["runs"][0];
  ASSERT_EQ(run["results"].size(), 3U);
  const Json& first = run["results"][0];
  EXPECT_EQ(first["ruleId"], "PG101");
  EXPECT_EQ(first["level"], "error");
  EXPECT_EQ(first["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
  EXPECT_EQ(run["results"][1]["suppressions"][0]["justification"], "old pods are gone");
  EXPECT_EQ(run["results"][2]["level"], "note");
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 3U);
}

TEST(FindingsSarif, RecognisesAFindingWhoseLinesHaveMoved) {
  std::vector<Finding> moved = findings();
  moved[0].where.line = 40;
  const auto print_of = [](const std::vector<Finding>& list) {
    return findings_sarif(list)["runs"][0]["results"][0]["partialFingerprints"].dump();
  };
  EXPECT_EQ(print_of(findings()), print_of(moved));
  moved[0].message = "another";
  EXPECT_NE(print_of(findings()), print_of(moved));
}

TEST(FindingsGithub, EscapesAndLeavesOutWhatIsSuppressed) {
  EXPECT_EQ(findings_github(findings()),
            "::error file=sql/a%2Cb.sql,line=3,col=5,title=PG101::blocks writes, 100%25 of them: "
            "\"t\" <x>%0AInstead: CREATE INDEX CONCURRENTLY\n"
            "::notice title=GEN208::no down\n");
}

TEST(FindingsJunit, FailsWhatDenies) {
  const std::string xml = findings_junit(findings(), 5);
  EXPECT_NE(xml.find("tests=\"3\" failures=\"1\""), std::string::npos) << xml;
  EXPECT_NE(findings_junit({}, 5).find("tests=\"1\" failures=\"0\""), std::string::npos);
  EXPECT_NE(xml.find("100% of them: &quot;t&quot; &lt;x&gt;"), std::string::npos);
}

}  // namespace
}  // namespace garboard::cli
