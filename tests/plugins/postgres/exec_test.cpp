// SPDX-License-Identifier: Apache-2.0
#include "driver_harness.hpp"

namespace garboard::postgres_tests {

class Exec : public ServerTest {};

TEST_F(Exec, GivesEveryTypeAsText) {
  Rows rows;
  const Reply reply = db().exec(
      "SELECT 42 AS i, 1.50::numeric AS n, true AS b, 'text' AS t, '\\x00ff'::bytea AS y,"
      " '{1,2}'::int[] AS a, '{\"k\": 1}'::jsonb AS j",
      {}, &rows);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(rows.columns, (std::vector<std::string>{"i", "n", "b", "t", "y", "a", "j"}));
  EXPECT_EQ(rows.rows,
            (std::vector<Row>{{"42", "1.50", "t", "text", "\\x00ff", "{1,2}", "{\"k\": 1}"}}));
  EXPECT_EQ(rows.affected, -1);
}

TEST_F(Exec, TellsNullFromTheEmptyTextBothWays) {
  Rows rows;
  const Reply reply =
      db().exec("SELECT $1::text, $2::text, $1 IS NULL, $2 IS NULL", {std::nullopt, ""}, &rows);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(rows.rows.at(0), (Row{std::nullopt, "", "t", "f"}));
}

TEST_F(Exec, KeepsUtf8AndLargeCellsWhole) {
  const std::string large(1 << 20, 'x');
  const std::string word = "naïve 日本語 🚢";
  Rows rows;
  const Reply reply = db().exec("SELECT $1::text, $2::text, length($2)", {large, word}, &rows);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(rows.rows.at(0).at(0), large);
  EXPECT_EQ(rows.rows.at(0).at(1), word);
  EXPECT_EQ(rows.rows.at(0).at(2), "11");
}

TEST_F(Exec, NamesTheColumnsOfAnEmptyResult) {
  Rows rows;
  ASSERT_TRUE(db().exec("SELECT 1 AS one WHERE false", {}, &rows).is_ok());
  EXPECT_EQ(rows.columns, std::vector<std::string>{"one"});
  EXPECT_TRUE(rows.rows.empty());
}

TEST_F(Exec, CountsAffectedRows) {
  ASSERT_TRUE(db().exec("CREATE TEMP TABLE counted (n int)").is_ok());
  Rows rows;
  ASSERT_TRUE(db().exec("INSERT INTO counted SELECT generate_series(1, 7)", {}, &rows).is_ok());
  EXPECT_EQ(rows.affected, 7);
  ASSERT_TRUE(db().exec("DELETE FROM counted WHERE n > 5 RETURNING n", {}, &rows).is_ok());
  EXPECT_EQ(rows.affected, 2);
  ASSERT_TRUE(db().exec("CREATE INDEX ON counted (n)", {}, &rows).is_ok());
  EXPECT_EQ(rows.affected, -1);
}

TEST_F(Exec, LeavesTheConnectionUsableWhenTheCallerStopsEarly) {
  Rows rows;
  rows.stop_after = 3;
  // Ten billion rows: reading them all would never end.
  const Reply reply = db().exec("SELECT generate_series(1, 10000000000)", {}, &rows);
  EXPECT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(rows.rows.size(), 3U);
  EXPECT_EQ(db().cell("SELECT 'still here'"), "still here");
}

TEST_F(Exec, DoesNotUndoAWriteWhoseRowsTheCallerDidNotWant) {
  ASSERT_TRUE(db().exec("CREATE TEMP TABLE kept (n int)").is_ok());
  Rows rows;
  rows.stop_after = 1;
  const Reply reply = db().exec(
      "INSERT INTO kept SELECT generate_series(1, 50000) RETURNING repeat('x', 1000)", {}, &rows);
  EXPECT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(db().cell("SELECT count(*) FROM kept"), "50000");
}

TEST_F(Exec, KeepsTheTransactionWhenTheCallerStopsEarly) {
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  Rows rows;
  rows.stop_after = 1;
  EXPECT_TRUE(
      db().exec("SELECT repeat('x', 1000) FROM generate_series(1, 50000)", {}, &rows).is_ok());
  EXPECT_EQ(db().cell("SELECT 1"), "1");
  EXPECT_TRUE(db().tx(GBD_TX_COMMIT).is_ok());
}

TEST_F(Exec, RefusesTwoStatements) {
  use_schema("exec_two");
  const Reply reply = db().exec("CREATE TABLE a (n int); CREATE TABLE b (n int)");
  EXPECT_EQ(reply.status, GBD_E_SQL);
  EXPECT_EQ(reply.sqlstate, "42601");
  EXPECT_EQ(db().cell("SELECT count(*) FROM pg_tables WHERE schemaname = 'exec_two'"), "0");
}

TEST_F(Exec, RefusesNulBytes) {
  EXPECT_EQ(db().exec(std::string("SELECT 1\0, 2", 11)).status, GBD_E_INVALID);
  EXPECT_EQ(db().exec("SELECT $1::text", {std::string("a\0b", 3)}).status, GBD_E_INVALID);
}

TEST_F(Exec, PointsAtTheByteBehindMultibyteText) {
  const std::string sql = "SELECT '日本語🚢', nowhere FROM pg_class";
  const Reply reply = db().exec(sql);
  EXPECT_EQ(reply.status, GBD_E_SQL);
  EXPECT_EQ(reply.sqlstate, "42703");
  EXPECT_EQ(reply.position, static_cast<std::int64_t>(sql.find("nowhere")));
}

TEST_F(Exec, PointsAtTheEndOfAnUnfinishedStatement) {
  const std::string sql = "SELECT 'é' FROM";
  EXPECT_EQ(db().exec(sql).position, static_cast<std::int64_t>(sql.size()));
}

TEST_F(Exec, NamesTheConstraintAndGivesTheDetail) {
  ASSERT_TRUE(db().exec("CREATE TEMP TABLE uniq (n int CONSTRAINT only_once UNIQUE)").is_ok());
  ASSERT_TRUE(db().exec("INSERT INTO uniq VALUES (1)").is_ok());
  const Reply reply = db().exec("INSERT INTO uniq VALUES (1)");
  EXPECT_EQ(reply.sqlstate, "23505");
  EXPECT_EQ(reply.detail, "Key (n)=(1) already exists.");
  const auto context = nlohmann::json::parse(reply.context_json);
  EXPECT_EQ(context.at("constraint"), "only_once");
  EXPECT_EQ(context.at("table"), "uniq");
}

TEST_F(Exec, ClassesMissingRightsAndReadOnlyServers) {
  ASSERT_TRUE(db().exec("SET default_transaction_read_only = on").is_ok());
  const Reply read_only = db().exec("CREATE TABLE never (n int)");
  EXPECT_EQ(nlohmann::json::parse(read_only.context_json).at("class"), "readOnly") << read_only;
  ASSERT_TRUE(db().exec("SET default_transaction_read_only = off").is_ok());
  ASSERT_TRUE(db().exec("SET ROLE pg_monitor").is_ok());
  const Reply denied = db().exec("CREATE DATABASE never");
  EXPECT_EQ(nlohmann::json::parse(denied.context_json).at("class"), "permission") << denied;
}

TEST_F(Exec, SendsNoticesToTheLogOnly) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const Reply reply = db().exec("DO $$ BEGIN RAISE NOTICE 'ahoy'; END $$");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(Plugin::get().logs, std::vector<std::string>{"0 NOTICE: ahoy"});
}

TEST_F(Exec, EndsACopyThatHasNoRows) {
  ASSERT_TRUE(db().exec("CREATE TEMP TABLE copied (n int)").is_ok());
  EXPECT_EQ(db().exec("COPY copied FROM STDIN").status, GBD_E_INVALID);
  EXPECT_EQ(db().exec("COPY pg_class TO STDOUT").status, GBD_E_UNSUPPORTED);
  EXPECT_EQ(db().cell("SELECT 1"), "1");
}

TEST_F(Exec, AcceptsAnEmptyStatement) { EXPECT_TRUE(db().exec("-- nothing").is_ok()); }

class Transaction : public ServerTest {};

TEST_F(Transaction, CommitsAndRollsBack) {
  use_schema("tx_both");
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(db().exec("CREATE TABLE kept (n int)").is_ok());
  ASSERT_TRUE(db().tx(GBD_TX_COMMIT).is_ok());
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(db().exec("CREATE TABLE undone (n int)").is_ok());
  ASSERT_TRUE(db().tx(GBD_TX_ROLLBACK).is_ok());
  EXPECT_EQ(db().cell("SELECT string_agg(tablename, ',') FROM pg_tables"
                      " WHERE schemaname = 'tx_both'"),
            "kept");
}

TEST_F(Transaction, SaysThatOnlyRollbackIsAllowedAfterAnError) {
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  EXPECT_TRUE(db().exec("SELECT 1/0").has(GBD_EF_TX_ABORTED));
  EXPECT_TRUE(db().exec("SELECT 1").has(GBD_EF_TX_ABORTED));
  EXPECT_TRUE(db().tx(GBD_TX_ROLLBACK).is_ok());
  EXPECT_EQ(db().cell("SELECT 1"), "1");
}

TEST_F(Transaction, DoesNotCallARolledBackCommitASuccess) {
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_FALSE(db().exec("SELECT 1/0").is_ok());
  EXPECT_EQ(db().tx(GBD_TX_COMMIT).status, GBD_E_SQL);
}

TEST_F(Transaction, TellsAllOfARefusedCommit) {
  ASSERT_TRUE(db().exec("CREATE TEMP TABLE late (n int CONSTRAINT checked_late UNIQUE "
                        "DEFERRABLE INITIALLY DEFERRED)")
                  .is_ok());
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(db().exec("INSERT INTO late VALUES (1), (1)").is_ok());
  const Reply reply = db().tx(GBD_TX_COMMIT);
  EXPECT_EQ(reply.status, GBD_E_SQL);
  EXPECT_EQ(reply.sqlstate, "23505");
  EXPECT_EQ(reply.detail, "Key (n)=(1) already exists.");
  EXPECT_EQ(nlohmann::json::parse(reply.context_json).at("constraint"), "checked_late");
  EXPECT_FALSE(reply.has(GBD_EF_CONN_LOST | GBD_EF_OUTCOME_UNKNOWN | GBD_EF_TX_ABORTED)) << reply;
  EXPECT_EQ(db().cell("SELECT count(*) FROM late"), "0");
}

TEST_F(Transaction, TellsThatACommitLostASerializationConflict) {
  use_schema("tx_serial");
  ASSERT_TRUE(db().exec("CREATE TABLE tx_serial.marks (n int)").is_ok());
  Connection other(options_);
  for (Connection* each : {&db(), &other}) {
    ASSERT_TRUE(each->tx(GBD_TX_BEGIN).is_ok());
    ASSERT_TRUE(each->exec("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE").is_ok());
    ASSERT_EQ(each->cell("SELECT count(*) FROM tx_serial.marks"), "0");
  }
  for (Connection* each : {&db(), &other})
    ASSERT_TRUE(each->exec("INSERT INTO tx_serial.marks VALUES (1)").is_ok());
  ASSERT_TRUE(other.tx(GBD_TX_COMMIT).is_ok());
  const Reply reply = db().tx(GBD_TX_COMMIT);
  EXPECT_EQ(reply.sqlstate, "40001") << reply;
  EXPECT_TRUE(reply.has(GBD_EF_RETRYABLE)) << reply;
}

TEST_F(Transaction, IsRolledBackByClose) {
  use_schema("tx_close");
  auto other = std::make_unique<Connection>(options_);
  ASSERT_TRUE(other->tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(other->exec("CREATE TABLE tx_close.undone (n int)").is_ok());
  other.reset();
  // Creating it waits for the other transaction's end, and works only when that was a rollback.
  EXPECT_TRUE(db().exec("CREATE TABLE tx_close.undone (n int)").is_ok());
}

}  // namespace garboard::postgres_tests
