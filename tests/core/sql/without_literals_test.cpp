// SPDX-License-Identifier: Apache-2.0
#include "sql/without_literals.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/dialects.hpp"

namespace garboard::testing {
namespace {

sql::Blanked blanked(std::string_view text, const model::LexicalTraits& traits,
                     bool hides_numbers = false, std::size_t max_bytes = 1000) {
  return sql::without_literals(text, traits, hides_numbers, max_bytes);
}
std::string postgres(std::string_view text) { return blanked(text, postgres_traits()).text; }
std::string mysql(std::string_view text) { return blanked(text, mysql_traits()).text; }

TEST(WithoutLiterals, LeavesAStatementThatParsesAsBefore) {
  EXPECT_EQ(
      postgres(
          "ALTER TABLE \"t x\" ADD c varchar(20)  DEFAULT 'canary' -- canary\n CHECK (c <> '')"),
      "ALTER TABLE \"t x\" ADD c varchar(20) DEFAULT '' CHECK (c <> '')");
  EXPECT_EQ(postgres("DO $x$ canary $x$"), "DO $$$$");
  EXPECT_EQ(postgres("SELECT E'it''s \\n canary'"), "SELECT ''");
  EXPECT_EQ(mysql("ALTER TABLE t COMMENT \"canary\", ADD e ENUM('a','b') /* canary */"),
            "ALTER TABLE t COMMENT \"\", ADD e ENUM('','')");
}

TEST(WithoutLiterals, HidesNumbersOnlyWhereTheyAreData) {
  const std::string insert = "INSERT INTO t2 VALUES (7654321, -1.5)";
  EXPECT_EQ(blanked(insert, sqlite_traits(), true).text, "INSERT INTO t2 VALUES (0, -0)");
  EXPECT_EQ(blanked(insert, sqlite_traits(), false).text, insert);
}

TEST(WithoutLiterals, EndsWhereNobodyKnowsWhatALiteralIs) {
  const sql::Blanked ambiguous = blanked(R"(SELECT 'a\' , 'canary)", mysql_traits());
  EXPECT_EQ(ambiguous.text, "SELECT ''");
  EXPECT_TRUE(ambiguous.is_cut);
  EXPECT_EQ(postgres("INSERT INTO t VALUES ('canary"), "INSERT INTO t VALUES (");
}

TEST(WithoutLiterals, IsCutBehindTheLimitAndInsideNoCharacter) {
  const sql::Blanked cut = blanked("SELECT \"ääääääää\"", sqlite_traits(), false, 11);
  EXPECT_TRUE(cut.is_cut);
  EXPECT_EQ(cut.text, "SELECT \"");
  EXPECT_FALSE(blanked("SELECT 1", sqlite_traits()).is_cut);
}

}  // namespace
}  // namespace garboard::testing
