// SPDX-License-Identifier: Apache-2.0
// What the driver describes must be true of the server: its templates run, its lock locks.
#include "driver_harness.hpp"

namespace garboard::postgres_tests {

namespace {

nlohmann::json description() {
  Reply reply;
  std::string text;
  const gbd_sink sink{&text, [](void* ctx, const char* p, std::size_t n) noexcept {
                        static_cast<std::string*>(ctx)->append(p, n);
                      }};
  EXPECT_EQ(Plugin::get().table().describe(&sink, reinterpret_cast<gbd_error*>(&reply)), GBD_OK);
  return nlohmann::json::parse(text);
}

std::string filled(std::string text, const std::string& schema) {
  const std::pair<std::string, std::string> values[] = {
      {"{schema}", '"' + schema + '"'},
      {"{table}", '"' + schema + "\".\"garboard_migrations\""},
      {"{journal}", '"' + schema + "\".\"garboard_journal\""},
      {"{log}", '"' + schema + "\".\"garboard_log\""},
      {"{ms}", "1500"}};
  for (const auto& [name, value] : values)
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name))
      text.replace(at, name.size(), value);
  return text;
}

}  // namespace

class Describe : public ServerTest {
 protected:
  const nlohmann::json facts_ = description();

  void create_ledger(Connection& connection, const std::string& schema) {
    for (const auto& statement : facts_.at("ledger").at("create")) {
      const Reply reply = connection.exec(filled(statement.get<std::string>(), schema));
      EXPECT_TRUE(reply.is_ok()) << reply;
    }
  }
};

TEST(Description, HasTheLexicalTraitsOfPostgres) {
  const auto lexical = description().at("lexical");
  for (const char* trait :
       {"nestedComments", "lineCommentEndsAtCr", "dollarQuotes", "escapeStrings", "beginAtomic",
        "copyFromStdin", "metaCommands", "dollarInIdentifiers"})
    EXPECT_TRUE(lexical.at(trait)) << trait;
  EXPECT_EQ(lexical.size(), 8U);
}

TEST_F(Describe, MakesTheTrackingTablesAnyNumberOfTimes) {
  const std::string schema = "it's \"odd";
  ASSERT_TRUE(db().exec("DROP SCHEMA IF EXISTS \"it's \"\"odd\" CASCADE").is_ok());
  create_ledger(db(), "it's \"\"odd");
  create_ledger(db(), "it's \"\"odd");
  const std::string columns =
      "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) FROM"
      " information_schema.columns WHERE table_schema = $1 AND table_name = $2";
  EXPECT_EQ(db().cell(columns, {schema, "garboard_migrations"}),
            "app id ordinal name checksum state started_at finished_at run_id applied_by"
            " tool_version down_sql");
  EXPECT_EQ(db().cell(columns, {schema, "garboard_journal"}),
            "app id seq checksum state fingerprint note");
  EXPECT_EQ(db().cell(columns, {schema, "garboard_log"}),
            "seq app id name action logged_at run_id applied_by tool_version duration_ms reason"
            " detail");
  ASSERT_TRUE(db().exec("DROP SCHEMA \"it's \"\"odd\" CASCADE").is_ok());
}

TEST_F(Describe, MakesTheTablesWithoutTheRightToMakeSchemas) {
  use_schema("own_schema");
  db().exec("DROP ROLE IF EXISTS garboard_small");
  ASSERT_TRUE(db().exec("CREATE ROLE garboard_small").is_ok());
  ASSERT_TRUE(db().exec("ALTER SCHEMA own_schema OWNER TO garboard_small").is_ok());
  ASSERT_TRUE(db().exec("SET ROLE garboard_small").is_ok());
  EXPECT_EQ(db().cell("SELECT has_database_privilege(current_database(), 'CREATE')"), "f");
  create_ledger(db(), "own_schema");
  ASSERT_TRUE(db().exec("RESET ROLE").is_ok());
  ASSERT_TRUE(db().exec("DROP SCHEMA own_schema CASCADE").is_ok());
  ASSERT_TRUE(db().exec("DROP ROLE garboard_small").is_ok());
}

TEST_F(Describe, NamesTheSqlstatesOfAMissingTable) {
  const auto missing = facts_.at("ledger").at("missingTable");
  const auto is_listed = [&](const std::string& sqlstate) {
    return std::find(missing.begin(), missing.end(), sqlstate) != missing.end();
  };
  EXPECT_TRUE(is_listed(db().exec("SELECT 1 FROM public.never_made").sqlstate));
  EXPECT_TRUE(is_listed(db().exec("SELECT 1 FROM never_made.never_made").sqlstate));
}

TEST_F(Describe, TellsTheTimeInUtcWhateverTheZoneOfTheSession) {
  ASSERT_TRUE(db().exec("SET TimeZone = 'Asia/Tokyo'").is_ok());
  const std::string now = facts_.at("ledger").at("now");
  EXPECT_EQ(db().cell("SELECT abs(extract(epoch FROM " + now +
                      " - (clock_timestamp() AT TIME ZONE 'UTC'))) < 5"),
            "t");
}

TEST_F(Describe, LocksForTheTransactionOrFailsWithItsSqlstate) {
  const auto lock = facts_.at("lock").at("transaction");
  const std::string sql = lock.at("sql"), probe = lock.at("probe");
  Connection other(options_);
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  const Reply taken = db().exec(sql, {"the key"});
  ASSERT_TRUE(taken.is_ok()) << taken;
  ASSERT_TRUE(other.tx(GBD_TX_BEGIN).is_ok());
  EXPECT_EQ(other.exec(sql, {"the key"}).sqlstate, lock.at("busySqlstate"));
  ASSERT_TRUE(other.tx(GBD_TX_ROLLBACK).is_ok());
  EXPECT_EQ(other.cell(probe, {"the key"}), "f");
  EXPECT_EQ(other.cell(probe, {"another key"}), "t");
  ASSERT_TRUE(db().tx(GBD_TX_COMMIT).is_ok());
  EXPECT_EQ(other.cell(probe, {"the key"}), "t");
}

TEST_F(Describe, LimitsLockWaitsOfTheTransactionOnly) {
  const std::string limit = filled(facts_.at("lockTimeout"), "");
  ASSERT_TRUE(db().exec(limit).is_ok());
  EXPECT_EQ(db().cell("SHOW lock_timeout"), "0");
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(db().exec(limit).is_ok());
  EXPECT_EQ(db().cell("SHOW lock_timeout"), "1500ms");
}

TEST_F(Describe, LimitsStatementsOfTheTransactionOnly) {
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(db().exec(filled(facts_.at("statementTimeout"), "")).is_ok());
  EXPECT_EQ(db().cell("SHOW statement_timeout"), "1500ms");
  ASSERT_TRUE(db().tx(GBD_TX_ROLLBACK).is_ok());
  EXPECT_EQ(db().cell("SHOW statement_timeout"), "0");
}

class Fingerprint : public ServerTest {
 protected:
  std::string of(const std::string& sql) {
    std::string state;
    const Reply reply = db().fingerprint(sql, state);
    return reply.is_ok() ? state.substr(state.rfind(' ') + 1)
                         : "status " + std::to_string(reply.status);
  }
};

TEST_F(Fingerprint, TellsWhetherAnIndexIsThereAndValid) {
  use_schema("prints");
  ASSERT_TRUE(db().exec("CREATE TABLE t AS SELECT 1 AS n FROM generate_series(1, 2)").is_ok());
  const std::string create =
      "/* why */ CREATE UNIQUE INDEX concurrently IF NOT EXISTS \"My idx\" ON ONLY prints.t (n)";
  EXPECT_EQ(of(create), "absent");
  EXPECT_EQ(db().exec("CREATE UNIQUE INDEX CONCURRENTLY \"My idx\" ON t (n)").sqlstate, "23505");
  EXPECT_EQ(of(create), "absent") << "an INVALID index is none";
  EXPECT_EQ(of("DROP INDEX CONCURRENTLY IF EXISTS prints.\"My idx\""), "present");
  EXPECT_EQ(of("REINDEX INDEX CONCURRENTLY prints.\"My idx\""), "invalid");
  ASSERT_TRUE(db().exec("TRUNCATE t").is_ok());
  ASSERT_TRUE(db().exec("REINDEX INDEX CONCURRENTLY \"My idx\"").is_ok());
  EXPECT_EQ(of(create), "valid");
  EXPECT_EQ(of("DROP INDEX CONCURRENTLY prints.\"My idx\""), "present");
  EXPECT_EQ(of("REINDEX (VERBOSE) INDEX CONCURRENTLY prints.\"My idx\""), "valid");
}

TEST_F(Fingerprint, DoesNotGuess) {
  const std::string unsupported = "status " + std::to_string(GBD_E_UNSUPPORTED);
  EXPECT_EQ(of("CREATE INDEX CONCURRENTLY ON t (n)"), unsupported);
  EXPECT_EQ(of("DROP INDEX CONCURRENTLY a, b"), unsupported);
  EXPECT_EQ(of("VACUUM"), unsupported);
  EXPECT_EQ(of(""), unsupported);
}

class InvalidIndex : public ServerTest {
 protected:
  /// Leaves an INVALID index "I x", as a build does that was cut off.
  void leave(const std::string& schema) {
    use_schema(schema);
    ASSERT_TRUE(db().exec("CREATE TABLE t AS SELECT 1 AS n FROM generate_series(1, 2)").is_ok());
    ASSERT_EQ(db().exec("CREATE UNIQUE INDEX CONCURRENTLY \"I x\" ON t (n)").sqlstate, "23505");
    ASSERT_TRUE(db().exec("TRUNCATE t").is_ok());
  }
  std::string validity() {
    return db().cell(
        "SELECT string_agg(indisvalid::text, ' ' ORDER BY indexrelid) FROM pg_index "
        "WHERE indrelid = 't'::regclass");
  }
};

TEST_F(InvalidIndex, IsReplacedWhenItIsToBeBuilt) {
  leave("invalid_replaced");
  ASSERT_EQ(validity(), "false");
  const Reply reply = db().exec("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I x\" ON t (n)");
  EXPECT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(validity(), "true");
}

TEST_F(InvalidIndex, OfAnotherNameOrValidIsLeftAlone) {
  leave("invalid_left");
  ASSERT_TRUE(db().exec("CREATE INDEX CONCURRENTLY other ON t (n)").is_ok());
  EXPECT_EQ(validity(), "false true");
  EXPECT_EQ(db().exec("CREATE INDEX CONCURRENTLY other ON t (n)").sqlstate, "42P07");
}

TEST_F(InvalidIndex, IsLeftToWhoeverIsBuildingIt) {
  leave("invalid_busy");
  Connection builder(options_);
  ASSERT_TRUE(builder.tx(GBD_TX_BEGIN).is_ok());
  ASSERT_TRUE(builder.exec("LOCK TABLE invalid_busy.t IN SHARE UPDATE EXCLUSIVE MODE").is_ok());
  const Reply reply = db().exec("CREATE UNIQUE INDEX CONCURRENTLY \"I x\" ON t (n)");
  EXPECT_EQ(reply.sqlstate, "55006") << reply;
  EXPECT_TRUE(reply.has(GBD_EF_RETRYABLE)) << reply;
  EXPECT_EQ(validity(), "false");
}

}  // namespace garboard::postgres_tests
