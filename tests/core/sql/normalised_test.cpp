// SPDX-License-Identifier: Apache-2.0
#include "sql/normalised.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/dialects.hpp"

namespace garboard::testing {
namespace {

std::string postgres(std::string_view text) { return sql::normalised(text, postgres_traits()); }
std::string mysql(std::string_view text) { return sql::normalised(text, mysql_traits()); }

TEST(Normalised, KeepsWhatAStatementDoesAndNoneOfItsData) {
  EXPECT_EQ(postgres("UPDATE t SET a = 'canary', b=1.5e3, \"c d\" = $1 WHERE x IN (-1,0x1F);"),
            "UPDATE t SET a = ?, b=?, \"c d\" = $? WHERE x IN (-?,?)");
  EXPECT_EQ(postgres("DO $x$ canary $x$; SELECT E'it''s \n canary', U&'canary', B'01'"),
            "DO ?; SELECT ?, U&?, B?");
  EXPECT_EQ(mysql("ALTER USER `u` IDENTIFIED BY \"canary\", x = @v, y = _utf8mb4'canary'"),
            "ALTER USER `u` IDENTIFIED BY ?, x = @v, y = _utf8mb4?");
}

TEST(Normalised, IsOneLineWithoutComments) {
  EXPECT_EQ(postgres(" /* canary /* canary */ */ SELECT\n\t a -- canary\n FROM  t ; "),
            "SELECT a FROM t");
  EXPECT_EQ(mysql("SELECT 1 # canary\n /*!50000 , x */ /* canary */"), "SELECT ? , x");
  EXPECT_EQ(postgres(""), "");
  EXPECT_EQ(postgres("-- canary"), "");
}

TEST(Normalised, EndsWhereALiteralHasNoEnd) {
  EXPECT_EQ(postgres("INSERT INTO t VALUES ('canary"), "INSERT INTO t VALUES (? ...");
  EXPECT_EQ(postgres("SELECT 1 /* canary"), "SELECT ? ...");
  EXPECT_EQ(mysql("SELECT `canary"), "SELECT ? ...");
}

TEST(Normalised, EndsWhereSettingsOfTheSessionSayWhatABackslashMeans) {
  EXPECT_EQ(mysql(R"(SELECT 'a\' , 'canary)"), "SELECT ? ...");
  EXPECT_EQ(mysql(R"(SELECT 'a\' , canary ')"), "SELECT ? ...");
  EXPECT_EQ(postgres(R"(SELECT 'a\' canary ' FROM t)"), "SELECT ? ...");
  EXPECT_EQ(mysql(R"(SELECT 'a\n', b)"), "SELECT ?, b");
}

TEST(Normalised, IsShortAndCutBetweenCharacters) {
  std::string text = "SELECT ";
  while (text.size() < 300) text += "ä";
  const std::string shown = postgres(text);
  EXPECT_LE(shown.size(), sql::max_normalised_bytes + 4);
  EXPECT_TRUE(shown.ends_with("ä ...")) << shown;
  const std::string exact(sql::max_normalised_bytes, 'x');
  EXPECT_EQ(postgres(exact), exact);
}

}  // namespace
}  // namespace garboard::testing
