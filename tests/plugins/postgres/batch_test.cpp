// SPDX-License-Identifier: Apache-2.0
#include "driver_harness.hpp"
#include "proxy.hpp"

namespace garboard::postgres_tests {

class Batch : public ServerTest {
 protected:
  std::size_t done_ = 99;

  /// A connection that goes through `proxy`, without encryption.
  nlohmann::json through(const Proxy& proxy) {
    nlohmann::json out = options_;
    out["host"] = "127.0.0.1";
    out["port"] = proxy.port();
    out["params"]["sslmode"] = "disable";
    return out;
  }
  std::string tables(const std::string& schema) {
    return db().cell(
        "SELECT coalesce(string_agg(tablename, ',' ORDER BY 1), '-') FROM pg_tables"
        " WHERE schemaname = $1",
        {schema});
  }
};

TEST_F(Batch, CommitsAllStatementsWithTheirParameters) {
  use_schema("batch_all");
  const Reply reply = db().batch({{"CREATE TABLE t (a text, b text)"},
                                  {"INSERT INTO t VALUES ($1, $2)", {"one", std::nullopt}},
                                  {"SELECT * FROM t"},
                                  {"UPDATE t SET b = $1", {""}}},
                                 true, done_);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(done_, 4U);
  Connection other(options_);
  EXPECT_EQ(other.cell("SELECT a || '/' || b FROM batch_all.t"), "one/");
}

TEST_F(Batch, TakesOneRoundTripWithOneSync) {
  use_schema("batch_trip");
  Proxy proxy(options_.at("host"), options_.at("port"));
  Connection relayed(through(proxy));
  proxy.reset_counts();
  std::vector<Statement> statements{{"CREATE TABLE batch_trip.t (n int)"}};
  for (int i = 0; i < 50; ++i)
    statements.push_back({"INSERT INTO batch_trip.t VALUES ($1)", {std::to_string(i)}});
  const Reply reply = relayed.batch(statements, true, done_);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(proxy.count('S'), 1);
  EXPECT_EQ(proxy.count('E'), 53);  // with BEGIN and COMMIT
  EXPECT_EQ(proxy.round_trips(), 1);
}

TEST_F(Batch, UndoesEverythingAndNamesTheFailedStatement) {
  use_schema("batch_fail");
  const std::string broken = "INSERT INTO t VALUES ('日', nowhere)";
  const Reply reply = db().batch(
      {{"CREATE TABLE t (a text, b int)"}, {"SELECT 1"}, {broken}, {"SELECT 2"}}, true, done_);
  EXPECT_EQ(reply.status, GBD_E_SQL);
  EXPECT_EQ(done_, 2U);
  EXPECT_EQ(reply.position, static_cast<std::int64_t>(broken.find("nowhere")));
  EXPECT_FALSE(reply.has(GBD_EF_TX_ABORTED));
  EXPECT_EQ(tables("batch_fail"), "-");
  EXPECT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
}

TEST_F(Batch, GivesTheCountWhenTheCommitFails) {
  use_schema("batch_commit");
  const Reply reply =
      db().batch({{"CREATE TABLE p (n int PRIMARY KEY)"},
                  {"CREATE TABLE c (n int REFERENCES p DEFERRABLE INITIALLY DEFERRED)"},
                  {"INSERT INTO c VALUES (1)"}},
                 true, done_);
  EXPECT_EQ(reply.sqlstate, "23503") << reply;
  EXPECT_EQ(done_, 3U);
  EXPECT_FALSE(reply.has(GBD_EF_OUTCOME_UNKNOWN));
  EXPECT_EQ(tables("batch_commit"), "-");
}

TEST_F(Batch, KeepsWhatSucceededOutsideATransaction) {
  use_schema("batch_loose");
  const Reply reply =
      db().batch({{"CREATE TABLE a (n int)"}, {"SELECT 1/0"}, {"SELECT 1"}}, false, done_);
  EXPECT_EQ(reply.sqlstate, "22012");
  EXPECT_EQ(done_, 1U);
  EXPECT_EQ(tables("batch_loose"), "a");
}

TEST_F(Batch, RunsInsideTheOpenTransaction) {
  use_schema("batch_open");
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(
      db().batch({{"CREATE TABLE a (n int)"}, {"CREATE TABLE b (n int)"}}, false, done_).is_ok());
  EXPECT_EQ(done_, 2U);
  const Reply reply = db().batch({{"SELECT 1"}, {"SELECT 1/0"}}, false, done_);
  EXPECT_EQ(done_, 1U);
  EXPECT_TRUE(reply.has(GBD_EF_TX_ABORTED));
  EXPECT_EQ(db().batch({{"SELECT 1"}}, true, done_).status, GBD_E_INVALID);
  ASSERT_TRUE(db().tx(GBD_TX_ROLLBACK).is_ok());
  EXPECT_EQ(tables("batch_open"), "-");
}

TEST_F(Batch, DoesNotStallWhenBothDirectionsAreFull) {
  use_schema("batch_large");
  // 32 MB there and 32 MB back: far more than socket buffers hold.
  const std::string large(1 << 20, 'x');
  std::vector<Statement> statements;
  statements.reserve(20032);
  for (int i = 0; i < 32; ++i) statements.push_back({"SELECT $1::text", {large}});
  for (int i = 0; i < 20000; ++i) statements.push_back({"SELECT 1"});
  const Reply reply = db().batch(statements, true, done_);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(done_, statements.size());
}

TEST_F(Batch, AcceptsNoStatementsAtAll) {
  EXPECT_TRUE(db().batch({}, true, done_).is_ok());
  EXPECT_TRUE(db().batch({}, false, done_).is_ok());
}

TEST_F(Batch, RefusesACopyBeforeAnythingIsSent) {
  use_schema("batch_copy");
  const Reply reply = db().batch({{"CREATE TABLE t (n int)"}, {"COPY t FROM STDIN"}}, true, done_);
  EXPECT_EQ(reply.status, GBD_E_INVALID);
  EXPECT_EQ(done_, 1U);
  EXPECT_EQ(tables("batch_copy"), "-");
}

TEST_F(Batch, KnowsThatACommitThatWasNeverSentDidNotHappen) {
  use_schema("batch_cut1");
  Proxy proxy(options_.at("host"), options_.at("port"));
  Connection relayed(through(proxy));
  proxy.cut_at("second_table", Cut::before_answering);
  // More than the driver queues at once, so that it waits before it comes to the COMMIT.
  std::vector<Statement> statements{{"CREATE TABLE batch_cut1.first_table (n int)"},
                                    {"CREATE TABLE batch_cut1.second_table (n int)"}};
  for (int i = 0; i < 64; ++i)
    statements.push_back({"SELECT $1::text", {std::string(1 << 20, 'x')}});
  const Reply reply = relayed.batch(statements, true, done_);
  EXPECT_TRUE(reply.has(GBD_EF_CONN_LOST)) << reply;
  EXPECT_FALSE(reply.has(GBD_EF_OUTCOME_UNKNOWN)) << reply;
  EXPECT_FALSE(reply.has(GBD_EF_RETRYABLE));
}

TEST_F(Batch, DoesNotKnowTheOutcomeOnceTheCommitIsOnItsWay) {
  use_schema("batch_cut2");
  Proxy proxy(options_.at("host"), options_.at("port"));
  Connection relayed(through(proxy));
  proxy.cut_at("COMMIT", Cut::before_answering);
  const Reply reply = relayed.batch({{"CREATE TABLE batch_cut2.t (n int)"}}, true, done_);
  EXPECT_TRUE(reply.has(GBD_EF_CONN_LOST)) << reply;
  EXPECT_TRUE(reply.has(GBD_EF_OUTCOME_UNKNOWN)) << reply;
  EXPECT_FALSE(relayed.exec("SELECT 1").is_ok());
}

TEST_F(Batch, KnowsThatAServerThatRefusedAStatementDidNotCommit) {
  const Reply reply = db().batch(
      {{"SELECT 1"}, {"SELECT pg_terminate_backend(pg_backend_pid())"}, {"SELECT 2"}}, true, done_);
  EXPECT_TRUE(reply.has(GBD_EF_CONN_LOST)) << reply;
  EXPECT_FALSE(reply.has(GBD_EF_OUTCOME_UNKNOWN)) << reply;
  EXPECT_EQ(done_, 1U);
}

}  // namespace garboard::postgres_tests
