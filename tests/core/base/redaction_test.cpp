// SPDX-License-Identifier: Apache-2.0
#include "base/redaction.hpp"

#include <gtest/gtest.h>

#include <string>

namespace garboard::base {
namespace {

TEST(Redactor, ReplacesASecretInEverySpelling) {
  Redactor redactor;
  redactor.add("p@ss/w:rd");
  EXPECT_EQ(redactor.apply("a p@ss/w:rd b"), "a *** b");
  EXPECT_EQ(redactor.apply("p%40ss%2Fw%3Ard!"), "***!");
  EXPECT_EQ(redactor.apply("p%40ss%2fw%3ard!"), "***!");
  EXPECT_EQ(redactor.apply("p@ss/w:rdp@ss/w:rd"), "******");
}

TEST(Redactor, FindsASecretInsideLongerBase64) {
  Redactor redactor;
  redactor.add("canary-secret-42");
  // base64 of "user:canary-secret-42@db", and of the same after one byte more
  EXPECT_EQ(redactor.apply("dXNlcjpjYW5hcnktc2VjcmV0LTQyQGRi").find("YW5hcnktc2VjcmV0"),
            std::string::npos);
  EXPECT_EQ(redactor.apply("eHVzZXI6Y2FuYXJ5LXNlY3JldC00MkBkYg==").find("Y2FuYXJ5LXNlY3JldC"),
            std::string::npos);
  EXPECT_EQ(redactor.apply("Y2FuYXJ5LXNlY3JldC00Mg==").find("Y2FuYXJ5"), std::string::npos);
}

TEST(Redactor, FindsASecretInsideQuotedLiterals) {
  Redactor redactor;
  redactor.add("it's \"so\"");
  EXPECT_EQ(redactor.apply("'it''s \"so\"'"), "'***'");
  EXPECT_EQ(redactor.apply(R"({"p":"it's \"so\""})").find("so"), std::string::npos);
}

TEST(Redactor, LeavesShortSecretsAlone) {
  Redactor redactor;
  redactor.add("a");
  redactor.add("");
  redactor.add("abc");
  EXPECT_EQ(redactor.apply("an abc of databases"), "an abc of databases");
}

TEST(Redactor, PrefersTheLongerSecret) {
  Redactor redactor;
  redactor.add("hunter");
  redactor.add("hunter2-long");
  EXPECT_EQ(redactor.apply("x hunter2-long y hunter"), "x *** y ***");
}

TEST(Redactor, CoversEveryTextOfAnError) {
  Redactor redactor;
  redactor.add("canary");
  Error error{.code = Code::statement_failed, .message = "m canary", .hint = "h canary"};
  error.context = {"c canary"};
  error.statement = "SELECT 'canary', x FROM t";
  error.statement_position = 18;
  error.others.push_back(Error{.message = "o canary"});
  const Error shown = redactor.apply(error);
  EXPECT_EQ(shown.message, "m ***");
  EXPECT_EQ(shown.hint, "h ***");
  EXPECT_EQ(shown.context.at(0), "c ***");
  EXPECT_EQ(shown.statement, "SELECT '***', x FROM t");
  EXPECT_EQ(shown.statement.at(static_cast<std::size_t>(shown.statement_position)),
            error.statement.at(18));
  EXPECT_EQ(shown.others.at(0).message, "o ***");
}

TEST(Redactor, ForgetsAPositionInsideASecret) {
  Redactor redactor;
  redactor.add("canary");
  Error error{.message = "m", .statement = "x canary y"};
  error.statement_position = 4;
  EXPECT_EQ(redactor.apply(error).statement_position, -1);
}

struct SqlCase {
  const char* text;
  const char* expected;
};
class RedactSql : public testing::TestWithParam<SqlCase> {};

TEST_P(RedactSql, HidesWhatTheAuthorWroteAsAPassword) {
  EXPECT_EQ(redact_sql(GetParam().text), GetParam().expected);
  EXPECT_EQ(redact_sql(GetParam().expected), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RedactSql,
    testing::Values(SqlCase{"CREATE ROLE a LOGIN PASSWORD 'x''y' VALID",
                            "CREATE ROLE a LOGIN PASSWORD '***' VALID"},
                    SqlCase{"alter role a encrypted password E'x\\'y'",
                            "alter role a encrypted password E'***'"},
                    SqlCase{"CREATE USER a IDENTIFIED BY 'x'", "CREATE USER a IDENTIFIED BY '***'"},
                    SqlCase{"CREATE USER a IDENTIFIED BY PASSWORD '*AB'",
                            "CREATE USER a IDENTIFIED BY PASSWORD '***'"},
                    SqlCase{"CREATE USER a IDENTIFIED WITH caching_sha2_password BY 'x'",
                            "CREATE USER a IDENTIFIED WITH caching_sha2_password BY '***'"},
                    SqlCase{"CREATE USER a IDENTIFIED WITH 'p' AS \"x\";",
                            "CREATE USER a IDENTIFIED WITH 'p' AS \"***\";"},
                    SqlCase{"SET PASSWORD FOR 'u'@'h' = 'x'", "SET PASSWORD FOR 'u'@'h' = '***'"},
                    SqlCase{"SET PASSWORD FOR CURRENT_USER() := 'x'",
                            "SET PASSWORD FOR CURRENT_USER() := '***'"},
                    SqlCase{"-- the password for `a b`@% is old\nUPDATE t SET a = 'x'",
                            "-- the password for `a b`@% is old\nUPDATE t SET a = 'x'"},
                    SqlCase{"SET PASSWORD = PASSWORD('x')", "SET PASSWORD = PASSWORD('***')"},
                    SqlCase{"OPTIONS (user 'u', password 'x')",
                            "OPTIONS (user 'u', password '***')"},
                    SqlCase{"CONNECTION 'host=h password=x dbname=d'",
                            "CONNECTION 'host=h password=*** dbname=d'"},
                    SqlCase{"PASSWORD $t$x$t$", "PASSWORD $t$***$t$"},
                    SqlCase{"near 'IDENTIFIED BY 'cut off", "near 'IDENTIFIED BY '***"},
                    SqlCase{"password authentication failed for user \"bob\"",
                            "password authentication failed for user \"bob\""},
                    SqlCase{"SELECT password, 'x' FROM t", "SELECT password, 'x' FROM t"},
                    SqlCase{"my_password 'x'", "my_password 'x'"}));

}  // namespace
}  // namespace garboard::base
