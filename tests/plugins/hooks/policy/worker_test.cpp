// SPDX-License-Identifier: Apache-2.0
// What the parser of PostgreSQL's statements does on what it cannot read, and what becomes of the
// rest.
#include <gtest/gtest.h>

#include "plugins/hooks/policy/review.hpp"

namespace garboard::policy_test {
namespace {

using nlohmann::json;

std::string deep(std::size_t terms) {
  std::string sql = "SELECT 0";
  for (std::size_t i = 0; i < terms; ++i) sql += "+0";
  return sql;
}

TEST(Worker, CrashIsAStatementThatIsNotKnown) {
  const Review reviewed =
      review("postgres", {{"CREATE INDEX a ON t (x)", deep(100'000), "CREATE INDEX b ON t (x)"}});
  ASSERT_EQ(reviewed.findings.size(), 3U) << reviewed;
  EXPECT_EQ(reviewed.find("GEN207")->at("statement"), 2) << reviewed;
  EXPECT_EQ(reviewed.findings.back().at("rule"), "PG101");
  EXPECT_EQ(reviewed.findings.back().at("statement"), 3);
}

TEST(Worker, CrashesWithoutEndEndIt) {
  Migration migration;
  for (int i = 0; i < 9; ++i) migration.statements.push_back(deep(100'000));
  migration.statements.emplace_back("CREATE INDEX a ON t (x)");
  const Review reviewed = review("postgres", migration);
  // words still tell what it is
  EXPECT_EQ(reviewed.severity("PG101"), "error") << reviewed;
  EXPECT_EQ(reviewed.findings.size(), 11U);
}

TEST(Worker, MemoryAndSizeAreLimited) {
#if defined(__SANITIZE_ADDRESS__)
  const Migration migration{{deep(5'000)}};  // its frames are larger
#else
  const Migration migration{{deep(30'000)}};
#endif
  EXPECT_FALSE(review("postgres", migration).has("GEN207"));
  EXPECT_TRUE(review("postgres", migration, {{"worker", {{"max_statement_kb", 8}}}}).has("GEN207"));
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_TRUE(review("postgres", migration, {{"worker", {{"memory_mb", 12}}}}).has("GEN207"));
#endif
}

TEST(Worker, TimeIsLimited) {
  const Review late = review("postgres", {{deep(30'000)}}, {{"worker", {{"timeout", 0}}}});
  EXPECT_TRUE(late.has("GEN207")) << late;
}

TEST(Worker, WordsReadWhatItsGrammarDoesNotKnow) {
  // newer than the grammar of PostgreSQL 15
  EXPECT_EQ(review("postgres", {{"ALTER TABLE a ADD CONSTRAINT n NOT NULL x NOT VALID"}})
                .severity("GEN207"),
            "");
  const Review newer =
      review("postgres", {{"ALTER TABLE a ALTER COLUMN x SET EXPRESSION AS (y + 1)"}});
  EXPECT_EQ(newer.severity("PG120"), "error") << newer;
  EXPECT_FALSE(newer.has("GEN207"));
  EXPECT_TRUE(review("postgres", {{"CREATE INDEX FROBNICATED i ON a (x)"}}).has("PG101"));
}

TEST(Worker, SeveralStatementsAtOnceAreNotKnown) {
  EXPECT_TRUE(review("postgres", {{"SELECT 0; DROP TABLE a"}}).has("GEN207"));
}

TEST(Worker, ManyStatementsAreReadInOrder) {
  Migration migration;
  for (int i = 0; i < 3000; ++i)
    migration.statements.push_back("ALTER TABLE t" + std::to_string(i) + " ALTER x SET NOT NULL");
  const Review reviewed = review("postgres", migration, {{"rules", {{"PG130", "off"}}}});
  ASSERT_EQ(reviewed.findings.size(), 3000U);
  for (std::size_t i = 0; i < reviewed.findings.size(); ++i)
    ASSERT_EQ(reviewed.findings[i].at("statement"), i + 1);
}

}  // namespace
}  // namespace garboard::policy_test
