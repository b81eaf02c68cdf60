// SPDX-License-Identifier: Apache-2.0
#include "table_text.hpp"

#include <gtest/gtest.h>

#include <garboard/driver.hpp>

namespace garboard::sqlite {
namespace {

using Kind = Clause::Kind;

constexpr const char* wild = R"(CREATE TABLE "a b" ( -- who, and (why
  id INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, -- the number
  [na,me] VARCHAR(10, 2) NOT NULL ON CONFLICT IGNORE DEFAULT 'it''s, ("', /* , ) */
  "say ""no""" DECIMAL (5) DEFAULT (1 + (2)) CHECK ("say ""no""" > 0),
  `tick``` CONSTRAINT d DEFAULT -1.5e-3 COLLATE NOCASE UNIQUE,
  typeless,
  parent REFERENCES "a b"(id) ON DELETE SET NULL NOT DEFERRABLE INITIALLY IMMEDIATE NULL,
  twice INT GENERATED ALWAYS AS (id * 2) STORED,
  short AS (id),
  CONSTRAINT both UNIQUE (id, [na,me] COLLATE NOCASE DESC) -- comes without a comma
  CONSTRAINT "odd one" CHECK (typeless <> ',)' AND x'2C' <> typeless),
  FOREIGN KEY (parent, typeless) REFERENCES other (a, b) MATCH FULL DEFERRABLE
) WITHOUT ROWID, STRICT)";

std::string clauses_of(const TableText& text, std::string_view column) {
  std::string all;
  const Definition* found = text.column(column);
  if (found == nullptr) return "none";
  for (const Clause& one : found->clauses)
    all += found->text.substr(one.begin, one.end - one.begin) + "|";
  return all;
}

TEST(TableText, ReadsEveryKindOfDefinition) {
  const TableText text(wild);
  EXPECT_EQ(text.text(), wild);
  ASSERT_EQ(text.definitions().size(), 11U);
  EXPECT_EQ(clauses_of(text, "ID"), "CONSTRAINT pk PRIMARY KEY AUTOINCREMENT|");
  EXPECT_EQ(clauses_of(text, "na,me"), "NOT NULL ON CONFLICT IGNORE|DEFAULT 'it''s, (\"'|");
  EXPECT_EQ(clauses_of(text, "say \"no\""), "DEFAULT (1 + (2))|CHECK (\"say \"\"no\"\"\" > 0)|");
  EXPECT_EQ(clauses_of(text, "tick`"), "CONSTRAINT d DEFAULT -1.5e-3|COLLATE NOCASE|UNIQUE|");
  EXPECT_EQ(clauses_of(text, "typeless"), "");
  EXPECT_EQ(clauses_of(text, "parent"),
            "REFERENCES \"a b\"(id) ON DELETE SET NULL NOT DEFERRABLE INITIALLY IMMEDIATE|NULL|");
  EXPECT_EQ(clauses_of(text, "twice"), "GENERATED ALWAYS AS (id * 2) STORED|");
  EXPECT_EQ(clauses_of(text, "short"), "AS (id)|");
  const auto& definitions = text.definitions();
  EXPECT_EQ(definitions[8].clauses.front().columns, (std::vector<std::string>{"id", "na,me"}));
  EXPECT_EQ(definitions[9].clauses.front().name, "odd one");
  EXPECT_FALSE(definitions[9].follows_comma);
  EXPECT_EQ(definitions[10].clauses.front().columns,
            (std::vector<std::string>{"parent", "typeless"}));
  EXPECT_TRUE(text.is_without_rowid());
  EXPECT_TRUE(text.has_autoincrement());
}

TEST(TableText, EditsOneDefinitionAndLeavesTheRest) {
  TableText text(
      "CREATE TABLE t (\n  a INT, -- first\n  b TEXT /* ! */ NOT NULL, -- second\n  c\n)");
  text.set_type("a", "BIGINT");
  text.set_not_null("a", true);
  text.set_default("a", "7");
  text.set_type("c", "TEXT");
  text.set_not_null("b", false);
  EXPECT_EQ(text.text(),
            "CREATE TABLE t (\n  a BIGINT NOT NULL DEFAULT 7, -- first\n  b TEXT /* ! */, -- "
            "second\n  c TEXT\n)");
  text.set_default("a", "8");
  text.set_default("c", "'x'");
  text.set_default("c", "");
  EXPECT_EQ(text.column("a")->text, "a BIGINT NOT NULL DEFAULT 8");
  EXPECT_EQ(text.column("c")->text, "c TEXT");
}

TEST(TableText, ALineCommentNeverSwallowsWhatFollowed) {
  TableText text("CREATE TABLE t (a INT -- why\n NOT NULL DEFAULT 1 -- end\n)");
  text.set_not_null("a", false);
  EXPECT_EQ(text.column("a")->clauses.size(), 1U);
  text.add_constraint("CONSTRAINT u UNIQUE (a)");
  text.add_column("b TEXT");
  const TableText again(text.text());
  ASSERT_EQ(again.definitions().size(), 3U) << text.text();
  EXPECT_TRUE(text.drop_constraint("U", Kind::unique));
  EXPECT_EQ(TableText(text.text()).definitions().size(), 2U) << text.text();
}

TEST(TableText, AddsColumnsBeforeConstraintsAndConstraintsLast) {
  TableText text("CREATE TABLE t (\n  a INT, -- first\n  UNIQUE (a) -- only\n)");
  text.add_column("b TEXT");
  text.add_constraint("CHECK (b > '')");
  EXPECT_EQ(text.text(),
            "CREATE TABLE t (\n  a INT, -- first\n  b TEXT,\n  UNIQUE (a) -- only\n,\n  CHECK (b > "
            "'')\n)");
  TableText flat("CREATE TABLE t(a)");
  flat.add_column("b");
  flat.add_constraint("UNIQUE (a, b)");
  EXPECT_EQ(flat.text(), "CREATE TABLE t(a, b, UNIQUE (a, b))");
}

TEST(TableText, DropsAConstraintByNameWhereverItStands) {
  TableText text(
      "CREATE TABLE t (a INT CONSTRAINT x UNIQUE CONSTRAINT y CHECK (a > 0),\n  CONSTRAINT z "
      "UNIQUE (a) CONSTRAINT \"Z\" CHECK (a < 9), CONSTRAINT f FOREIGN KEY (a) REFERENCES t (a))");
  EXPECT_FALSE(text.drop_constraint("x", Kind::check));
  EXPECT_TRUE(text.drop_constraint("X", Kind::unique));
  EXPECT_TRUE(text.drop_constraint("z", Kind::unique));
  EXPECT_TRUE(text.drop_constraint("f", Kind::foreign_key));
  EXPECT_EQ(text.text(),
            "CREATE TABLE t (a INT CONSTRAINT y CHECK (a > 0), CONSTRAINT \"Z\" CHECK (a < 9))");
}

TEST(TableText, ReleasesAColumnFromAllThatNamesIt) {
  TableText text(
      "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b INT CHECK (b > a), c INT UNIQUE, "
      "UNIQUE (b, a), CHECK (c > 0), CHECK (abs(\"A\") > 0), FOREIGN KEY (A) REFERENCES t (c))");
  EXPECT_TRUE(text.release_column("a"));
  EXPECT_EQ(text.text(), "CREATE TABLE t (a INTEGER, b INT, c INT UNIQUE, CHECK (c > 0))");
  EXPECT_FALSE(text.release_column("a"));
}

TEST(TableText, AColumnOfAnyLargerKeyStays) {
  TableText both("CREATE TABLE t (a, b, PRIMARY KEY (a, b))");
  EXPECT_THROW(both.release_column("a"), sdk::Failure);
  TableText keyed("CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID");
  EXPECT_THROW(keyed.release_column("a"), sdk::Failure);
}

TEST(TableText, KnowsTheNamesOfTheRowid) {
  const auto is_alias = [](const char* sql) { return TableText(sql).has_rowid_alias(); };
  EXPECT_TRUE(is_alias("CREATE TABLE t (a integer PRIMARY KEY)"));
  EXPECT_TRUE(is_alias("CREATE TABLE t (a \"INTEGER\", PRIMARY KEY (a))"));
  EXPECT_FALSE(is_alias("CREATE TABLE t (a INT PRIMARY KEY)"));
  EXPECT_FALSE(is_alias("CREATE TABLE t (a INTEGER PRIMARY KEY) WITHOUT ROWID"));
  EXPECT_FALSE(is_alias("CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a, b))"));
}

TEST(TableText, ItsOwnNameInAnExpressionFollowsTheNewOne) {
  const TableText text("CREATE TABLE T(a CHECK (t.a > 0 AND \"t\" . a < x.a AND 't.a' <> a))");
  EXPECT_EQ(text.text_for("n"), "CREATE TABLE n(a CHECK (a > 0 AND a < x.a AND 't.a' <> a))");
}

TEST(TableText, RefusesWhatIsNoListOfDefinitions) {
  EXPECT_THROW(TableText("CREATE VIRTUAL TABLE t USING fts5(a)"), sdk::Failure);
  EXPECT_THROW(TableText("CREATE TABLE t (a"), sdk::Failure);
  EXPECT_THROW(TableText("CREATE TABLE t ()"), sdk::Failure);
  EXPECT_THROW(TableText(""), sdk::Failure);
}

}  // namespace
}  // namespace garboard::sqlite
