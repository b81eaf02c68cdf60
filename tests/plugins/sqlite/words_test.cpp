// SPDX-License-Identifier: Apache-2.0
#include "words.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace garboard::sqlite {
namespace {

TEST(SqliteWords, FindsTheTargetOfDdl) {
  const std::vector<std::pair<const char*, std::pair<const char*, const char*>>> statements{
      {"CREATE TABLE t (x)", {"", "t"}},
      {"create temp table if not exists \"a \"\"b\" (x)", {"temp", "a \"b"}},
      {"-- why\nCREATE /* not */ UNIQUE INDEX main.[an index] ON t (x)", {"main", "an index"}},
      {"CREATE VIRTUAL TABLE v USING fts5(x)", {"", "v"}},
      {"\xef\xbb\xbf"
       "DROP VIEW IF EXISTS `v`",
       {"", "v"}},
      {"ALTER TABLE 'main' . 't' RENAME TO u", {"main", "t"}},
      {"CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END", {"", "r"}},
  };
  for (const auto& [sql, expected] : statements) {
    const Target target = target_of(sql);
    EXPECT_EQ(target.kind, Target::Kind::object) << sql;
    EXPECT_EQ(target.schema, expected.first) << sql;
    EXPECT_EQ(target.name, expected.second) << sql;
  }
}

TEST(SqliteWords, KnowsWhatItDoesNotKnow) {
  for (const char* sql : {"", "--", "/*", "INSERT INTO t VALUES (1)", "CREATE", "CREATE ROLE r"})
    EXPECT_NE(target_of(sql).kind, Target::Kind::object) << sql;
  EXPECT_EQ(target_of("PRAGMA foreign_keys = off").kind, Target::Kind::setting);
}

TEST(SqliteWords, EndsAtTheEndOfUnfinishedText) {
  for (const char* sql : {"'a", "\"", "[x", "/* x", "-- x", "`", "\xef\xbb"}) {
    Words words(sql);
    for (int i = 0; i < 4; ++i) (void)words.next();
    EXPECT_EQ(words.next(), "") << sql;
  }
}

TEST(SqliteWords, TellsWhatChangesRows) {
  EXPECT_TRUE(may_change_rows("/* x */ Insert INTO t VALUES (1)"));
  EXPECT_TRUE(may_change_rows("WITH a AS (SELECT 1) DELETE FROM t"));
  EXPECT_FALSE(may_change_rows("CREATE TABLE t (x)"));
  EXPECT_FALSE(may_change_rows("inserted"));
}

}  // namespace
}  // namespace garboard::sqlite
