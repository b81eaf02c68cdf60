// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/sql/pieces.hpp"

namespace garboard::testing {
namespace {

/// A stored program and what follows it stay two statements.
void expect_whole(const std::string& program) {
  EXPECT_EQ(mysql(program + "; select 'after';"), (Texts{program, "select 'after'"}));
}

TEST(SplitterMysql, ComplexBodiesAreOneStatement) {
  expect_whole("create procedure p() begin select 1; select 2; end");
  expect_whole("CREATE DEFINER=`a`@`b` PROCEDURE p() COMMENT 'x' SQL SECURITY INVOKER BEGIN END");
  expect_whole("create procedure p() begin if a then b; elseif c then d; else e; end if; end");
  expect_whole("create procedure p() l: begin l2: loop leave l2; end loop l2; end l");
  expect_whole("create procedure p() while a do set a = 0; end while");
  expect_whole("create procedure p() repeat set a = 1; until a > 2 end repeat");
  expect_whole("create procedure p() case a when 1 then b; else begin c; end; end case");
  expect_whole(
      "create procedure p() begin declare exit handler for 1051, not found, sqlstate "
      "value '23000' begin rollback; end; select 1; end");
  expect_whole(
      "create procedure p() begin declare continue handler for sqlexception set a = 1; "
      "select 1; end");
  expect_whole(
      "create function f(a int) returns varchar(5) charset utf8mb4 deterministic begin "
      "return 1; end");
  expect_whole("create trigger t before insert on x for each row follows y begin a; b; end");
  expect_whole("create event e on schedule every 1 day starts now() ends now() do begin a; b; end");
  expect_whole("alter event e do begin a; b; end");
}

TEST(SplitterMysql, DelimitersWithNothingBetweenAreNoStatements) {
  for (const std::string& nothing : {std::string("$$ "), std::string("\\g\n")}) {
    std::string text = "DELIMITER $$\n";
    for (int i = 0; i < 100'000; ++i) text += nothing;
    EXPECT_EQ(mysql(text + "select 1 $$"), (Texts{"select 1"})) << nothing;
  }
}

TEST(SplitterMysql, KeywordsThatAreNamesOpenNoBlock) {
  expect_whole("create table t (begin int, end int, `case` int)");
  expect_whole("create procedure p() select begin, end from t");
  expect_whole("create procedure p() begin select end, begin from t; select t.end; end");
  expect_whole("create procedure p() begin set @end = 1; set new.begin = 2; end");
  expect_whole("create procedure p() begin select case end when 1 then end else end end; end");
  expect_whole("create function f() returns int return if(1, repeat('a', 2), 3)");
  expect_whole("create function f() returns int return case when 1 then 2 else 3 end");
  expect_whole("create procedure begin() begin select 1; end");
  expect_whole("create trigger t before insert on begin for each row set new.end = 1");
  expect_whole("create event e on schedule at if(1, 2, 3) do select 1");
  expect_whole("create function f returns string soname 'f.so'");
  expect_whole("drop procedure if exists p");
  expect_whole("alter table t add column begin int");
}

TEST(SplitterMysql, ExpressionsInConditionsOpenNoStatement) {
  expect_whole(
      "create procedure p() begin if case when a then if(b, 1, 2) else 3 end then c; end "
      "if; d; end");
  expect_whole(
      "create procedure p() begin while (case a when 1 then 2 end) do b; end while; c; end");
  expect_whole(
      "create procedure p() begin repeat a; until case when b then c end end repeat; d; "
      "end");
}

TEST(SplitterMysql, TransactionsAreNoBlocks) {
  EXPECT_EQ(mysql("begin; begin work; xa end 'a'; commit;"),
            (Texts{"begin", "begin work", "xa end 'a'", "commit"}));
}

TEST(SplitterMysql, MariaDbBlocksNeedNoRoutine) {
  expect_whole("begin not atomic declare a int; if a then select 1; end if; end");
  expect_whole("if (select 1) then select 2; end if");
  expect_whole("l: while a do select 1; end while l");
  expect_whole("for i in 1..3 do select i; end for");
}

TEST(SplitterMysql, OracleModeIsFollowed) {
  EXPECT_EQ(
      mysql("set sql_mode=oracle; create procedure p as a int; begin b; end; begin c; end; "
            "create package body q as procedure r as begin d; end; begin e; end; "
            "set sql_mode=default; begin; commit;"),
      (Texts{"set sql_mode=oracle", "create procedure p as a int; begin b; end", "begin c; end",
             "create package body q as procedure r as begin d; end; begin e; end",
             "set sql_mode=default", "begin", "commit"}));
}

TEST(SplitterMysql, PackagesAreOneStatement) {
  expect_whole("create package p as procedure a(); function b() returns int; end");
  expect_whole(
      "create package body p procedure a() begin b; c; end; function d() returns int "
      "return 1; end");
}

TEST(SplitterMysql, RoutinesInOtherLanguagesMayBeDollarQuoted) {
  expect_whole("create function f() returns int language javascript as $js$ return 1; $js$");
  expect_whole("create table a$$b (c int)");
}

TEST(SplitterMysql, SqlModeChangesQuoting) {
  EXPECT_EQ(mysql("select 'a\\'; b'; set sql_mode='NO_BACKSLASH_ESCAPES'; select 'a\\'; select 1;"),
            (Texts{"select 'a\\'; b'", "set sql_mode='NO_BACKSLASH_ESCAPES'", "select 'a\\'",
                   "select 1"}));
  EXPECT_EQ(
      mysql("set session sql_mode=concat(@@sql_mode, ',ansi_quotes'); select \"a\\\"; c;"),
      (Texts{"set session sql_mode=concat(@@sql_mode, ',ansi_quotes')", "select \"a\\\"", "c"}));
  EXPECT_EQ(
      mysql("set @old=@@sql_mode, sql_mode='ANSI'; set sql_mode=@old; select \"a\\\"; c\";"),
      (Texts{"set @old=@@sql_mode, sql_mode='ANSI'", "set sql_mode=@old", "select \"a\\\"; c\""}));
  EXPECT_EQ(mysql("set global sql_mode='ANSI'; set @sql_mode='ANSI'; select \"a\\\"; c\";").size(),
            3U);
}

TEST(SplitterMysql, ExecutableCommentsAreCode) {
  expect_whole("/*!50001 create procedure p() begin a; b; end */");
  expect_whole("/*!40101 set a = '*/' */");
  expect_whole("/*M!100100 a; b */");
  expect_whole("select 1 /*!99999 don't; */");
  EXPECT_EQ(
      mysql("/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON "
            "x FOR EACH ROW BEGIN a; b; END */; c;")
          .size(),
      2U);
  EXPECT_EQ(split(mysql_traits(), "a;\n/*!40101 b").error,
            "2:1: the comment opened here with /*! is not closed; expected */");
}

TEST(SplitterMysql, DelimiterCutsAsTheClientDoes) {
  EXPECT_EQ(mysql("delimiter $$\nbegin a; end$$ drop procedure p$$\ndelimiter ;\nb; c"),
            (Texts{"begin a; end", "drop procedure p", "b", "c"}));
  EXPECT_EQ(mysql("DELIMITER '//'\r\na // b\r\n//\r\n"), (Texts{"a", "b"}));
  EXPECT_EQ(mysql("DELIMITER #\na; b # c #\n"), (Texts{"a; b", "c"}));
  const Split left = split(mysql_traits(), "DELIMITER //\na;\nDELIMITER ;\nb;");
  EXPECT_TRUE(left.error.starts_with("2:1: ")) << left.error;
  const Split bare = split(mysql_traits(), "a;\nDELIMITER\nb;");
  EXPECT_TRUE(bare.error.starts_with("2:1: ")) << bare.error;
}

TEST(SplitterMysql, ClientNotationsAreKnown) {
  EXPECT_EQ(mysql("select 1\\G\nselect 2\\g select 3"),
            (Texts{"select 1", "select 2", "select 3"}));
  const Split dump = split(mysql_traits(), "/*M!999999\\- enable the sandbox mode */ \nselect 1;");
  EXPECT_EQ(dump.texts(), (Texts{"select 1"}));
  EXPECT_EQ(dump.texts(sql::Piece::Kind::client).size(), 1U);
}

TEST(SplitterMysql, DashesNeedABlankExceptAtTheStart) {
  EXPECT_EQ(mysql("select 5--1; --x; y\nselect 2 --\t z;\n;"), (Texts{"select 5--1", "select 2"}));
}

TEST(SplitterMysql, AnOpenBlockIsAnError) {
  EXPECT_EQ(split(mysql_traits(), "a;\ncreate procedure p() begin b;").error,
            "2:22: the block opened here with BEGIN is not closed; expected END");
  EXPECT_EQ(split(mysql_traits(), "create procedure p() begin if a then b; c").error,
            "1:28: the block opened here with IF is not closed; expected END IF");
}

}  // namespace
}  // namespace garboard::testing
