// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include <garboard/driver.hpp>

#include "errors.hpp"
#include "fingerprint.hpp"
#include "options.hpp"
#include "placeholders.hpp"

namespace garboard::mysql {
namespace {

using Strings = std::vector<std::string>;

std::string bound(std::string_view sql, const Strings& values, bool has_backslashes = true) {
  std::vector<gbd_str> params;
  for (const std::string& value : values) params.push_back(sdk::cell(value));
  return bind_params(sql, params, has_backslashes).sql;
}

TEST(MysqlPlaceholders, AreReplacedInCodeOnly) {
  EXPECT_EQ(bound("select '?', `?`, \"?\" /* ? */ -- ?\n # ?\n , ?", {"a"}),
            "select '?', `?`, \"?\" /* ? */ -- ?\n # ?\n , _utf8mb4'a'");
  EXPECT_EQ(bound("select 5--?\n, 'it''s ?', 'a\\'?', ?", {"1", "b"}),
            "select 5--_utf8mb4'1'\n, 'it''s ?', 'a\\'?', _utf8mb4'b'");
  EXPECT_EQ(bound("select /*!50000 ? */", {"x"}), "select /*!50000 _utf8mb4'x' */");
}

TEST(MysqlPlaceholders, KnowThatABackslashIsPlainWithoutEscapes) {
  EXPECT_EQ(bound("select 'a\\', ?", {"1"}, false), "select 'a\\', _utf8mb4'1'");
}

TEST(MysqlPlaceholders, WriteNothingThatASettingCouldReadOtherwise) {
  EXPECT_EQ(bound("?", {"it's"}), "_utf8mb4 X'69742773'");
  EXPECT_EQ(bound("?", {"a\\"}), "_utf8mb4 X'615c'");
  EXPECT_EQ(bound("?", {""}), "_utf8mb4''");
  EXPECT_EQ(bound("?", {"\xc3\xa9"}), "_utf8mb4 X'c3a9'");
  const gbd_str null{nullptr, 0};
  EXPECT_EQ(bind_params("?", {&null, 1}, true).sql, "NULL");
}

TEST(MysqlPlaceholders, RefuseAnotherNumberOfParameters) {
  EXPECT_THROW(bound("select ?", {"a", "b"}), sdk::Failure);
  EXPECT_THROW(bound("select ?, ?", {"a"}), sdk::Failure);
}

TEST(MysqlPlaceholders, RefuseTextWhoseEndDependsOnAnsiQuotes) {
  EXPECT_THROW(bound("select \"a\\\", ?", {"b"}), sdk::Failure);
}

TEST(MysqlPlaceholders, MapPositionsBackToTheGivenText) {
  const std::vector<gbd_str> params{sdk::cell("long value"), sdk::cell("b")};
  const BoundStatement statement = bind_params("a ? b ? c", params, true);
  const auto position_of = [&](char c, std::size_t from) {
    return statement.original_position(static_cast<std::int64_t>(statement.sql.find(c, from)));
  };
  EXPECT_EQ(position_of('a', 0), 0);
  EXPECT_EQ(position_of('_', 0), 2);
  EXPECT_EQ(position_of('l', 0), 2);
  EXPECT_EQ(position_of('c', 0), 8);
  EXPECT_EQ(statement.original_position(-1), -1);
}

TEST(MysqlInspections, NameWhatADdlChanges) {
  const auto is = [](std::string_view sql, const Strings& expected) {
    EXPECT_EQ(inspections_of(sql), expected) << sql;
  };
  is("create table t (a int)", {"SHOW CREATE TABLE t"});
  is("/* c */ CREATE TABLE IF NOT EXISTS `d b` . `t``1` (a int)",
     {"SHOW CREATE TABLE `d b`.`t``1`"});
  is("alter online ignore table t add c int", {"SHOW CREATE TABLE t"});
  is("alter table if exists t add c int, rename to `u`",
     {"SHOW CREATE TABLE t", "SHOW CREATE TABLE `u`"});
  is("alter table t rename as d.u", {"SHOW CREATE TABLE t", "SHOW CREATE TABLE d.u"});
  is("alter table t rename column a to b, rename index i to j, rename key k to l",
     {"SHOW CREATE TABLE t"});
  is("drop table if exists t cascade", {"SHOW CREATE TABLE t"});
  is("rename table a to d.b", {"SHOW CREATE TABLE a", "SHOW CREATE TABLE d.b"});
  is("create unique index i on t (a)", {"SHOW CREATE TABLE t"});
  is("create index if not exists `on` using btree on d.t (a)", {"SHOW CREATE TABLE d.t"});
  is("drop index i on t", {"SHOW CREATE TABLE t"});
  is("create algorithm=merge definer=`view`@`%` sql security invoker view v as select 1",
     {"SHOW CREATE VIEW v"});
  is("create definer = current_user() trigger tr before insert on t for each row set @a = 1",
     {"SHOW CREATE TRIGGER tr"});
  is("drop procedure if exists d.p", {"SHOW CREATE PROCEDURE d.p"});
  is("create function f() returns int return 1", {"SHOW CREATE FUNCTION f"});
  is("alter event e rename to e2 do select 1", {"SHOW CREATE EVENT e", "SHOW CREATE EVENT e2"});
  is("create sequence s", {"SHOW CREATE SEQUENCE s"});
  is("/*!50001 create view v as select 1 */", {"SHOW CREATE VIEW v"});
}

TEST(MysqlInspections, AreNoneWhereTheStateCannotTell) {
  for (const std::string_view sql :
       {"insert into t values (1)", "truncate table t", "drop table a, b", "drop view a, b",
        "rename table a to b, c to d", "create or replace view v as select 1",
        "create temporary table t (a int)", "drop temporary table t", "drop database d",
        "grant all on *.* to u", "create user u", "create server s foreign data wrapper mysql",
        "alter table t exchange partition p with table u", "alter table t discard tablespace",
        "create function f returns string soname 'f.so'", "set statement x=1 for drop table t", "",
        "drop table", "create table"})
    EXPECT_EQ(inspections_of(sql), Strings{}) << sql;
}

std::string digest_of(std::string_view definition) {
  Digest digest;
  digest.add(definition);
  return digest.hex();
}

TEST(MysqlDigest, LeavesTheCounterOutAndNothingElse) {
  const std::string table = "CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB";
  EXPECT_EQ(digest_of(table + " AUTO_INCREMENT=7 COMMENT='x'"), digest_of(table + " COMMENT='x'"));
  EXPECT_NE(digest_of(table + " COMMENT='x'"), digest_of(table + " COMMENT='y'"));
  EXPECT_NE(digest_of(table + " AUTO_INCREMENT=7 COMMENT='x'"), digest_of(table));
}

TEST(MysqlErrorPosition, IsWhereTheQuotationStarts) {
  const auto message = [](const std::string& near, int line) {
    return "You have an error in your SQL syntax; right syntax to use near '" + near +
           "' at line " + std::to_string(line);
  };
  EXPECT_EQ(error_position(message("selec 1", 1), "/* \xc3\xa9 */ selec 1"), 9);
  EXPECT_EQ(error_position(message("", 1), "select"), 6);
  const std::string tail(100, 'x');
  EXPECT_EQ(error_position(message("foo " + tail.substr(0, 76), 2), "foo\n foo " + tail), 5);
  EXPECT_EQ(error_position(message("foo", 1), "foo foo bar"), -1) << "ambiguous";
  EXPECT_EQ(error_position(message("gone", 1), "select 1"), -1);
  EXPECT_EQ(error_position("no such text", "select 1"), -1);
}

TEST(MysqlActivity, TellsWhatALostConnectionLeavesOpen) {
  EXPECT_EQ(activity_of("(select 1)", false), Activity::read);
  EXPECT_EQ(activity_of("-- c\ninsert into t values (1)", true), Activity::undoable);
  EXPECT_EQ(activity_of("insert into t values (1)", false), Activity::lasting);
  EXPECT_EQ(activity_of("alter table t add c int", true), Activity::lasting);
  EXPECT_EQ(activity_of("call p()", true), Activity::lasting);
  EXPECT_EQ(activity_of("set session sort_buffer_size = 1", false), Activity::read);
  for (const bool is_in_transaction : {false, true})
    EXPECT_EQ(activity_of("set /* c */ statement max_statement_time=9 for alter table t add c int",
                          is_in_transaction),
              Activity::lasting);
}

std::string refusal_of(std::string_view json) {
  try {
    static_cast<void>(parse_options(json));
  } catch (const sdk::Failure& failure) {
    EXPECT_EQ(failure.status, GBD_E_INVALID);
    return failure.message;
  }
  return {};
}

TEST(MysqlOptions, RefuseWhatTheyDoNotKnowByName) {
  EXPECT_NE(refusal_of(R"({"params":{"colour":"red"}})").find("\"colour\""), std::string::npos);
  EXPECT_NE(refusal_of(R"({"colour":1})").find("\"colour\""), std::string::npos);
  EXPECT_NE(refusal_of(R"({"params":{"charset":"latin1"}})"), "");
  EXPECT_NE(refusal_of(R"({"port":"3306"})"), "");
  EXPECT_NE(refusal_of(R"({"port":70000})"), "");
  EXPECT_NE(refusal_of(R"({"user":"a\u0000b"})"), "");
  EXPECT_NE(refusal_of(R"({"params":{"ssl-mode":"maybe"}})"), "");
  EXPECT_NE(refusal_of("[]"), "");
  EXPECT_NE(refusal_of("{"), "");
}

TEST(MysqlOptions, TakeASocketWhereTheClientsDo) {
  EXPECT_TRUE(parse_options("{}").is_socket());
  EXPECT_TRUE(parse_options(R"({"host":"localhost"})").is_socket());
  EXPECT_EQ(parse_options(R"({"host":"localhost","params":{"socket":"/s"}})").socket, "/s");
  EXPECT_EQ(parse_options(R"({"host":"localhost","port":3306})").host, "localhost");
  EXPECT_EQ(parse_options(R"({"port":3306})").host, "127.0.0.1");
  EXPECT_NE(refusal_of(R"({"host":"db","params":{"socket":"/s"}})"), "");
}

TEST(MysqlOptions, VerifyTheServerBeyondThisMachineUnlessTold) {
  const auto mode = [](std::string_view json) { return parse_options(json).tls; };
  for (const char* far : {"db", "10.0.0.7", "127.example.org", "localhost.example.org", "fe80::1"})
    EXPECT_EQ(mode(R"({"host":")" + std::string(far) + R"("})"), TlsMode::verify_full) << far;
  for (const char* here : {"127.0.0.1", "127.255.0.9", "::1"})
    EXPECT_EQ(mode(R"({"host":")" + std::string(here) + R"("})"), TlsMode::disabled) << here;
  EXPECT_EQ(mode(R"({"host":"LocalHost","port":3306})"), TlsMode::disabled);
  EXPECT_EQ(mode(R"({"host":"db","params":{"sslmode":"disable"}})"), TlsMode::disabled);
  EXPECT_EQ(mode(R"({"host":"db","params":{"ssl-ca":"/ca"}})"), TlsMode::verify_full);
  EXPECT_EQ(mode(R"({"host":"127.0.0.1","params":{"ssl-ca":"/ca"}})"), TlsMode::verify_ca);
  EXPECT_EQ(mode(R"({"host":"db","params":{"ssl-mode":"VERIFY_IDENTITY"}})"), TlsMode::verify_full);
  EXPECT_NE(refusal_of(R"({"host":"db","params":{"ssl-mode":"verify-ca"}})"), "");
  EXPECT_NE(refusal_of(R"({"host":"db","params":{"ssl-key":"/k"}})"), "");
}

TEST(MysqlOptions, AllowAClearPasswordOnlyWhereNobodyListens) {
  EXPECT_EQ(refusal_of(R"({"host":"db","params":{"allowCleartextPassword":"true"}})"), "");
  EXPECT_NE(refusal_of(R"({"host":"::1","params":{"allowCleartextPassword":"true"}})"), "");
  EXPECT_NE(
      refusal_of(
          R"({"host":"db","params":{"allowCleartextPassword":"true","ssl-mode":"required"}})"),
      "");
  EXPECT_EQ(
      refusal_of(
          R"({"host":"db","params":{"allowCleartextPassword":"true","ssl-mode":"verify-full"}})"),
      "");
  EXPECT_EQ(refusal_of(R"({"params":{"allowCleartextPassword":"true"}})"), "");
}

}  // namespace
}  // namespace garboard::mysql
