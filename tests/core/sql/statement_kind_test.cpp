// SPDX-License-Identifier: Apache-2.0
#include "sql/statement_kind.hpp"

#include <gtest/gtest.h>

#include "sql/client_command.hpp"
#include "support/dialects.hpp"

namespace garboard::testing {
namespace {

using sql::StatementKind;

StatementKind postgres_kind(std::string_view statement) {
  model::Dialect dialect;
  dialect.lexical = postgres_traits();
  dialect.non_transactional = {"CREATE * INDEX CONCURRENTLY", "VACUUM", "REINDEX * CONCURRENTLY",
                               "REINDEX ( * ) DATABASE",
                               "ALTER TABLE * DETACH PARTITION * CONCURRENTLY"};
  return sql::classify(statement, dialect);
}

StatementKind mysql_kind(std::string_view statement) {
  model::Dialect dialect;
  dialect.lexical = mysql_traits();
  return sql::classify(statement, dialect);
}

TEST(StatementKind, StarMatchesAnyWordsOrNone) {
  for (const char* statement :
       {"create index concurrently i on t (a)", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS x",
        "/* a */ create -- b\n index /* c */ concurrently x on y (z)", "vacuum",
        "vacuum (full, analyze) t", "reindex (verbose) table concurrently t",
        "reindex (concurrently) index i", "reindex (verbose) database d",
        "alter table only \"a\".b detach partition c concurrently"})
    EXPECT_EQ(postgres_kind(statement), StatementKind::non_transactional) << statement;
}

TEST(StatementKind, OtherStatementsDoNotMatch) {
  for (const char* statement :
       {"create index i on t (a)", "create table vacuum (a int)", "reindex table t",
        "create unique \"index\" concurrently", "alter table a detach partition b",
        "comment on index i is 'create index concurrently'", "create", ""})
    EXPECT_EQ(postgres_kind(statement), StatementKind::plain) << statement;
}

TEST(StatementKind, TransactionControlIsKnown) {
  EXPECT_EQ(postgres_kind("BEGIN ISOLATION LEVEL SERIALIZABLE"), StatementKind::begin);
  EXPECT_EQ(postgres_kind("start transaction"), StatementKind::begin);
  EXPECT_EQ(postgres_kind("END"), StatementKind::commit);
  EXPECT_EQ(postgres_kind("commit and chain"), StatementKind::commit);
  EXPECT_EQ(postgres_kind("prepare transaction 'x'"), StatementKind::commit);
  EXPECT_EQ(postgres_kind("commit prepared 'x'"), StatementKind::plain);
  EXPECT_EQ(postgres_kind("abort"), StatementKind::rollback);
  EXPECT_EQ(postgres_kind("rollback work"), StatementKind::rollback);
  EXPECT_EQ(postgres_kind("rollback work to savepoint a"), StatementKind::data);
  EXPECT_EQ(postgres_kind("savepoint a"), StatementKind::data);
  EXPECT_EQ(mysql_kind("/*!40000 begin work */"), StatementKind::begin);
  EXPECT_EQ(mysql_kind("begin not atomic select 1; end"), StatementKind::plain);
  EXPECT_EQ(mysql_kind("start replica"), StatementKind::plain);
  EXPECT_EQ(mysql_kind("xa start 'x'"), StatementKind::begin);
}

TEST(StatementKind, WorkIsTellable) {
  EXPECT_EQ(mysql_kind("insert into t values (1)"), StatementKind::data);
  EXPECT_EQ(mysql_kind("create table t (a int)"), StatementKind::plain);
  EXPECT_EQ(mysql_kind("/*!40101 SET NAMES utf8 */"), StatementKind::session);
  EXPECT_EQ(mysql_kind("set password for a = 'b'"), StatementKind::plain);
  EXPECT_EQ(mysql_kind("execute s"), StatementKind::plain);
  EXPECT_EQ(mysql_kind("call p()"), StatementKind::routine_call);
  EXPECT_EQ(mysql_kind("do sleep(1)"), StatementKind::data);
  EXPECT_EQ(postgres_kind("do $$ begin commit; end $$"), StatementKind::routine_call);
  EXPECT_EQ(postgres_kind("copy t from stdin"), StatementKind::copy_in);
  EXPECT_EQ(postgres_kind("copy t to stdout"), StatementKind::plain);
}

TEST(StatementKind, TurningAutocommitOnIsACommit) {
  model::Dialect dialect;
  dialect.lexical = mysql_traits();
  for (const char* statement :
       {"set autocommit=1", "SET SESSION AUTOCOMMIT = ON", "set local autocommit := true",
        "set @@autocommit=1", "set @@session.autocommit = 1",
        "/*!40101 set @@local.autocommit=on */", "set autocommit = default",
        "SET AUTOCOMMIT=@OLD_AUTOCOMMIT"}) {
    EXPECT_EQ(sql::classify(statement, dialect), StatementKind::commit) << statement;
    EXPECT_FALSE(sql::sets_session(statement, dialect)) << statement;
  }
  for (const char* statement :
       {"set autocommit=0", "set session autocommit = off", "set @@autocommit := false",
        "SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0", "set global autocommit = 1",
        "set @@global.autocommit=1", "set @autocommit=1", "set @x = 'autocommit=1'"})
    EXPECT_EQ(sql::classify(statement, dialect), StatementKind::session) << statement;
  for (const char* statement :
       {"set autocommit=1, unique_checks=1", "set unique_checks=1, session autocommit=1"}) {
    EXPECT_EQ(sql::classify(statement, dialect), StatementKind::plain) << statement;
    EXPECT_FALSE(sql::sets_session(statement, dialect)) << statement;
  }
  EXPECT_EQ(postgres_kind("set autocommit = 1"), StatementKind::session);
}

TEST(StatementKind, WhatIsSetForOneStatementIsNoSettingOfTheSession) {
  model::Dialect dialect;
  dialect.lexical = mysql_traits();
  const char* const statement = "SET STATEMENT max_statement_time=0 FOR UPDATE t SET n=n+1";
  EXPECT_EQ(sql::classify(statement, dialect), StatementKind::plain);
  EXPECT_FALSE(sql::sets_session(statement, dialect));
}

TEST(StatementKind, ASettingThatRunsAloneIsStillASetting) {
  model::Dialect dialect;
  dialect.lexical = sqlite_traits();
  dialect.non_transactional = {"PRAGMA foreign_keys", "VACUUM"};
  EXPECT_EQ(sql::classify("PRAGMA foreign_keys = off", dialect), StatementKind::non_transactional);
  EXPECT_TRUE(sql::sets_session("PRAGMA foreign_keys = off", dialect));
  EXPECT_FALSE(sql::sets_session("VACUUM", dialect));
}

TEST(ClientCommand, OnlyWhatChangesNothingIsIgnorable) {
  for (const char* command :
       {"\\restrict aB", "\\unrestrict aB", "\\echo x", "\\set ON_ERROR_STOP 1", "\\timing on",
        "\\.", "DELIMITER //", "/*M!999999\\- enable the sandbox mode */"})
    EXPECT_TRUE(sql::is_ignorable_client_command(command)) << command;
  for (const char* command : {"\\c db", "\\i x.sql", "\\if :a", "\\set a 1", "\\g", "\\gexec",
                              "\\g | sh", "\\! rm", "\\copy t from stdin", "\\q"})
    EXPECT_FALSE(sql::is_ignorable_client_command(command)) << command;
}

}  // namespace
}  // namespace garboard::testing
