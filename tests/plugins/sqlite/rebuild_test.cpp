// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

using nlohmann::json;

json alter(const char* table, const char* column, const json& changes) {
  json op{{"op", "alterColumn"}, {"table", table}, {"name", column}};
  op.update(changes);  // a null is a value here
  return op;
}
json drop_column(const char* table, const char* column) {
  return {{"op", "dropColumn"}, {"table", table}, {"name", column}};
}
json drop_constraint(const char* table, const char* name, const char* kind) {
  return {{"op", "dropConstraint"}, {"table", table}, {"name", name}, {"kind", kind}};
}
json add_check(const char* table, const char* name, const char* expression) {
  return {{"op", "addCheck"}, {"table", table}, {"name", name}, {"expression", expression}};
}
json add_foreign_key(const char* table, const char* column, const char* parent) {
  return {{"op", "addForeignKey"},
          {"table", table},
          {"name", "fk"},
          {"columns", {column}},
          {"referenced", {{"table", parent}, {"columns", {"id"}}}},
          {"onDelete", "cascade"}};
}

class SqliteRebuild : public OnFile {
 protected:
  void SetUp() override {
    OnFile::SetUp();
    for (const char* sql :
         {"CREATE TABLE seen (what TEXT)",
          "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, -- the number\n  name TEXT NOT "
          "NULL COLLATE NOCASE, age INT DEFAULT 7,\n  boss INT REFERENCES p (id), twice AS (age * "
          "2), CONSTRAINT grown CHECK (p.age > 1), CONSTRAINT u UNIQUE (name, age))",
          "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p (id) ON DELETE "
          "CASCADE ON UPDATE CASCADE, note TEXT)",
          "CREATE INDEX old ON p (age DESC) WHERE age > 5",
          "CREATE UNIQUE INDEX lowered ON p (lower(name))",
          "CREATE VIEW names AS SELECT id, name FROM p",
          "CREATE TRIGGER added AFTER INSERT ON p BEGIN INSERT INTO seen VALUES ('add'); END",
          "CREATE TRIGGER gone AFTER DELETE ON p BEGIN INSERT INTO seen VALUES ('del'); END",
          "CREATE TRIGGER named INSTEAD OF INSERT ON names BEGIN INSERT INTO p (name) VALUES "
          "(NEW.name); END",
          "CREATE TRIGGER child AFTER INSERT ON c BEGIN UPDATE p SET age = age + 0 WHERE id = "
          "NEW.p; END",
          "INSERT INTO p (id, name, age, boss) VALUES (1, 'a', 10, NULL), (5, 'b', NULL, 1), (9, "
          "'c', 3, 9)",
          "DELETE FROM p WHERE id = 9", "DELETE FROM seen",
          "INSERT INTO c VALUES (1, 1, 'x'), (2, 5, 'y'), (3, 5, NULL)"})
      must(sql);
  }
  Rows rows(const char* sql) { return run(sql).rows; }
  Rows followers() {
    return rows(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type <> 'table' AND sql "
        "IS NOT NULL ORDER BY type, name");
  }
  std::string sql_of(const char* table) {
    return run("SELECT sql FROM sqlite_master WHERE name = ?", {table}).cell().value_or("none");
  }
};

TEST_F(SqliteRebuild, KeepsEverythingButWhatItChanges) {
  const Rows followers_before = followers();
  const Rows p_before = rows("SELECT id, name, age, boss, twice FROM p ORDER BY id");
  const Rows c_before = rows("SELECT * FROM c ORDER BY id");
  const std::string c_sql = sql_of("c");
  apply(alter("P", "AGE", {{"type", {{"name", "bigint"}}}, {"default", {{"value", 8}}}}));
  EXPECT_EQ(sql_of("p"),
            "CREATE TABLE \"p\" (id INTEGER PRIMARY KEY AUTOINCREMENT, -- the number\n  name TEXT "
            "NOT NULL COLLATE NOCASE, age BIGINT DEFAULT 8,\n  boss INT REFERENCES p (id), twice "
            "AS (age * 2), CONSTRAINT grown CHECK (age > 1), CONSTRAINT u UNIQUE (name, age))");
  EXPECT_EQ(sql_of("c"), c_sql);
  EXPECT_EQ(followers(), followers_before);
  EXPECT_EQ(rows("SELECT id, name, age, boss, twice FROM p ORDER BY id"), p_before);
  EXPECT_EQ(rows("SELECT * FROM c ORDER BY id"), c_before);
  EXPECT_EQ(run("SELECT count(*) FROM seen").cell(), "0") << "no trigger fires";
  EXPECT_EQ(rows("SELECT * FROM sqlite_sequence"), (Rows{{"p", "9"}})) << "numbers are not reused";
  EXPECT_EQ(run("SELECT count(*) FROM sqlite_master WHERE name LIKE 'garboard%'").cell(), "0");
  must("INSERT INTO names (name) VALUES ('n')");
  EXPECT_EQ(rows("SELECT id, age FROM p WHERE name = 'N'"), (Rows{{"10", "8"}}));
  EXPECT_EQ(run("SELECT count(*) FROM seen").cell(), "1");
  must("DELETE FROM p WHERE id = 5");
  EXPECT_EQ(rows("SELECT id FROM c"), (Rows{{"1"}})) << "the children know their parent again";
  EXPECT_EQ(rows("PRAGMA integrity_check"), (Rows{{"ok"}}));
}

TEST_F(SqliteRebuild, TheNumberingGoesOnWhenNoRowIsLeft) {
  must("DELETE FROM c");
  must("DELETE FROM p");
  apply(alter("p", "age", {{"default", nullptr}}));
  EXPECT_EQ(rows("SELECT * FROM sqlite_sequence"), (Rows{{"p", "9"}}));
}

TEST_F(SqliteRebuild, RowidsStayWhereNoColumnIsTheRowid) {
  must("CREATE TABLE plain (a TEXT, rowid INT)");
  must("INSERT INTO plain (_rowid_, a) VALUES (3, 'x'), (70, 'y')");
  apply(alter("plain", "a", {{"nullable", false}}));
  EXPECT_EQ(rows("SELECT _rowid_, a FROM plain"), (Rows{{"3", "x"}, {"70", "y"}}));
  must("CREATE TABLE key (a TEXT PRIMARY KEY, b)");
  must("INSERT INTO key (rowid, a) VALUES (8, '4')");
  apply(alter("key", "a", {{"type", {{"name", "integer"}}}}));
  EXPECT_EQ(rows("SELECT a, typeof(a) FROM key"), (Rows{{"4", "integer"}}));
}

TEST_F(SqliteRebuild, ValuesTakeTheNewTypeOnlyWithoutLoss) {
  must("CREATE TABLE t (a TEXT)");
  must("INSERT INTO t VALUES ('12'), ('x'), (NULL)");
  apply(alter("t", "a", {{"type", {{"name", "integer"}}}}));
  EXPECT_EQ(rows("SELECT a, typeof(a) FROM t"),
            (Rows{{"12", "integer"}, {"x", "text"}, {Cell{}, "null"}}));
}

TEST_F(SqliteRebuild, NullsInTheWayAreCountedAndNothingChanges) {
  const std::string before = sql_of("p");
  const Outcome outcome = connection_->apply(alter("p", "age", {{"nullable", false}}));
  EXPECT_EQ(outcome.status, GBD_E_SQL);
  EXPECT_EQ(outcome.message, "the column age of p cannot become NOT NULL: it is NULL in 1 row");
  EXPECT_EQ(sql_of("p"), before);
  apply(alter("p", "name", {{"nullable", true}}));
  EXPECT_EQ(sql_of("p").find("NOT NULL"), std::string::npos);
}

TEST_F(SqliteRebuild, WhatTheRowsDoNotMeetRollsAllBack) {
  const std::string before = sql_of("p");
  const Rows followers_before = followers();
  const Outcome outcome = connection_->apply(add_check("p", "young", "age < 5"));
  EXPECT_EQ(outcome.sqlstate, "23000");
  EXPECT_NE(outcome.message.find("young"), std::string::npos) << outcome;
  EXPECT_EQ(sql_of("p"), before);
  EXPECT_EQ(followers(), followers_before);
  EXPECT_EQ(run("PRAGMA foreign_keys").cell(), "1");
  EXPECT_EQ(run("PRAGMA legacy_alter_table").cell(), "0");
}

TEST_F(SqliteRebuild, ConstraintsComeAndGoByName) {
  apply(add_check("c", "filled", "note <> ''"));
  apply({{"op", "addUnique"}, {"table", "c"}, {"name", "one"}, {"columns", {"p", "note"}}});
  EXPECT_FALSE(run("INSERT INTO c VALUES (4, 1, '')").ok());
  EXPECT_FALSE(run("INSERT INTO c VALUES (4, 1, 'x')").ok());
  EXPECT_EQ(run("SELECT origin FROM pragma_index_list('c')").cell(), "u");
  apply(drop_constraint("c", "filled", "check"));
  apply(drop_constraint("c", "ONE", "unique"));
  must("INSERT INTO c VALUES (4, 1, 'x')");
  must("CREATE UNIQUE INDEX only ON c (id, note)");
  apply(drop_constraint("c", "only", "unique"));
  const Outcome outcome = connection_->apply(drop_constraint("p", "nope", "check"));
  EXPECT_EQ(outcome.message, "the table p has no check named nope") << outcome;
  EXPECT_EQ(outcome.hint, "it has grown");
}

TEST_F(SqliteRebuild, AForeignKeyIsAddedWhenEveryRowHasItsParent) {
  must("CREATE TABLE d (id INTEGER PRIMARY KEY, c INT)");
  must("INSERT INTO d VALUES (1, 1), (2, 99)");
  const Outcome outcome = connection_->apply(add_foreign_key("d", "c", "c"));
  EXPECT_EQ(outcome.message,
            "the row with rowid 2 of the table d refers to a row of c that is not there");
  must("DELETE FROM d WHERE id = 2");
  apply(add_foreign_key("d", "c", "c"));
  must("DELETE FROM c WHERE id = 1");
  EXPECT_EQ(run("SELECT count(*) FROM d").cell(), "0");
  apply(drop_constraint("d", "fk", "foreignKey"));
  must("INSERT INTO d VALUES (3, 99)");
}

TEST_F(SqliteRebuild, ADroppedColumnTakesWhatSpeaksOfItAlong) {
  apply(drop_column("c", "note"));
  must("DROP VIEW names");
  must("DROP TRIGGER child");
  const Outcome generated = connection_->apply(drop_column("p", "age"));
  EXPECT_NE(generated.message.find("no such column: age"), std::string::npos) << generated;
  apply(drop_column("p", "twice"));
  apply(drop_column("p", "age"));
  EXPECT_EQ(rows("SELECT name FROM sqlite_master WHERE tbl_name = 'p' AND sql IS NOT NULL ORDER "
                 "BY name"),
            (Rows{{"added"}, {"gone"}, {"lowered"}, {"p"}}));
  EXPECT_EQ(run("SELECT count(*) FROM c").cell(), "3");
  EXPECT_EQ(rows("SELECT id, name, boss FROM p"), (Rows{{"1", "a", Cell{}}, {"5", "b", "1"}}));
  apply(drop_column("p", "boss"));
}

TEST_F(SqliteRebuild, AColumnThatAViewOrTriggerNeedsStays) {
  const Outcome viewed = connection_->apply(drop_column("p", "name"));
  EXPECT_NE(viewed.message.find("view names"), std::string::npos) << viewed;
  EXPECT_EQ(followers().size(), 7U) << "the index came back";
  must("CREATE TRIGGER late AFTER UPDATE ON c BEGIN SELECT NEW.note; END");
  EXPECT_FALSE(connection_->apply(drop_column("c", "note")).ok());
}

TEST_F(SqliteRebuild, AKeyThatOthersReferToCannotBeDropped) {
  must("DROP VIEW names");
  must("DROP TRIGGER child");
  const Outcome outcome = connection_->apply(drop_column("p", "id"));
  EXPECT_FALSE(outcome.ok());
  EXPECT_EQ(run("SELECT count(*) FROM c").cell(), "3");
  must("CREATE TABLE alone (id INTEGER PRIMARY KEY AUTOINCREMENT, a)");
  must("INSERT INTO alone VALUES (4, 'x')");
  apply(drop_column("alone", "id"));
  EXPECT_EQ(rows("SELECT * FROM alone"), (Rows{{"x"}}));
}

TEST_F(SqliteRebuild, AddsColumnsThatAlterTableCannot) {
  const json stamp{{"name", "at"},
                   {"type", {{"name", "timestamp"}}},
                   {"nullable", false},
                   {"default", {{"sql", "CURRENT_TIMESTAMP"}}},
                   {"identity", false}};
  apply({{"op", "addColumn"}, {"table", "p"}, {"column", stamp}});
  EXPECT_EQ(run("SELECT count(*) FROM p WHERE at LIKE '20%'").cell(), "2");
  must("CREATE TABLE plain (a TEXT)");
  must("INSERT INTO plain VALUES ('x'), ('y')");
  const json number{
      {"name", "id"}, {"type", {{"name", "bigint"}}}, {"nullable", false}, {"identity", true}};
  apply({{"op", "addColumn"}, {"table", "plain"}, {"column", number}});
  EXPECT_EQ(rows("SELECT id, a FROM plain"), (Rows{{"1", "x"}, {"2", "y"}}));
  EXPECT_EQ(connection_->apply({{"op", "addColumn"}, {"table", "c"}, {"column", number}}).status,
            GBD_E_UNSUPPORTED);
}

TEST_F(SqliteRebuild, HandlesTheOtherKindsOfTables) {
  must("CREATE TABLE w (k TEXT PRIMARY KEY, v ANY) STRICT, WITHOUT ROWID");
  must("INSERT INTO w VALUES ('b', 1), ('a', 'x')");
  apply(alter("w", "v", {{"type", {{"native", "TEXT"}}}, {"nullable", false}}));
  EXPECT_EQ(sql_of("w"),
            "CREATE TABLE \"w\" (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID");
  EXPECT_EQ(rows("SELECT k, v FROM w"), (Rows{{"a", "x"}, {"b", "1"}}));
  const Outcome strict = connection_->apply(alter("w", "v", {{"type", {{"native", "INT"}}}}));
  EXPECT_NE(strict.message.find("cannot store TEXT value in INT column"), std::string::npos);
  must("CREATE TABLE copied AS SELECT id, name FROM p");
  apply(alter("copied", "name", {{"nullable", false}}));
  must("CREATE TEMP TABLE brief (a, b CHECK (b > 0))");
  must("CREATE INDEX temp.brief_a ON brief (a)");
  must("INSERT INTO brief VALUES (1, 2)");
  apply(alter("brief", "a", {{"nullable", false}}));
  EXPECT_EQ(rows("SELECT name FROM temp.sqlite_master ORDER BY name"),
            (Rows{{"brief"}, {"brief_a"}}));
}

TEST_F(SqliteRebuild, RefusesWhatIsNoOrdinaryTable) {
  const auto refused = [this](const char* table) {
    return connection_->apply(alter(table, "a", {{"nullable", true}}));
  };
  EXPECT_EQ(refused("nope").sqlstate, "42S02");
  EXPECT_EQ(refused("names").status, GBD_E_UNSUPPORTED);
  EXPECT_EQ(refused("sqlite_sequence").status, GBD_E_UNSUPPORTED);
  if (run("CREATE VIRTUAL TABLE f USING fts5(a)").ok()) {
    EXPECT_EQ(refused("f").message, "f is no table that can be rebuilt, but a virtual table");
    EXPECT_EQ(refused("f_data").message,
              "f_data is no table that can be rebuilt, but a shadow table");
  }
  must("CREATE TEMP TRIGGER t AFTER INSERT ON main.c BEGIN SELECT 1; END");
  EXPECT_EQ(refused("c").message, "the table c has a temporary trigger");
  EXPECT_EQ(connection_->apply(alter("p", "nope", {{"nullable", true}})).message,
            "the table p has no column nope");
}

TEST_F(SqliteRebuild, HostileNamesSurvive) {
  must(
      "CREATE TABLE \"a\"\"b].c;--\" (\"select\" INT, [x\"y] TEXT DEFAULT ')', `ü'` INT, "
      "CONSTRAINT \"co n\"\"s\" CHECK (\"select\" > 0))");
  must("CREATE INDEX \"i\"\"1\" ON \"a\"\"b].c;--\" (`ü'`)");
  must("INSERT INTO \"a\"\"b].c;--\" VALUES (1, 'z', 3)");
  apply(alter("a\"b].c;--", "x\"y", {{"nullable", false}}));
  apply(drop_constraint("A\"B].C;--", "CO N\"S", "check"));
  apply(drop_column("a\"b].c;--", "ü'"));
  EXPECT_EQ(rows("SELECT * FROM \"a\"\"b].c;--\""), (Rows{{"1", "z"}}));
  EXPECT_EQ(sql_of("a\"b].c;--"),
            "CREATE TABLE \"a\"\"b].c;--\" (\"select\" INT, [x\"y] TEXT NOT NULL DEFAULT ')')");
}

}  // namespace
}  // namespace garboard::sqlite_test
