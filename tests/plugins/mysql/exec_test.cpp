// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/mysql/driver.hpp"

namespace garboard::mysql_test {
namespace {

class MysqlExec : public OnServer {};
ON_EACH_SERVER(MysqlExec);

TEST_P(MysqlExec, TellsNullFromEmpty) {
  const Outcome outcome = run("SELECT NULL AS a, '' AS b");
  ASSERT_TRUE(outcome.ok()) << outcome;
  EXPECT_EQ(outcome.columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(outcome.rows, (Rows{{std::nullopt, ""}}));
  EXPECT_EQ(outcome.affected, -1);
}

TEST_P(MysqlExec, KeepsEveryCharacterOfAParameter) {
  must("CREATE TABLE t (id int, v longtext) CHARACTER SET utf8mb4");
  const std::string megabyte(1 << 20, 'x');
  const std::vector<Cell> values{"",
                                 std::nullopt,
                                 "it's \"q\" \\ % _ \n\t",
                                 "\xf0\x9f\x90\x98 \xc3\xa9",
                                 std::string("a\0b", 3),
                                 megabyte};
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_TRUE(run("INSERT INTO t VALUES (?, ?)", {std::to_string(i), values[i]}).ok());
  const Outcome outcome = run("SELECT v FROM t ORDER BY id");
  ASSERT_EQ(outcome.rows.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_TRUE(outcome.rows[i].front() == values[i]) << "value " << i;
}

TEST_P(MysqlExec, RefusesAStatementThatTheServerWouldCloseTheConnectionFor) {
  const std::string limit = run("SELECT @@max_allowed_packet").cell().value_or("0");
  const std::size_t max = std::stoull(limit);
  ASSERT_GT(max, 2U << 20);
  const auto length_of = [this](std::size_t size) {
    const std::string before = "SELECT LENGTH('", after = "')";
    return run(before + std::string(size - before.size() - after.size(), 'x') + after);
  };
  EXPECT_TRUE(length_of(2U << 20).ok());
  const Outcome refused = length_of(max - 1);
  EXPECT_EQ(refused.status, GBD_E_SQL) << refused;
  EXPECT_EQ(refused.flags, 0U) << refused;
  EXPECT_NE(refused.message.find(limit), std::string::npos) << refused;
  EXPECT_NE(refused.hint.find("max_allowed_packet"), std::string::npos) << refused.hint;
  EXPECT_EQ(run("SELECT 7").cell(), "7");
  if (is_mariadb()) return;  // where the limit is higher and these take long
  const Outcome largest = length_of(max - 2);
  EXPECT_TRUE(largest.ok()) << largest;
  const Outcome bound = run("SELECT LENGTH(?)", {std::string(max / 2, '\'')});
  EXPECT_NE(bound.message.find(limit), std::string::npos) << bound;
  EXPECT_EQ(run("SELECT 7").cell(), "7");
}

TEST_P(MysqlExec, BindsTheSameInEverySqlModeAndCharacterSet) {
  const Cell nasty = "a\\' OR 1=1 -- \xc3\xa9\\";
  for (const char* setting : {"SET sql_mode='NO_BACKSLASH_ESCAPES'", "SET sql_mode='ANSI_QUOTES'",
                              "SET NAMES gbk", "SET NAMES latin1"}) {
    must(setting);
    EXPECT_EQ(run("SELECT HEX(CONVERT(? USING utf8mb4))", {nasty}).cell(),
              "615C27204F5220313D31202D2D20C3A95C")
        << setting;
  }
}

TEST_P(MysqlExec, LeavesQuestionMarksInTextAlone) {
  const Outcome outcome = run("SELECT '?' /* ? */, ? -- ?", {"x"});
  ASSERT_TRUE(outcome.ok()) << outcome;
  EXPECT_EQ(outcome.rows, (Rows{{"?", "x"}}));
  EXPECT_EQ(run("SELECT '?'").cell(), "?");
}

TEST_P(MysqlExec, StopsWhenTheCallerHasSeenEnough) {
  must("CREATE TABLE n (i int)");
  must(
      "INSERT INTO n WITH RECURSIVE r AS (SELECT 1 i UNION ALL SELECT i + 1 FROM r WHERE i < 900) "
      "SELECT i FROM r");
  const Outcome stopped = connection_->exec("SELECT * FROM n a, n b LIMIT 100000", {}, 3);
  ASSERT_TRUE(stopped.ok()) << stopped;
  EXPECT_EQ(stopped.rows.size(), 3U);
  EXPECT_EQ(run("SELECT 7").cell(), "7");
}

TEST_P(MysqlExec, RefusesTwoStatements) {
  must("CREATE TABLE t (a int)");
  const Outcome outcome = run("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)");
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_EQ(outcome.native_code, 1064);
  EXPECT_EQ(run("SELECT count(*) FROM t").cell(), "0");
}

TEST_P(MysqlExec, CountsAffectedRows) {
  must("CREATE TABLE t (a int)");
  EXPECT_EQ(run("INSERT INTO t VALUES (1), (2), (3)").affected, 3);
  EXPECT_EQ(run("UPDATE t SET a = 1 WHERE a < 3").affected, 1) << "unchanged rows do not count";
  EXPECT_EQ(run("DELETE FROM t").affected, 3);
}

TEST_P(MysqlExec, ReadsEveryResultOfACall) {
  must("CREATE TABLE t (a int)");
  must("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; INSERT INTO t VALUES (3); END");
  const Outcome outcome = run("CALL p()");
  ASSERT_TRUE(outcome.ok()) << outcome;
  EXPECT_EQ(outcome.rows, (Rows{{"1"}}));
  EXPECT_EQ(run("SELECT a FROM t").cell(), "3");
}

TEST_P(MysqlExec, ReportsAnErrorThatComesAfterTheFirstResult) {
  must("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT * FROM missing; END");
  const Outcome outcome = run("CALL p()");
  EXPECT_EQ(outcome.native_code, 1146) << outcome;
  EXPECT_EQ(run("SELECT 7").cell(), "7");
}

TEST_P(MysqlExec, PointsAtASyntaxErrorInBytes) {
  const Outcome outcome = run("SELECT '\xf0\x9f\x90\x98',\n  FROM x");
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_EQ(outcome.sqlstate, "42000");
  EXPECT_EQ(outcome.position, 17) << outcome;
  EXPECT_EQ(run("SELECT ?, FROM x", {"a long value"}).position, 10);
}

TEST_P(MysqlExec, ReportsConstraintErrorsWithTheirNumbers) {
  must("CREATE TABLE t (a int PRIMARY KEY)");
  must("INSERT INTO t VALUES (1)");
  const Outcome duplicate = run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(duplicate.native_code, 1062);
  EXPECT_EQ(duplicate.sqlstate, "23000");
  EXPECT_EQ(duplicate.flags, 0U);
  EXPECT_EQ(run("SELECT * FROM missing").sqlstate, "42S02");
}

TEST_P(MysqlExec, ReadsNoLocalFile) {
  must("CREATE TABLE t (a text)");
  EXPECT_FALSE(run("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t").ok());
  EXPECT_EQ(run("SELECT count(*) FROM t").cell(), "0");
}

TEST_P(MysqlExec, SaysThatAKilledConnectionIsLost) {
  Connection other(options());
  const std::string id = run("SELECT CONNECTION_ID()").cell().value_or("");
  ASSERT_TRUE(other.exec("KILL " + id).ok());
  const Outcome outcome = run("INSERT INTO t VALUES (1)");
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_RETRYABLE)) << outcome;
}

TEST_P(MysqlExec, MakesTheTrackingTables) {
  std::string text;
  const gbd_sink sink{&text, [](void* out, const char* p, size_t n) noexcept {
                        static_cast<std::string*>(out)->append(p, n);
                      }};
  ASSERT_EQ(driver().describe(&sink, nullptr), GBD_OK);
  const auto description = nlohmann::json::parse(text);
  const std::string last = description["ledger"]["create"].back();
  EXPECT_TRUE(last.starts_with("CREATE TABLE IF NOT EXISTS {table} "))
      << "a run killed before it is the last leaves a tracking table without a journal";
  for (int round = 0; round < 2; ++round)
    for (std::string sql : description["ledger"]["create"]) {
      for (const std::string name : {"table", "journal", "log"})
        if (const std::size_t at = sql.find("{" + name + "}"); at != std::string::npos)
          sql.replace(at, name.size() + 2, "`tracking " + name + "`");
      must(sql);
    }
  const std::string now = description["ledger"]["now"];
  const std::string row =
      "VALUES ('app', ?, 1, 'n', 'c', 'applied', " + now + ", NULL, 'r', 'u', '1', NULL)";
  EXPECT_TRUE(run("INSERT INTO `tracking table` " + row, {"id"}).ok());
  EXPECT_TRUE(run("INSERT INTO `tracking table` " + row, {"ID"}).ok()) << "case-sensitive";
  EXPECT_EQ(run("INSERT INTO `tracking table` " + row, {"id"}).native_code, 1062);
}

TEST_P(MysqlExec, AnswersWhatTheServerIs) {
  const Outcome outcome = connection_->server_info();
  ASSERT_TRUE(outcome.ok()) << outcome;
  const auto info = nlohmann::json::parse(outcome.text);
  EXPECT_EQ(info["product"], is_mariadb() ? "MariaDB" : "MySQL");
  EXPECT_EQ(info["database"], options()["database"]);
  EXPECT_EQ(info["session"], run("SELECT CONNECTION_ID()").cell().value_or(""));
  EXPECT_EQ(info["readOnly"], false);
  EXPECT_EQ(info["galera"], false);
  EXPECT_GE(std::stoi(info["version"].get<std::string>()), 8);
}

}  // namespace
}  // namespace garboard::mysql_test
