// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/describe.hpp"

#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

namespace garboard::plugin_host {
namespace {

using nlohmann::json;

json smallest() {
  return {{"name", "db"}, {"ledger", {{"create", json::array({"CREATE"})}, {"now", "now()"}}}};
}

std::string refusal(const json& document) {
  const auto dialect = parse_describe(document.dump());
  return dialect ? "" : dialect.error().message;
}

TEST(Describe, GivesMissingKeysTheirDefaults) {
  const auto dialect = parse_describe(smallest().dump());
  ASSERT_TRUE(dialect) << dialect.error().message;
  EXPECT_EQ(dialect->name, "db");
  EXPECT_EQ(dialect->display_name, "db");
  EXPECT_EQ(dialect->placeholders, model::PlaceholderStyle::question);
  EXPECT_EQ(dialect->identifier_quote, '"');
  EXPECT_EQ(dialect->default_schema, "");
  EXPECT_FALSE(dialect->has_transactional_ddl);
  EXPECT_FALSE(dialect->has_implicit_commit);
  EXPECT_FALSE(dialect->lexical.has_hash_comments);
  EXPECT_EQ(dialect->lock_scope, model::LockScope::session);
  EXPECT_EQ(dialect->create_ledger, std::vector<std::string>{"CREATE"});
  EXPECT_EQ(dialect->now, "now()");
}

TEST(Describe, ReadsEveryKey) {
  json document = smallest();
  document["displayName"] = "The DB";
  document["placeholders"] = "numbered";
  document["identifierQuote"] = "`";
  document["defaultSchema"] = "public";
  document["transactionalDdl"] = true;
  document["implicitCommit"] = true;
  document["nonTransactional"] = {"VACUUM", "CREATE INDEX * CONCURRENTLY"};
  document["lexical"] = {{"dollarQuotes", true}, {"commentEndsAtEnd", true}, {"unknown", true}};
  document["lock"] = {
      {"scope", "begin"},
      {"transaction", {{"sql", "LOCK $1"}, {"busySqlstate", "55P03"}, {"probe", "SELECT 't'"}}}};
  document["ledger"]["missingTable"] = {"42P01"};
  document["ledger"]["check"] = "SELECT {names}";
  document["lockTimeout"] = "SET lock_timeout = {ms}";
  document["lockTimeoutReset"] = "RESET lock_timeout";
  document["statementTimeout"] = "SET statement_timeout = {ms}";
  const auto dialect = parse_describe(document.dump());
  ASSERT_TRUE(dialect) << dialect.error().message;
  EXPECT_EQ(dialect->display_name, "The DB");
  EXPECT_EQ(dialect->placeholders, model::PlaceholderStyle::numbered);
  EXPECT_EQ(dialect->identifier_quote, '`');
  EXPECT_EQ(dialect->default_schema, "public");
  EXPECT_TRUE(dialect->has_transactional_ddl);
  EXPECT_TRUE(dialect->has_implicit_commit);
  EXPECT_EQ(dialect->non_transactional.size(), 2U);
  EXPECT_TRUE(dialect->lexical.has_dollar_quotes);
  EXPECT_TRUE(dialect->lexical.ends_comment_at_end);
  EXPECT_FALSE(dialect->lexical.has_hash_comments);
  EXPECT_EQ(dialect->lock_scope, model::LockScope::begin);
  EXPECT_EQ(dialect->transaction_lock, "LOCK $1");
  EXPECT_EQ(dialect->transaction_lock_busy, "55P03");
  EXPECT_EQ(dialect->transaction_lock_probe, "SELECT 't'");
  EXPECT_EQ(dialect->missing_table_sqlstates, std::vector<std::string>{"42P01"});
  EXPECT_EQ(dialect->check_ledger, "SELECT {names}");
  EXPECT_EQ(dialect->lock_timeout, "SET lock_timeout = {ms}");
  EXPECT_EQ(dialect->lock_timeout_reset, "RESET lock_timeout");
  EXPECT_EQ(dialect->statement_timeout, "SET statement_timeout = {ms}");
}

TEST(Describe, NamesTheRequiredKeyThatIsMissing) {
  json document = smallest();
  document.erase("name");
  EXPECT_EQ(refusal(document), "its description is wrong: \"name\" is missing");
  document = smallest();
  document["ledger"].erase("now");
  EXPECT_EQ(refusal(document), "its description is wrong: \"ledger.now\" is missing");
  document = smallest();
  document["lock"] = {{"transaction", {{"sql", "LOCK"}}}};
  EXPECT_EQ(refusal(document),
            "its description is wrong: \"lock.transaction.busySqlstate\" is missing");
}

TEST(Describe, NamesTheKeyOfTheWrongType) {
  json document = smallest();
  document["lexical"] = {{"hashComments", 1}};
  EXPECT_EQ(refusal(document),
            "its description is wrong: \"lexical.hashComments\" must be true or false");
  document = smallest();
  document["placeholders"] = "named";
  EXPECT_EQ(refusal(document),
            "its description is wrong: \"placeholders\" must be \"numbered\" or \"question\"");
  document = smallest();
  document["ledger"]["create"] = "CREATE";
  EXPECT_EQ(refusal(document),
            "its description is wrong: \"ledger.create\" must be a list of strings");
  document = smallest();
  document["identifierQuote"] = "";
  EXPECT_EQ(refusal(document),
            "its description is wrong: \"identifierQuote\" must be one character");
}

TEST(Describe, RefusesWhatIsNoObject) {
  for (const char* text : {"", "[]", "{", "null"}) EXPECT_FALSE(parse_describe(text)) << text;
}

}  // namespace
}  // namespace garboard::plugin_host
