// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/sql/pieces.hpp"

namespace garboard::testing {
namespace {

void expect_whole(const std::string& statement) {
  EXPECT_EQ(sqlite(statement + "; select 'after';"), (Texts{statement, "select 'after'"}));
}

TEST(SplitterSqlite, TriggersEndWithTheEndThatIsAStatement) {
  expect_whole("create trigger t after insert on a begin select 1; select 2; end");
  expect_whole(
      "create temp trigger if not exists t after insert on a begin update a set b = case "
      "when c then 1 end; end");
  expect_whole("explain query plan create trigger t after insert on a begin select 1; end");
  expect_whole(
      "create trigger begin before update of begin, end on begin for each row when "
      "new.end = begin begin select end from begin; insert into end values (1); end");
  expect_whole(
      "create trigger t after delete on a begin with b as (select 1) insert into c "
      "select 1; replace into d values (1); delete from end; end");
}

TEST(SplitterSqlite, WhatIsNoTriggerHasNoBody) {
  EXPECT_EQ(
      sqlite("begin; create table begin (end, trigger); drop trigger t; end; begin immediate"),
      (Texts{"begin", "create table begin (end, trigger)", "drop trigger t", "end",
             "begin immediate"}));
  EXPECT_EQ(sqlite("create trigger t after insert on a; select 1;").size(), 2U);
}

TEST(SplitterSqlite, FourQuotesHideSemicolons) {
  expect_whole("select 'a;''b\\', \"c;\", `d;``e`, [f;'\"`], x'3b'");
}

TEST(SplitterSqlite, VariablesMayHoldSemicolons) {
  expect_whole("select $a::b(c;d), @e(f;g), :h(i;j)");
  EXPECT_EQ(sqlite("select $a(b c; d)"), (Texts{"select $a(b c", "d)"}));
}

TEST(SplitterSqlite, ByteOrderMarksAreSpaceBetweenTokens) {
  EXPECT_EQ(sqlite("\xEF\xBB\xBFselect\xEF\xBB\xBF 1 \xEF\xBB\xBF;\xEF\xBB\xBFselect 2"),
            (Texts{"select\xEF\xBB\xBF 1", "select 2"}));
}

TEST(SplitterSqlite, AnOpenCommentRunsToTheEnd) {
  const Split got = split(sqlite_traits(), "select 1; select 2 /* c; select 3;");
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.texts(), (Texts{"select 1", "select 2"}));
}

TEST(SplitterSqlite, CommentsDoNotNestAndKnowNoCarriageReturn) {
  EXPECT_EQ(sqlite("/* /* */ select 1 -- ;\r;\n; select 2"), (Texts{"select 1", "select 2"}));
}

TEST(SplitterSqlite, AnOpenTriggerIsAnError) {
  EXPECT_EQ(split(sqlite_traits(), "select 1;\ncreate trigger t after insert on a\nbegin select 1;")
                .error,
            "3:1: the block opened here with BEGIN is not closed; expected END");
}

}  // namespace
}  // namespace garboard::testing
