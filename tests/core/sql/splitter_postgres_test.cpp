// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>

#include "core/sql/pieces.hpp"

namespace garboard::testing {
namespace {

using Kind = sql::Piece::Kind;

void expect_whole(const std::string& statement) {
  EXPECT_EQ(postgres(statement + "; select 'after';"), (Texts{statement, "select 'after'"}));
}

Split split_postgres(std::string_view text) { return split(postgres_traits(), text); }

TEST(SplitterPostgres, QuotesHideSemicolons) {
  expect_whole("select 'a;''b\\'");
  expect_whole("select E'a\\';b'");
  expect_whole("select e'a'\n 'b\\';c'");
  expect_whole("select E'a' -- b'\r -- c\n 'd\\';e'");
  expect_whole("select U&'\\003b;', u&\"a;\"");
  expect_whole("select \"a;\"\"b\\\"");
  expect_whole("select $$a;$b$;$$, $b$;$$;$b$, $é$;$é$");
  expect_whole("select 1$$;$$");
  expect_whole("select $1$$;$$");
}

TEST(SplitterPostgres, DollarsInNamesQuoteNothing) {
  EXPECT_EQ(postgres("select 1 as$$; select foo$bar$baz;"),
            (Texts{"select 1 as$$", "select foo$bar$baz"}));
  EXPECT_EQ(postgres("select e$$; select 2"), (Texts{"select e$$", "select 2"}));
}

TEST(SplitterPostgres, CommentsNestAndEndAtACarriageReturn) {
  EXPECT_EQ(postgres("/* /* ; */ ; */ select 1 -- ;\r; select 2"), (Texts{"select 1", "select 2"}));
  EXPECT_EQ(split_postgres("select 1;\n /* a /* b */;").error,
            "2:2: the comment opened here with /* is not closed; expected */");
}

TEST(SplitterPostgres, AtomicBodiesEndWhereAStatementWouldBegin) {
  const std::string head = "create function f() returns int begin atomic ";
  expect_whole(head + "select 1; select 2; end");
  expect_whole(head + "select a as end; select t.end; select 1 end; end");
  expect_whole(head + "select case when a then 1 end as begin; end");
  expect_whole(head + "end");
  expect_whole(
      "CREATE OR REPLACE PROCEDURE p() BEGIN /* x */ ATOMIC INSERT INTO t VALUES (1); END");
  expect_whole(head + "create function g() begin atomic select 1; end; select 2; end");
  EXPECT_EQ(split_postgres("create function f()\n begin atomic select 1;").error,
            "2:2: the block opened here with BEGIN ATOMIC is not closed; expected END");
}

TEST(SplitterPostgres, BeginAtomicOutsideARoutineIsNoBody) {
  EXPECT_EQ(postgres("create function f(begin atomic) returns int language sql as ''; select 1;"),
            (Texts{"create function f(begin atomic) returns int language sql as ''", "select 1"}));
  EXPECT_EQ(postgres("select 1 as begin atomic; end"), (Texts{"select 1 as begin atomic", "end"}));
}

TEST(SplitterPostgres, ParenthesesHideSemicolonsOfRules) {
  expect_whole("create rule r as on insert to t do also (delete from a; delete from b;)");
}

TEST(SplitterPostgres, RowsOfCopyAreStreamed) {
  const std::string text =
      "copy t (a, \"from\") from stdin with (format csv);\n1;'\n\\.x\n\\. \n\\.\nselect 2;";
  base::TextSource source(text);
  sql::Splitter splitter(postgres_traits(), source);
  sql::Piece piece;
  ASSERT_TRUE(*splitter.next(piece));
  ASSERT_TRUE(piece.has_rows);
  std::array<char, 3> buffer{};
  std::string rows;
  for (;;) {
    const base::Result<std::size_t> n = splitter.copy_rows().read(buffer);
    ASSERT_TRUE(n.has_value());
    if (*n == 0) break;
    rows.append(buffer.data(), *n);
  }
  EXPECT_EQ(rows, "1;'\n\\.x\n\\. \n");
  EXPECT_EQ(piece.text, "copy t (a, \"from\") from stdin with (format csv)");
  ASSERT_TRUE(*splitter.next(piece));
  EXPECT_EQ(piece.text, "select 2");
  EXPECT_EQ(piece.line, 6U);
}

TEST(SplitterPostgres, RowsThatNobodyReadsAreAPiece) {
  const Split got = split_postgres("copy t from stdin;\r\na\r\nb\r\n\\.\r\nselect 1;");
  ASSERT_EQ(got.pieces.size(), 3U);
  EXPECT_EQ(got.pieces[1], (SplitPiece{Kind::copy_data, "", 20, 26, 2, 1}));
  EXPECT_EQ(got.pieces[2].text, "select 1");
}

TEST(SplitterPostgres, RowsThatAreReadInPartAreSkipped) {
  base::TextSource source("copy t from stdin;\nabc\ndef\n\\.\nselect 1;");
  sql::Splitter splitter(postgres_traits(), source);
  sql::Piece piece;
  ASSERT_TRUE(*splitter.next(piece));
  std::array<char, 2> buffer{};
  ASSERT_EQ(*splitter.copy_rows().read(buffer), 2U);
  ASSERT_TRUE(*splitter.next(piece));
  EXPECT_EQ(piece.text, "select 1");
}

TEST(SplitterPostgres, WhatFollowsCopyOnItsLineRunsAfterTheRows) {
  const Split got = split_postgres(
      "copy t from stdin; copy u from stdin; select\n1\n\\.\n2;\n\\.\n 3; é, 'x' -- c\n; select "
      "4;");
  ASSERT_EQ(got.texts(),
            (Texts{"copy t from stdin", "copy u from stdin", "select\n 3", "é, 'x'", "select 4"}));
  EXPECT_EQ(got.pieces[1], (SplitPiece{Kind::copy_data, "", 45, 47, 2, 1}));
  EXPECT_EQ(got.pieces[2].column, 20U);
  EXPECT_EQ(got.pieces[3], (SplitPiece{Kind::copy_data, "", 50, 53, 4, 1}));
  EXPECT_EQ(got.pieces[4].byte, 38U);
  EXPECT_EQ(got.pieces[5].line, 6U);
  EXPECT_EQ(got.pieces[5].column, 5U);
  EXPECT_EQ(got.pieces[6].line, 7U);
}

TEST(SplitterPostgres, OnlyCopyFromTheClientHasRows) {
  EXPECT_EQ(postgres("copy t to stdout; copy (select 1 from stdin) to stdout; copy t from 'stdin'; "
                     "copy t from program 'x'; insert into copy select 1 from stdin;\n1;\n")
                .size(),
            6U);
  EXPECT_EQ(postgres("copy t from stdin"), (Texts{"copy t from stdin"}));
  EXPECT_EQ(postgres("copy stdin.from from stdout binary;\nselect 1;\n\\."),
            (Texts{"copy stdin.from from stdout binary"}));
}

TEST(SplitterPostgres, ClientCommandsAreNotForTheServer) {
  const Split got = split_postgres(
      "\\restrict aB1\n\\set a 'x\\\\y' \\echo b \\\\ select 1; \\c x \nselect 2 \\g\nselect 3\\; "
      "select 4; \\; select 5");
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.texts(Kind::client),
            (Texts{"\\restrict aB1", "\\set a 'x\\\\y'", "\\echo b", "\\c x"}));
  EXPECT_EQ(got.texts(), (Texts{"select 1", "select 2", "select 3", "select 4", "select 5"}));
  EXPECT_TRUE(split_postgres("select 1\n \\set a\n+1;").error.starts_with("2:2: a client command"));
}

TEST(SplitterPostgres, RowsOfTheClientsOwnCopyAreNoStatements) {
  EXPECT_EQ(postgres("\\copy t from stdin\n1;\n\\.\nselect 1;"), (Texts{"select 1"}));
}

TEST(SplitterPostgres, OnlyTheFirstByteOrderMarkIsSpace) {
  EXPECT_EQ(postgres("\xEF\xBB\xBFselect 1; \xEF\xBB\xBF;"), (Texts{"select 1", "\xEF\xBB\xBF"}));
}

TEST(SplitterPostgres, OpenQuotesAreErrorsAtTheirFirstByte) {
  EXPECT_EQ(split_postgres("a;\nb 'c;").error,
            "2:3: the string opened here with ' is not closed; expected '");
  EXPECT_EQ(split_postgres("a;\nb \"c;").error,
            "2:3: the quoted name opened here with \" is not closed; expected \"");
  EXPECT_EQ(split_postgres("a;\nb $x$ $x ;").error,
            "2:3: the dollar-quoted text opened here with $x$ is not closed; expected $x$");
}

}  // namespace
}  // namespace garboard::testing
