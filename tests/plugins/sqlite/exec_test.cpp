// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

class SqliteExec : public OnFile {};

TEST_F(SqliteExec, TellsNullFromEmpty) {
  const Outcome outcome = run("SELECT NULL AS a, '' AS b, x'' AS c");
  ASSERT_TRUE(outcome.ok()) << outcome;
  EXPECT_EQ(outcome.columns, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(outcome.rows, (Rows{{std::nullopt, "", ""}}));
  EXPECT_EQ(outcome.affected, -1);
}

TEST_F(SqliteExec, NamesTheColumnsOfNoRows) {
  EXPECT_EQ(run("SELECT 1 AS one WHERE 0").columns, (std::vector<std::string>{"one"}));
}

TEST_F(SqliteExec, KeepsEveryCharacterOfAParameter) {
  must("CREATE TABLE t (id INTEGER, v TEXT)");
  const std::vector<Cell> values{"",
                                 std::nullopt,
                                 "it's \"q\" \\ % _ \n\t",
                                 "\xf0\x9f\x90\x98 \xc3\xa9",
                                 std::string("a\0b", 3),
                                 std::string(1 << 20, 'x')};
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_TRUE(run("INSERT INTO t VALUES (?, ?)", {std::to_string(i), values[i]}).ok());
  const Outcome outcome = run("SELECT v, typeof(id) FROM t ORDER BY id");
  ASSERT_EQ(outcome.rows.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(outcome.rows[i].front() == values[i]) << "value " << i;
    EXPECT_EQ(outcome.rows[i].back(), "integer");
  }
}

TEST_F(SqliteExec, GivesBlobsAsTheirBytes) {
  EXPECT_EQ(run("SELECT x'00ff27'").cell(), std::string("\x00\xff\x27", 3));
  EXPECT_EQ(run("SELECT 0.1 + 0.2").cell(), "0.3");
}

TEST_F(SqliteExec, CountsChangedRowsOnlyWhereRowsChange) {
  EXPECT_EQ(run("CREATE TABLE t (x)").affected, -1);
  EXPECT_EQ(run("INSERT INTO t VALUES (1), (2), (3)").affected, 3);
  EXPECT_EQ(run("CREATE INDEX i ON t (x)").affected, -1);
  EXPECT_EQ(run("SELECT 1").affected, -1);
  EXPECT_EQ(run("WITH a AS (SELECT 1 AS x) DELETE FROM t WHERE x IN (SELECT x FROM a)").affected,
            1);
  EXPECT_EQ(run("WITH a AS (SELECT 1) SELECT * FROM a").affected, -1);
}

TEST_F(SqliteExec, RefusesASecondStatementAndRunsNeither) {
  must("CREATE TABLE t (x)");
  for (const char* sql :
       {"INSERT INTO t VALUES (1); DELETE FROM t", "INSERT INTO t VALUES (1);x"}) {
    const Outcome outcome = run(sql);
    EXPECT_EQ(outcome.status, GBD_E_INVALID) << sql;
    EXPECT_EQ(outcome.position, 25) << sql;
  }
  EXPECT_EQ(run("SELECT count(*) FROM t").cell(), "0");
  EXPECT_TRUE(run("INSERT INTO t VALUES (1); -- done\n /* really */ ; ").ok());
  EXPECT_TRUE(run("-- nothing\n").ok());
  EXPECT_TRUE(run("").ok());
}

TEST_F(SqliteExec, RefusesANulByteRatherThanStopThere) {
  must("CREATE TABLE t (x)");
  EXPECT_EQ(run(std::string("DELETE FROM t\0WHERE x = 1", 25)).status, GBD_E_INVALID);
}

TEST_F(SqliteExec, StopsWhenTheCallerHasSeenEnough) {
  const char* endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
  EXPECT_EQ(connection_->exec(endless, {}, 3).rows, (Rows{{"1"}, {"2"}, {"3"}}));
  EXPECT_TRUE(run("VACUUM").ok()) << "nothing must be left open";
}

TEST_F(SqliteExec, PointsAtTheByteOfAnError) {
  const Outcome outcome = run("/* \xc3\xa9 */ SELECT 1\nFRM t");
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_EQ(outcome.sqlstate, "42000");
  EXPECT_EQ(outcome.native_code, 1);
  EXPECT_EQ(outcome.position, 22) << outcome;
  EXPECT_EQ(run("SELECT * FROM missing").sqlstate, "42S02");
}

TEST_F(SqliteExec, SaysWhichConstraintFailed) {
  must("CREATE TABLE t (x PRIMARY KEY)");
  must("INSERT INTO t VALUES (1)");
  const Outcome outcome = run("INSERT INTO t VALUES (?)", {"1"});
  EXPECT_TRUE(outcome.ok()) << "text 1 is not number 1";
  const Outcome again = run("INSERT INTO t VALUES (?)", {"1"});
  EXPECT_EQ(again.sqlstate, "23000");
  EXPECT_EQ(again.native_code, 1555);
  EXPECT_EQ(again.message, "UNIQUE constraint failed: t.x");
}

TEST_F(SqliteExec, WantsEveryParameter) {
  EXPECT_EQ(run("SELECT ?, ?", {"1"}).status, GBD_E_INVALID);
  EXPECT_EQ(run("SELECT ?", {}).status, GBD_E_INVALID);
  EXPECT_EQ(run("SELECT 1", {"1"}).status, GBD_E_INVALID);
}

TEST_F(SqliteExec, ForgetsTheParametersOfTheLastCall) {
  must("CREATE TABLE t (x, y)");
  for (int i = 0; i < 20; ++i) {
    const std::string sql = "INSERT INTO t VALUES (?, " + std::to_string(i % 10) + ")";
    ASSERT_TRUE(run(sql, {std::to_string(i)}).ok());
  }
  must("ALTER TABLE t ADD COLUMN z");
  EXPECT_EQ(run("SELECT count(DISTINCT x) FROM t WHERE x <> ?", {""}).cell(), "20");
  EXPECT_EQ(run("SELECT * FROM t WHERE x = ?", {"3"}).columns.size(), 3U);
  must("ALTER TABLE t ADD COLUMN more");
  EXPECT_EQ(run("SELECT * FROM t WHERE x = ?", {"3"}).columns.size(), 4U);
}

TEST_F(SqliteExec, IsCancelledFromAnotherThread) {
  std::atomic<bool> is_done{false};
  std::thread canceller([&] {
    while (!is_done) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      (void)connection_->cancel();
    }
  });
  const Outcome outcome =
      run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n");
  is_done = true;
  canceller.join();
  EXPECT_EQ(outcome.status, GBD_E_CANCELLED) << outcome;
  EXPECT_TRUE(run("SELECT 1").ok());
}

}  // namespace
}  // namespace garboard::sqlite_test
