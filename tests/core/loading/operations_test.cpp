// SPDX-License-Identifier: Apache-2.0
// Operations as authors write them: the canonical form that drivers get, and what undoes it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/loading/plan_text.hpp"

namespace garboard::loading {
namespace {

using Texts = std::vector<std::string>;

base::Result<model::Changes> load_steps(const std::string& steps,
                                        const std::string& head_lines = "version: 1\n") {
  return load_text(head_lines + "migrations:\n  - name: m\n    up:\n" + steps);
}

Texts texts_of(const std::vector<model::Step>& steps) {
  Texts texts;
  for (const model::Step& step : steps) texts.push_back(step.sql);
  return texts;
}

/// The canonical texts of `up`, of one migration with one step in one line.
Texts up_of(const std::string& step) {
  const auto changes = load_steps("      - " + step + "\n");
  EXPECT_TRUE(changes) << all_of(changes);
  return changes ? texts_of(changes->items.front().up) : Texts{};
}

Texts down_of(const std::string& step) {
  const auto changes = load_steps("      - " + step + "\n");
  EXPECT_TRUE(changes) << all_of(changes);
  if (!changes) return {};
  EXPECT_EQ(changes->items.front().irreversible, "");
  return texts_of(changes->items.front().down);
}

std::string irreversible(const std::string& step) {
  const auto changes = load_steps("      - " + step + "\n");
  EXPECT_TRUE(changes) << all_of(changes);
  if (!changes) return {};
  EXPECT_TRUE(changes->items.front().down.empty());
  return changes->items.front().irreversible;
}

TEST(Operations, WriteOutAllShorthandsOfATable) {
  const auto up = up_of(
      "createTable: {name: users, columns: [{name: id, type: bigint, identity: true, primaryKey: "
      "true}, {name: email, type: varchar(255), nullable: false, unique: true, check: email <> "
      "''}, "
      "{name: org, type: {decimal: [10, 2]}, default: 1, references: {table: orgs, column: id, "
      "onDelete: setNull}}], indexes: [{columns: [{name: org, order: desc}]}]}");
  ASSERT_EQ(up.size(), 2U);
  EXPECT_EQ(
      up[0],
      R"({"op":"createTable","name":"users","columns":[)"
      R"({"name":"id","type":{"name":"bigint"},"nullable":false,"identity":true},)"
      R"({"name":"email","type":{"name":"varchar","length":255},"nullable":false,"identity":false},)"
      R"({"name":"org","type":{"name":"decimal","precision":10,"scale":2},"nullable":true,)"
      R"("default":{"value":1},"identity":false}],"primaryKey":["id"],)"
      R"("uniques":[{"name":"users_email_key","columns":["email"]}],)"
      R"("foreignKeys":[{"name":"users_org_fkey","columns":["org"],)"
      R"("referenced":{"table":"orgs","columns":["id"]},"onDelete":"setNull"}],)"
      R"("checks":[{"name":"users_email_check","expression":"email <> ''"}]})");
  EXPECT_EQ(up[1],
            R"({"op":"addIndex","table":"users","name":"users_org_idx",)"
            R"("columns":[{"name":"org","descending":true}],"unique":false,"concurrently":false})");
}

TEST(Operations, HaveTheSameChecksumHoweverTheyAreLaidOut) {
  const auto flow = load_steps(
      "      - createTable: {columns: [{type: 'varchar( 9 )', name: a, unique: true}], name: t}\n");
  const auto block = load_steps(
      "      - createTable:\n          name: t\n          columns:\n            - name: a\n"
      "              nullable: true\n              type: {varchar: 9}\n          unique: [[a]]\n");
  ASSERT_TRUE(flow) << all_of(flow);
  ASSERT_TRUE(block) << all_of(block);
  EXPECT_EQ(flow->items[0].checksum, block->items[0].checksum);
  const auto other =
      load_steps("      - createTable: {columns: [{type: text, name: a}], name: t}\n");
  EXPECT_NE(flow->items[0].checksum, other->items[0].checksum);
}

TEST(Operations, KnowTheirPlace) {
  const auto changes = load_steps("      - renameTable:\n          name: a\n          to: b\n");
  ASSERT_TRUE(changes);
  const model::Step& step = changes->items[0].up.front();
  EXPECT_EQ(step.kind, model::Step::Kind::operation);
  EXPECT_EQ(step.where.text(), "plan.yaml:5:9");
  EXPECT_FALSE(step.is_verbatim);
}

TEST(Operations, AreUndoneInReverse) {
  const auto changes = load_steps(
      "      - renameTable: {name: a, to: b}\n      - renameColumn: {table: b, name: x, to: y}\n");
  ASSERT_TRUE(changes);
  EXPECT_EQ(texts_of(changes->items[0].down),
            (Texts{R"({"op":"renameColumn","table":"b","name":"y","to":"x"})",
                   R"({"op":"renameTable","name":"b","to":"a"})"}));
}

TEST(Operations, ColumnsComeAndGoWithTheirConstraints) {
  const std::string column =
      "{name: c, type: integer, unique: true, references: {table: u, column: id}}";
  const auto up = up_of("addColumn: {table: t, column: " + column + "}");
  ASSERT_EQ(up.size(), 3U);
  EXPECT_EQ(up[2], R"({"op":"addForeignKey","table":"t","name":"t_c_fkey","columns":["c"],)"
                   R"("referenced":{"table":"u","columns":["id"]}})");
  const auto down = down_of("addColumn: {table: t, column: " + column + "}");
  EXPECT_EQ(down,
            (Texts{R"({"op":"dropConstraint","table":"t","name":"t_c_fkey","kind":"foreignKey"})",
                   R"({"op":"dropConstraint","table":"t","name":"t_c_key","kind":"unique"})",
                   R"({"op":"dropColumn","table":"t","name":"c"})"}));
  EXPECT_EQ(up_of("dropColumn: {table: t, name: c, was: " + column + "}"), down);
  EXPECT_EQ(down_of("dropColumn: {table: t, name: c, was: " + column + "}"), up);
}

TEST(Operations, AlterationsAreUndoneByWhatWas) {
  EXPECT_EQ(down_of("alterColumn: {table: t, name: c, nullable: false}"),
            (Texts{R"({"op":"alterColumn","table":"t","name":"c","nullable":true})"}));
  EXPECT_EQ(
      down_of("alterColumn: {table: t, name: c, type: text, default: x, was: {type: bigint, "
              "default: null}}"),
      (Texts{
          R"({"op":"alterColumn","table":"t","name":"c","type":{"name":"bigint"},"default":null})"}));
  EXPECT_EQ(irreversible("alterColumn: {table: t, name: c, type: text}"),
            "plan.yaml:5:9: 'alterColumn t.c' does not say what the type was: write a `down`, or "
            "'was: {type: ..}' here");
}

TEST(Operations, RowsWithTheSameColumnsGoTogetherInOrder) {
  const std::string step =
      "insert: {table: t, key: [a], rows: [{a: 1, b: x}, {b: y, a: 2}, {a: 3}, {a: 4, b: null}]}";
  EXPECT_EQ(
      up_of(step),
      (Texts{
          R"({"op":"insert","table":"t","columns":["a","b"],"rows":[[{"value":1},{"value":"x"}],[{"value":2},{"value":"y"}]]})",
          R"({"op":"insert","table":"t","columns":["a"],"rows":[[{"value":3}]]})",
          R"({"op":"insert","table":"t","columns":["a","b"],"rows":[[{"value":4},{"value":null}]]})"}));
  EXPECT_EQ(
      down_of("insert: {table: t, key: [a], rows: [{a: 1, b: x}, {a: 2}]}"),
      (Texts{
          R"({"op":"delete","table":"t","where":{"rows":[[{"name":"a","value":{"value":2}}],[{"name":"a","value":{"value":1}}]]}})"}));
  EXPECT_NE(
      irreversible("insert: {table: t, rows: [{a: {sql: now()}}]}").find("a 'key' of columns"),
      std::string::npos);
}

TEST(Operations, NumbersKeepEveryDigit) {
  EXPECT_EQ(
      up_of("insert: {table: t, rows: [{a: 1.10, b: 12345678901234567890.123, c: -5, d: '7', e: "
            "0.5}]}"),
      (Texts{
          R"({"op":"insert","table":"t","columns":["a","b","c","d","e"],"rows":[[{"sql":"1.10"},)"
          R"({"sql":"12345678901234567890.123"},{"value":-5},{"value":"7"},{"value":0.5}]]})"}));
}

TEST(Operations, AnUpdateIsUndoneWhereItsRowsAreAfterwards) {
  EXPECT_EQ(
      down_of("update: {table: t, set: {a: 2}, where: {a: 1, b: 3}, was: {a: 1}}"),
      (Texts{
          R"({"op":"update","table":"t","set":[{"name":"a","value":{"value":1}}],"where":{"rows":)"
          R"([[{"name":"a","value":{"value":2}},{"name":"b","value":{"value":3}}]]}})"}));
  EXPECT_NE(irreversible("update: {table: t, set: {a: {sql: a + 1}}, where: {a: 1}, was: {a: 1}}")
                .find("how to find its rows again"),
            std::string::npos);
}

TEST(Operations, MadeNamesFitAndDiffer) {
  const std::string table(70, 't');
  const auto up = up_of("addUnique: {table: " + table + ", columns: [a]}");
  const std::string name = up.front().substr(up.front().find("\"name\":\"") + 8);
  EXPECT_EQ(name.find('"'), 63U);
  EXPECT_NE(name.find("_key\""), std::string::npos);
  EXPECT_NE(up, up_of("addUnique: {table: " + table + ", columns: [b]}"));
  EXPECT_NE(up_of("addCheck: {table: t, expression: a > 0}"),
            up_of("addCheck: {table: t, expression: a > 1}"));
  const auto two = up_of(
      "createTable: {name: t, columns: [{name: a, type: text}], indexes: [{columns: [a]}, "
      "{columns: [a]}]}");
  EXPECT_NE(two[1].find("t_a_idx\""), std::string::npos);
  EXPECT_NE(two[2].find("t_a_idx1\""), std::string::npos);
}

TEST(Operations, ReferToTheirOwnSchemaUnlessSaid) {
  EXPECT_EQ(
      up_of("addForeignKey: {schema: app, table: t, columns: [a], references: {table: u, columns: "
            "[b]}}"),
      (Texts{
          R"({"op":"addForeignKey","schema":"app","table":"t","name":"t_a_fkey","columns":["a"],)"
          R"("referenced":{"schema":"app","table":"u","columns":["b"]}})"}));
}

TEST(Operations, SayWhyTheyCannotBeUndone) {
  for (const auto& [step, lacks] : std::vector<std::pair<std::string, std::string>>{
           {"dropTable: {name: t}", "'dropTable t' does not say what the table was"},
           {"dropColumn: {table: t, name: c}", "'dropColumn t.c' does not say what the column was"},
           {"dropIndex: {table: t, name: i}", "'dropIndex i' does not say what the index was"},
           {"dropConstraint: {table: t, name: k, kind: check}", "what the constraint was"},
           {"createView: {name: v, query: SELECT 1, replace: true}", "what the view was"},
           {"dropView: {name: v}", "what the view was"},
           {"update: {table: t, set: {a: 1}, all: true}", "what the values were"},
           {"delete: {table: t, all: true}", "what the rows were"},
           {"comment: {table: t, text: x}", "what the comment was"}})
    EXPECT_NE(irreversible(step).find(lacks), std::string::npos) << irreversible(step);
}

TEST(Operations, BesideSqlNeedADown) {
  const auto changes = load_steps("      - renameTable: {name: a, to: b}\n      - sql: SELECT 1\n");
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->items[0].irreversible,
            "plan.yaml:6:9: SQL does not say how to undo it: write a `down`");
  const auto plain = load_steps("      - sql: SELECT 1\n");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->items[0].irreversible, "");
}

struct Wrong {
  std::string step;
  std::string said;
};

TEST(Operations, RefuseMistakesAtTheirPlace) {
  for (const Wrong& each : std::vector<Wrong>{
           {"createTable: {name: t}",
            "5:22: 'columns' is missing, expected a list of at least one column"},
           {"createTables: {name: t}", "5:9: unknown key 'createTables' in a step"},
           {"createTable: {name: t, columns: [{name: a, typ: text}]}",
            "5:52: unknown key 'typ' in a column"},
           {"createTable: {name: t, columns: [{name: a, type: int}]}",
            "5:58: 'type' is the text 'int', expected bigint"},
           {"createTable: {name: t, columns: [{name: a, type: 'decimal(3,5)'}]}",
            "5:58: the scale"},
           {"createTable: {name: t, columns: [{name: a, type: varchar}]}",
            "[write varchar(n), with a length]"},
           {"createTable: {name: t, columns: [{name: a, type: text}], primaryKey: [b]}",
            "'primaryKey' names the column 'b'"},
           {"createTable: {name: t, columns: [{name: a, type: text}, {name: a, type: text}]}",
            "the column 'a' stands here"},
           {"createTable: {name: t, columns: [{name: a, type: bigint, identity: true}]}",
            "is neither the primary key nor unique"},
           {"addColumn: {table: t, column: {name: a, type: timestamp, default: now()}}",
            "[write {sql: now()}, or quotes"},
           {"alterColumn: {table: t, name: a}", "5:22: alterColumn has neither 'type' nor"},
           {"addForeignKey: {table: t, columns: [a, b], references: {table: u, column: c}}",
            "names 1 column(s), expected 2"},
           {"dropConstraint: {table: t, name: k, kind: unique, check: x}",
            "dropConstraint has more than one of"},
           {"delete: {table: t}", "5:17: 'where' is missing"},
           {"insert: {table: t, rows: [{a: [1]}]}",
            "expected a text, a number, true, false, null or {sql: ...}"},
           {"insert: {table: t, key: [b], rows: [{a: 1}]}",
            "'key' names the column 'b', which is not in every row"},
           {"renameTable: {name: t, to: u}\n        sql: x",
            "the step has both 'sql' and 'renameTable'"},
           {"comment: {table: t, text: ''}", "'text' is the text '', expected a text"}}) {
    const auto changes = load_steps("      - " + each.step + "\n");
    ASSERT_FALSE(changes) << each.step;
    EXPECT_NE(all_of(changes).find(each.said), std::string::npos) << all_of(changes);
  }
}

TEST(Operations, NativeTextHasToServeEveryDatabaseOfTheMigration) {
  const std::string step =
      "      - addColumn: {table: t, column: {name: a, type: {native: {postgres: inet}}}}\n";
  const auto both = load_steps(step, "version: 1\ndatabase: [postgres, mysql]\n");
  ASSERT_FALSE(both);
  EXPECT_NE(all_of(both).find("'native' says nothing for 'mysql'"), std::string::npos)
      << all_of(both);
  EXPECT_TRUE(load_steps(step, "version: 1\ndatabase: postgres\n"));
  EXPECT_TRUE(load_steps(step));
}

}  // namespace
}  // namespace garboard::loading
