// SPDX-License-Identifier: Apache-2.0
// Each operation is rendered, run on both servers, and looked for in their catalog.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "plugins/mysql/driver.hpp"

namespace garboard::mysql_test {
namespace {

using nlohmann::json;

// names that end quotes, schemas and statements, or are words of the language
const std::string table = "Sel`ect.\"'; DROP TABLE x-- a";
const std::string column = "ord`er.\\ü";

const std::string quoted_table = "`Sel``ect.\"'; DROP TABLE x-- a`";
const std::string quoted_column = "`ord``er.\\ü`";

/// JSON in which `$T` and `$C` stand for the two names.
json named(std::string text) {
  for (const auto& [mark, name] : {std::pair("$T", table), std::pair("$C", column)})
    for (std::size_t at; (at = text.find(mark)) != std::string::npos;)
      text.replace(at, 2, json(name).dump().substr(1, json(name).dump().size() - 2));
  return json::parse(text);
}

class MysqlRender : public OnServer {
 protected:
  std::vector<std::string> render(const std::string& text) {
    const Outcome answer = connection_->render(named(text));
    EXPECT_TRUE(answer.ok()) << text << ": " << answer;
    if (!answer.ok()) return {};
    return json::parse(answer.text).at("statements").get<std::vector<std::string>>();
  }
  /// Renders and runs it; what was run. Without a connection there is an outline.
  std::string apply(const std::string& text) {
    EXPECT_TRUE(outline(named(text)).ok()) << outline(named(text));
    const auto statements = render(text);
    EXPECT_EQ(statements.size(), 1U) << text;
    for (const std::string& sql : statements) {
      const Outcome ran = run(sql);
      EXPECT_TRUE(ran.ok()) << sql << ": " << ran;
    }
    return statements.empty() ? std::string() : statements[0];
  }
  /// The same, and rendering it again afterwards gives the same text.
  void apply_stably(const std::string& text) {
    const std::string sql = apply(text);
    EXPECT_EQ(render(text).at(0), sql);
  }
  static void expect_refused(const Outcome& answer, const std::string& what) {
    EXPECT_EQ(answer.status, GBD_E_UNSUPPORTED) << answer << answer.text;
    EXPECT_NE(answer.message.find(what), std::string::npos) << answer;
    EXPECT_FALSE(answer.hint.empty()) << answer;
  }
  /// What SHOW CREATE TABLE answers.
  std::string shown(const std::string& name) {
    const Outcome answer = run("SHOW CREATE TABLE " + name);
    EXPECT_TRUE(answer.ok()) << answer;
    return answer.ok() ? answer.rows.at(0).at(1).value_or("") : "";
  }
  std::string cell(const std::string& sql) { return run(sql).cell().value_or("NULL"); }
  void expect_shown(const std::string& part) {
    const std::string all = shown(quoted_table);
    EXPECT_NE(all.find(part), std::string::npos) << part << "\nnot in\n" << all;
  }
  void make_table() {
    apply(R"({"op":"createTable","name":"$T","columns":[
      {"name":"id","type":{"name":"bigint"},"nullable":false,"identity":true},
      {"name":"$C","type":{"name":"varchar","length":20},"nullable":true,"identity":false,
       "default":{"value":"5"},"comment":"it's \\ a"}],
      "primaryKey":["id"],"uniques":[],"foreignKeys":[],"checks":[],"comment":"E'\\"})");
  }
};
ON_EACH_SERVER(MysqlRender);

TEST_P(MysqlRender, MakesEveryPortableType) {
  const bool maria = is_mariadb();
  const std::vector<std::pair<std::string, std::string>> types = {
      {R"({"name":"bigint"})", maria ? "bigint(20)" : "bigint"},
      {R"({"name":"integer"})", maria ? "int(11)" : "int"},
      {R"({"name":"smallint"})", maria ? "smallint(6)" : "smallint"},
      {R"({"name":"boolean"})", "tinyint(1)"},
      {R"({"name":"real"})", "float"},
      {R"({"name":"double"})", "double"},
      {R"({"name":"text"})", "longtext"},
      {R"({"name":"bytes"})", "longblob"},
      {R"({"name":"date"})", "date"},
      {R"({"name":"time"})", "time(6)"},
      {R"({"name":"timestamp"})", "datetime(6)"},
      {R"({"name":"timestamptz"})", "timestamp(6)"},
      {R"({"name":"uuid"})", maria ? "uuid" : "char(36)"},
      {R"({"name":"json"})", maria ? "longtext" : "json"},
      {R"({"name":"varchar","length":7})", "varchar(7)"},
      {R"({"name":"decimal","precision":12,"scale":3})", "decimal(12,3)"},
      {R"({"native":"year"})", maria ? "year(4)" : "year"},
      {R"({"native":{"postgres":"x","mysql":"mediumint unsigned"}})",
       maria ? "mediumint(8) unsigned" : "mediumint unsigned"}};
  std::string given, expected;
  for (std::size_t i = 0; i < types.size(); ++i) {
    given += (i == 0 ? "" : ",") + (R"({"name":"c)" + std::to_string(i)) + R"(","type":)" +
             types[i].first + R"(,"nullable":true,"identity":false})";
    expected += (i == 0 ? "" : "|") + types[i].second;
  }
  apply(R"({"op":"createTable","name":"t","uniques":[],"foreignKeys":[],"checks":[],"columns":[)" +
        given + "]}");
  EXPECT_EQ(cell("SELECT group_concat(column_type ORDER BY ordinal_position SEPARATOR '|') FROM "
                 "information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' "
                 "AND is_nullable = 'YES'"),
            expected);
}

TEST_P(MysqlRender, MakesATableWithAllItsParts) {
  make_table();
  expect_shown("AUTO_INCREMENT");
  expect_shown("`ord``er.\\ü` varchar(20) DEFAULT '5' COMMENT 'it''s \\\\ a'");
  expect_shown("COMMENT='E''\\\\'");
  apply(R"({"op":"createTable","name":"child","columns":[
    {"name":"a","type":{"name":"bigint"},"nullable":false,"identity":false,
     "default":{"sql":"1 + 1"}},
    {"name":"b","type":{"name":"bigint"},"nullable":true,"identity":false},
    {"name":"c","type":{"name":"text"},"nullable":false,"identity":false,
     "default":{"value":"it's \\ ü"}},
    {"name":"d","type":{"name":"timestamptz"},"nullable":false,"identity":false,
     "default":{"sql":"CURRENT_TIMESTAMP"}},
    {"name":"e","type":{"name":"boolean"},"nullable":false,"identity":false,
     "default":{"value":true}}],
    "primaryKey":["a"],"uniques":[{"name":"u`","columns":["b"]}],
    "foreignKeys":[{"name":"f'","columns":["b"],"referenced":{"table":"$T","columns":["id"]},
                    "onDelete":"setNull","onUpdate":"cascade"}],
    "checks":[{"name":"c","expression":"a > 0"}]})");
  must("INSERT INTO child (b) VALUES (NULL)");
  EXPECT_EQ(cell("SELECT CONCAT(a, c, e, d <= NOW(6)) FROM child"), "2it's \\ ü11");
  const std::string made = shown("child");
  for (const char* part :
       {"CONSTRAINT `f'` FOREIGN KEY (`b`) REFERENCES "
        "`Sel``ect.\"'; DROP TABLE x-- a` (`id`)",
        "ON DELETE SET NULL ON UPDATE CASCADE", "UNIQUE KEY `u``` (`b`)", "CONSTRAINT `c` CHECK"})
    EXPECT_NE(made.find(part), std::string::npos) << part << "\nnot in\n" << made;
  apply(R"({"op":"dropTable","name":"child"})");
  EXPECT_FALSE(run("SELECT 1 FROM child").ok());
}

TEST_P(MysqlRender, AddsRenamesAndDropsColumnsAndTables) {
  make_table();
  apply(R"({"op":"addColumn","table":"$T","column":{"name":"n'w","type":{"name":"boolean"},
    "nullable":false,"identity":false,"default":{"value":true},"comment":"new"}})");
  expect_shown("`n'w` tinyint(1) NOT NULL DEFAULT");
  apply(R"({"op":"renameColumn","table":"$T","name":"n'w","to":"o`d"})");
  expect_shown("`o``d` tinyint(1)");
  apply_stably(R"({"op":"comment","table":"$T","column":"o`d","text":null})");
  apply_stably(R"({"op":"comment","table":"$T","column":"$C","text":"a\\b'c"})");
  expect_shown("DEFAULT '5' COMMENT 'a\\\\b''c'");
  EXPECT_EQ(shown(quoted_table).find("'new'"), std::string::npos);
  apply(R"({"op":"comment","table":"$T","text":"told"})");
  expect_shown("COMMENT='told'");
  apply(R"({"op":"dropColumn","table":"$T","name":"o`d"})");
  EXPECT_EQ(shown(quoted_table).find("o``d"), std::string::npos);
  const std::string database = options_.at("database");
  apply(R"({"op":"renameTable","schema":")" + database + R"(","name":"$T","to":"from"})");
  EXPECT_TRUE(run("SELECT id FROM `from`").ok());
  must("CREATE TABLE plain (a int)");
  apply(R"({"op":"addColumn","table":"plain","column":{"name":"id","type":{"name":"bigint"},
    "nullable":false,"identity":true}})");
  must("INSERT INTO plain (a) VALUES (1), (2)");
  EXPECT_EQ(cell("SELECT max(id) FROM plain"), "2");
}

TEST_P(MysqlRender, KeepsOfAColumnWhatIsNotChanged) {
  must(
      "CREATE TABLE t (first int, a varchar(9) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL "
      "DEFAULT 'x, (\\'\\\\' COMMENT 'its, (own', b timestamp(6) NULL DEFAULT NULL ON UPDATE "
      "CURRENT_TIMESTAMP(6), `NOT` enum('a','NULL'), id bigint NOT NULL AUTO_INCREMENT UNIQUE, "
      "d decimal(5,2) DEFAULT (1 + 1), hidden int INVISIBLE DEFAULT 1)");
  const std::string before = shown("t");
  const auto toggle = [&](const std::string& name, bool is_nullable) {
    const std::string change =
        R"({"op":"alterColumn","table":"t","name":")" + name + R"(","nullable":)";
    apply_stably(change + (is_nullable ? "false}" : "true}"));
    EXPECT_NE(shown("t"), before) << name;
    apply_stably(change + (is_nullable ? "true}" : "false}"));
    EXPECT_EQ(shown("t"), before) << name;
  };
  toggle("a", false);
  toggle("NOT", true);
  toggle("d", true);
  toggle("hidden", true);
  apply_stably(R"({"op":"comment","table":"t","column":"b","text":"new"})");
  apply_stably(R"({"op":"comment","table":"t","column":"b","text":null})");
  EXPECT_EQ(shown("t"), before);
  apply_stably(R"({"op":"alterColumn","table":"t","name":"ID","type":{"name":"integer"}})");
  EXPECT_NE(shown("t").find("NOT NULL AUTO_INCREMENT"), std::string::npos);
}

TEST_P(MysqlRender, ChangesTypesAndBack) {
  make_table();
  const std::string before = shown(quoted_table);
  const auto retype = [&](const std::string& type) {
    apply_stably(R"({"op":"alterColumn","table":"$T","name":"$C","type":)" + type + "}");
  };
  retype(R"({"name":"text"})");
  expect_shown("longtext DEFAULT ");
  must("INSERT INTO " + quoted_table + " (id) VALUES (1)");
  EXPECT_EQ(cell("SELECT " + quoted_column + " FROM " + quoted_table), "5");
  retype(R"({"name":"json"})");
  retype(R"({"name":"varchar","length":20})");
  EXPECT_EQ(shown(quoted_table).substr(0, before.size() - 200),
            before.substr(0, before.size() - 200));
  apply(R"({"op":"alterColumn","table":"$T","name":"$C","type":{"name":"integer"}})");
  EXPECT_NE(shown(quoted_table).find(is_mariadb() ? "int(11) DEFAULT 5" : "int DEFAULT '5'"),
            std::string::npos);
}

TEST_P(MysqlRender, ChangesDefaults) {
  make_table();
  const std::string start = R"({"op":"alterColumn","table":"$T","name":"$C",)";
  EXPECT_NE(apply(start + R"("default":{"value":7}})").find("SET DEFAULT 7"), std::string::npos);
  apply_stably(start + R"("default":null})");
  must("INSERT INTO " + quoted_table + " (id) VALUES (1)");
  EXPECT_EQ(cell("SELECT " + quoted_column + " FROM " + quoted_table), "NULL");
  apply_stably(start + R"("default":{"sql":"CONCAT('a', 'b') "}})");
  must("INSERT INTO " + quoted_table + " (id) VALUES (2)");
  EXPECT_EQ(cell("SELECT max(" + quoted_column + ") FROM " + quoted_table), "ab");
  must("DELETE FROM " + quoted_table);
  apply_stably(start + R"("type":{"name":"timestamp"},"nullable":false,
                          "default":{"sql":"current_timestamp"}})");
  must("INSERT INTO " + quoted_table + " (id) VALUES (3)");
  EXPECT_EQ(cell("SELECT " + quoted_column + " <= NOW(6) FROM " + quoted_table), "1");
}

TEST_P(MysqlRender, SaysWhenTheDefinitionHasToBeReadFirst) {
  const json change = named(R"({"op":"alterColumn","table":"t","name":"a","nullable":false})");
  const Outcome answer = outline(change);
  ASSERT_TRUE(answer.ok()) << answer;
  EXPECT_EQ(json::parse(answer.text).at("needsDatabase"), true);
  EXPECT_EQ(connection_->render(change).native_code, 1146) << "no such table";
  must("CREATE TABLE t (b int, c int AS (b + 1))");
  EXPECT_EQ(connection_->render(change).sqlstate, "42S22");
  json generated = change;
  generated["name"] = "c";
  expect_refused(connection_->render(generated), "generated");
}

TEST_P(MysqlRender, MakesAndDropsIndexes) {
  make_table();
  apply(R"({"op":"addIndex","table":"$T","name":"i`x","columns":[
    {"name":"$C","descending":true},{"name":"id"}],"unique":true,"method":"BTree",
    "concurrently":true})");
  expect_shown("UNIQUE KEY `i``x` (`ord``er.\\ü` DESC,`id`)");
  apply(R"({"op":"dropIndex","table":"$T","name":"i`x","concurrently":true})");
  EXPECT_EQ(shown(quoted_table).find("i``x"), std::string::npos);
  must("CREATE TABLE t (a int)");
  const std::string on_expression = R"({"op":"addIndex","table":"t","name":"e",
    "columns":[{"expression":"a + 1"}],"unique":false,"concurrently":false})";
  if (is_mariadb()) return expect_refused(connection_->render(named(on_expression)), "expressions");
  apply(on_expression);
  EXPECT_NE(shown("t").find("KEY `e` (((`a` + 1)))"), std::string::npos);
}

TEST_P(MysqlRender, AddsAndDropsConstraints) {
  must("CREATE TABLE t (a int, b int)");
  const std::string before = shown("t");
  apply(R"({"op":"addUnique","table":"t","name":"$C","columns":["a","b"]})");
  apply(R"({"op":"addCheck","table":"t","name":"k","expression":"a > 0 OR a < 9"})");
  const std::string made = shown("t");
  EXPECT_NE(made.find("UNIQUE KEY " + quoted_column + " (`a`,`b`)"), std::string::npos) << made;
  EXPECT_NE(made.find("CONSTRAINT `k` CHECK"), std::string::npos) << made;
  apply(R"({"op":"dropConstraint","table":"t","name":"k","kind":"check"})");
  apply(R"({"op":"dropConstraint","table":"t","name":"$C","kind":"unique"})");
  EXPECT_EQ(shown("t"), before);
}

TEST_P(MysqlRender, DropsTheIndexThatTheServerMadeForAForeignKey) {
  make_table();
  must("CREATE TABLE child (p bigint)");
  const std::string before = shown("child");
  const std::string add = R"({"op":"addForeignKey","table":"child","name":"f`","columns":["p"],
    "referenced":{"table":"$T","columns":["id"]},"onDelete":"restrict"})";
  const std::string drop =
      R"({"op":"dropConstraint","table":"child","name":"f`","kind":"foreignKey"})";
  apply(add);
  EXPECT_NE(shown("child").find("KEY `f``` (`p`)"), std::string::npos) << shown("child");
  apply_stably(drop);
  EXPECT_EQ(shown("child"), before);
  must("CREATE INDEX own ON child (p)");
  const std::string with_index = shown("child");
  apply(add);
  apply(drop);
  EXPECT_EQ(shown("child"), with_index);
}

TEST_P(MysqlRender, KeepsTheIndexThatAnotherForeignKeyNeeds) {
  make_table();
  must("CREATE TABLE child (p bigint)");
  const std::string add = R"({"op":"addForeignKey","table":"child","name":"%","columns":["p"],
    "referenced":{"table":"$T","columns":["id"]},"onDelete":"restrict"})";
  const auto named = [](std::string text, const std::string& name) {
    return text.replace(text.find('%'), 1, name);
  };
  apply(named(add, "first"));
  const std::string before = shown("child");
  apply(named(add, "second"));
  apply(R"({"op":"dropConstraint","table":"child","name":"second","kind":"foreignKey"})");
  EXPECT_EQ(shown("child"), before);
}

TEST_P(MysqlRender, MakesReplacesAndDropsViews) {
  apply(R"({"op":"createView","name":"v`","query":{"postgres":"x","mysql":"SELECT 1, 2 ; \n"},
    "columns":["a`","b"],"replace":false})");
  apply(R"({"op":"createView","name":"v`","query":"SELECT 3, 4","columns":["a`","b"],
    "replace":true})");
  EXPECT_EQ(cell("SELECT `a``` + b FROM `v```"), "7");
  apply(R"({"op":"dropView","name":"v`"})");
  EXPECT_FALSE(run("SELECT 1 FROM `v```").ok());
}

TEST_P(MysqlRender, WritesRowsAsTheyAreGivenInEverySqlMode) {
  must("CREATE TABLE t (a text, b int, c boolean, d timestamp(6) NULL)");
  const std::string hostile = table + " \\ " + column + "\n";
  for (const char* mode : {"", "NO_BACKSLASH_ESCAPES,ANSI_QUOTES"}) {
    EXPECT_TRUE(run("SET SESSION sql_mode = ?", {mode}).ok());
    apply(R"({"op":"insert","table":"t","columns":["a","b","c","d"],"rows":[
      [{"value":"$T \\ $C\n"},{"value":-1},{"value":true},{"sql":"now(6) "}],
      [{"value":null},{"value":2},{"value":null},{"value":"2024-01-01 00:00:00"}]]})");
    EXPECT_EQ(cell("SELECT a FROM t WHERE b = -1 AND c AND d <= now(6)"), hostile);
    apply(R"({"op":"update","table":"t","set":[{"name":"b","value":{"sql":"b + 10"}}],
      "where":{"rows":[
        [{"name":"a","value":{"value":"$T \\ $C\n"}},{"name":"c","value":{"value":true}}],
        [{"name":"c","value":{"value":null}}]]}})");
    EXPECT_EQ(cell("SELECT group_concat(b ORDER BY b) FROM t"), "9,12");
    apply(R"({"op":"delete","table":"t","where":{"sql":"b = 9"}})");
    EXPECT_EQ(cell("SELECT count(*) FROM t"), "1");
    apply(R"({"op":"delete","table":"t","where":{"all":true}})");
    apply(R"({"op":"comment","table":"t","text":"a\\b"})");
    EXPECT_EQ(cell("SELECT table_comment FROM information_schema.tables WHERE table_schema = "
                   "DATABASE() AND table_name = 't'"),
              "a\\b");
  }
}

TEST_P(MysqlRender, NeverReadsABackslashInTheWrongMode) {
  must("CREATE TABLE t (a varchar(9) DEFAULT 'x\\\\')");
  must("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'");
  expect_refused(
      connection_->render(named(R"({"op":"alterColumn","table":"t","name":"a","nullable":false})")),
      "backslash");
}

TEST_P(MysqlRender, RefusesAnInstantThatTheServerWouldChangeByItself) {
  const json operation = named(R"({"op":"addColumn","table":"t","column":{"name":"a",
    "type":{"name":"timestamptz"},"nullable":false,"identity":false}})");
  EXPECT_TRUE(connection_->render(operation).ok());
  must("SET SESSION explicit_defaults_for_timestamp = OFF");
  expect_refused(connection_->render(operation), "explicit_defaults_for_timestamp");
}

TEST(MysqlOutline, RefusesWhatNoServerCanDo) {
  const auto refused = [](const std::string& text, const char* what) {
    const Outcome answer = outline(json::parse(text));
    EXPECT_EQ(answer.status, GBD_E_UNSUPPORTED) << text << answer;
    EXPECT_NE(answer.message.find(what), std::string::npos) << answer;
    EXPECT_FALSE(answer.hint.empty()) << text;
  };
  const std::string index = R"({"op":"addIndex","table":"t","name":"i","columns":[{"name":"a"}],
    "unique":false,"concurrently":false,)";
  refused(index + R"("where":"a > 1"})", "partial");
  refused(index + R"("method":"gin"})", "gin");
  refused(R"({"op":"alterColumn","table":"t","name":"c","type":{"name":"text"},"using":"x"})",
          "USING");
  refused(R"({"op":"addForeignKey","table":"t","name":"f","columns":["a"],"onUpdate":"setDefault",
    "referenced":{"table":"p","columns":["id"]}})",
          "SET DEFAULT");
  refused(R"({"op":"dropTable","name":"t","cascade":true})", "cascade");
  refused(R"({"op":"dropTable","name":")" + std::string(65, 'x') + "\"}", "64");
  refused(R"({"op":"alterColumn","table":"t","name":"c","type":{"name":"money"}})", "money");
}

}  // namespace
}  // namespace garboard::mysql_test
