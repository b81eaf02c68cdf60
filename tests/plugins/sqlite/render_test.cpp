// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

using nlohmann::json;

json type(const char* name) { return {{"name", name}}; }
json column(const char* name, const json& type, const json& changes = json::object()) {
  json made{{"name", name}, {"type", type}, {"nullable", true}, {"identity", false}};
  made.update(changes);
  return made;
}
json table(const char* name, const json& columns, const json& changes = json::object()) {
  json made{{"op", "createTable"},          {"name", name},
            {"columns", columns},           {"uniques", json::array()},
            {"foreignKeys", json::array()}, {"checks", json::array()}};
  made.update(changes);
  return made;
}
json index(const char* name, const json& columns, const json& changes = json::object()) {
  json made{{"op", "addIndex"},   {"table", "t"},    {"name", name},
            {"columns", columns}, {"unique", false}, {"concurrently", false}};
  made.update(changes);
  return made;
}
json rendered(const json& operation) {
  const Outcome outcome = outline(operation);
  EXPECT_TRUE(outcome.ok()) << operation << ": " << outcome;
  return outcome.ok() ? json::parse(outcome.text) : json();
}
std::string sql(const json& operation) {
  std::string all;
  const json answer = rendered(operation);
  for (const json& one : answer["statements"])
    all += (all.empty() ? "" : "; ") + one.get<std::string>();
  return all;
}
bool needs_database(const json& operation) { return rendered(operation)["needsDatabase"]; }
bool is_unchecked(const json& operation) { return rendered(operation)["uncheckedTransaction"]; }

class SqliteRender : public OnFile {};

TEST_F(SqliteRender, ATableWithEverything) {
  must("CREATE TABLE p (id INTEGER PRIMARY KEY, x UNIQUE)");
  const json op =
      table("t",
            {column("id", type("bigint"), {{"nullable", false}, {"identity", true}}),
             column("n", {{"name", "varchar"}, {"length", 9}}, {{"default", {{"value", "it's"}}}}),
             column("d", {{"name", "decimal"}, {"precision", 5}, {"scale", 2}}),
             column("b", type("boolean"), {{"nullable", false}, {"default", {{"value", true}}}}),
             column("at", type("timestamptz"), {{"default", {{"sql", "CURRENT_TIMESTAMP"}}}}),
             column("r", {{"native", {{"sqlite", "RAW"}, {"mysql", "x"}}}})},
            {{"primaryKey", json::array({"id"})},
             {"uniques", json::array({json{{"name", "u"}, {"columns", {"n", "d"}}}})},
             {"checks", json::array({json{{"name", "k"}, {"expression", "d > 0"}}})},
             {"foreignKeys",
              {{{"name", "f"},
                {"columns", {"r"}},
                {"referenced", {{"schema", "main"}, {"table", "p"}, {"columns", {"x"}}}},
                {"onDelete", "setNull"}}}}});
  EXPECT_EQ(sql(op),
            "CREATE TABLE \"t\" (\n  \"id\" INTEGER PRIMARY KEY AUTOINCREMENT,\n  \"n\" VARCHAR(9) "
            "DEFAULT 'it''s',\n  \"d\" DECIMAL(5, 2),\n  \"b\" BOOLEAN NOT NULL DEFAULT true,\n  "
            "\"at\" TIMESTAMPTZ DEFAULT (CURRENT_TIMESTAMP),\n  \"r\" RAW,\n  CONSTRAINT \"u\" "
            "UNIQUE (\"n\", \"d\"),\n  CONSTRAINT \"f\" FOREIGN KEY (\"r\") REFERENCES \"p\" "
            "(\"x\") ON DELETE SET NULL,\n  CONSTRAINT \"k\" CHECK (d > 0)\n)");
  EXPECT_FALSE(needs_database(op));
  EXPECT_FALSE(is_unchecked(op));
  apply(op);
  must("INSERT INTO t (d) VALUES (1)");
  EXPECT_EQ(run("SELECT id, n, b FROM t").rows, (Rows{{"1", "it's", "1"}}));
}

TEST_F(SqliteRender, EachTypeKeepsAValueAsItWasWritten) {
  const std::vector<std::pair<const char*, const char*>> values{
      {"bigint", "9223372036854775807"},
      {"integer", "1"},
      {"smallint", "1"},
      {"boolean", "1"},
      {"real", "1.5"},
      {"double", "1.5"},
      {"text", "007"},
      {"date", "2024-01-31"},
      {"time", "12:30:00"},
      {"timestamp", "2024-01-31 12:30:00.123456"},
      {"timestamptz", "2024-01-31T12:30:00Z"},
      {"json", "1.0"},
      {"uuid", "12345678123412341234123456789012"}};
  json columns = json::array();
  json row = json::array();
  json names = json::array();
  for (const auto& [name, value] : values) {
    columns.push_back(column(name, type(name)));
    names.push_back(name);
    row.push_back({{"value", value}});
  }
  apply(table("t", columns));
  apply({{"op", "insert"}, {"table", "t"}, {"columns", names}, {"rows", {row}}});
  const Outcome read = run("SELECT * FROM t");
  ASSERT_EQ(read.rows.size(), 1U);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(read.rows[0][i], values[i].second) << values[i].first;
}

TEST_F(SqliteRender, ColumnsThatAlterTableCanAddNeedNoRebuild) {
  must("CREATE TABLE t (a)");
  must("INSERT INTO t VALUES (1)");
  const auto add = [](const char* name, const json& changes) {
    return json{
        {"op", "addColumn"}, {"table", "t"}, {"column", column(name, type("integer"), changes)}};
  };
  for (const json& op :
       {add("b", json::object()), add("c", {{"nullable", false}, {"default", {{"value", 5}}}}),
        add("d", {{"nullable", false}, {"default", {{"sql", "-1.5"}}}}),
        add("e", {{"default", {{"sql", "'x'"}}}}), add("f", {{"default", {{"sql", "TRUE"}}}}),
        add("g", {{"default", {{"value", nullptr}}}})}) {
    EXPECT_FALSE(needs_database(op)) << op;
    EXPECT_FALSE(is_unchecked(op)) << op;
    apply(op);
  }
  for (const json& op : {add("h", {{"default", {{"sql", "CURRENT_TIMESTAMP"}}}}),
                         add("i", {{"default", {{"sql", "1 + 1"}}}}),
                         add("j", {{"default", {{"sql", "random()"}}}})}) {
    EXPECT_TRUE(needs_database(op)) << op;
    EXPECT_TRUE(is_unchecked(op)) << op;
    apply(op);
  }
  EXPECT_EQ(run("SELECT a, b, c, d, e, f, i FROM t").rows,
            (Rows{{"1", Cell{}, "5", "-1.5", "x", "1", "2"}}));
}

TEST_F(SqliteRender, DroppingATableTouchesNoChild) {
  must("CREATE TABLE p (id INTEGER PRIMARY KEY)");
  must("CREATE TABLE c (p REFERENCES p ON DELETE CASCADE)");
  must("INSERT INTO p VALUES (1)");
  must("INSERT INTO c VALUES (1)");
  const json op{{"op", "dropTable"}, {"name", "p"}};
  EXPECT_TRUE(is_unchecked(op));
  EXPECT_FALSE(needs_database(op));
  EXPECT_EQ(connection_->apply(op).message, "the table c refers to the table p, which is dropped");
  EXPECT_EQ(run("SELECT * FROM c").rows, (Rows{{"1"}}));
  EXPECT_EQ(run("SELECT * FROM p").rows, (Rows{{"1"}}));
  apply({{"op", "dropTable"}, {"name", "c"}});
  apply(op);
}

TEST_F(SqliteRender, RenamesFollowIntoOtherTablesAndViews) {
  must("CREATE TABLE p (id INTEGER PRIMARY KEY)");
  must("CREATE TABLE c (p REFERENCES p (id))");
  must("CREATE VIEW v AS SELECT id FROM p");
  // as in a migration that also has a rebuild
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN_UNCHECKED).ok());
  must(sql({{"op", "renameTable"}, {"name", "p"}, {"to", "q"}}));
  must(sql({{"op", "renameColumn"}, {"table", "q"}, {"name", "id"}, {"to", "order"}}));
  ASSERT_TRUE(connection_->tx(GBD_TX_COMMIT).ok());
  EXPECT_EQ(run("SELECT sql FROM sqlite_master WHERE name = 'c'").cell(),
            "CREATE TABLE c (p REFERENCES \"q\" (\"order\"))");
  must("SELECT * FROM v");
}

TEST_F(SqliteRender, IndexesOfEveryShape) {
  must("CREATE TABLE t (a, \"b`\"\"c\")");
  EXPECT_EQ(sql(index("i", {{{"name", "a"}, {"descending", true}}, {{"expression", "lower(a)"}}},
                      {{"unique", true}, {"where", "a > 1"}, {"schema", "main"}})),
            "CREATE UNIQUE INDEX \"main\".\"i\" ON \"t\" (`a` DESC, (lower(a))) WHERE a > 1");
  apply(index("x\"y", {{{"name", "b`\"c"}}}, {{"concurrently", true}}));
  apply({{"op", "dropIndex"}, {"table", "t"}, {"name", "x\"y"}, {"concurrently", false}});
  EXPECT_EQ(connection_->apply(index("i", {{{"name", "nope"}}})).message, "no such column: nope")
      << "no index on the text 'nope'";
  EXPECT_EQ(outline(index("i", {{{"name", "a"}}}, {{"method", "gin"}})).status, GBD_E_UNSUPPORTED);
}

TEST_F(SqliteRender, AReplacedViewKeepsItsTriggers) {
  must("CREATE TABLE t (a)");
  must("CREATE VIEW v AS SELECT 1 AS a");
  must("CREATE TRIGGER w INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (NEW.a); END");
  const json op{{"op", "createView"},
                {"name", "v"},
                {"query", {{"sqlite", "SELECT a, a FROM t;"}}},
                {"columns", {"a", "b"}},
                {"replace", true}};
  EXPECT_TRUE(needs_database(op));
  EXPECT_FALSE(is_unchecked(op));
  apply(op);
  must("INSERT INTO v (a) VALUES (5)");
  EXPECT_EQ(run("SELECT a, b FROM v").rows, (Rows{{"5", "5"}}));
  apply({{"op", "dropView"}, {"name", "v"}});
}

TEST_F(SqliteRender, RowsAreFoundByTheirColumnsOnly) {
  must("CREATE TABLE t (a, \"b c\")");
  const auto condition = [](const char* name, const json& value) {
    return json{{"rows", {{{{"name", name}, {"value", {{"value", value}}}}}}}};
  };
  apply({{"op", "insert"},
         {"table", "t"},
         {"columns", {"a", "b c"}},
         {"rows",
          {{{{"value", 1}}, {{"value", "x"}}},
           {{{"value", 2}}, {{"value", nullptr}}},
           {{{"sql", "1 + 2"}}, {{"value", false}}}}}});
  apply({{"op", "update"},
         {"table", "t"},
         {"set", {{{"name", "a"}, {"value", {{"sql", "a * 10"}}}}}},
         {"where", condition("b c", nullptr)}});
  EXPECT_EQ(run("SELECT a FROM t ORDER BY rowid").rows, (Rows{{"1"}, {"20"}, {"3"}}));
  const Outcome outcome =
      connection_->apply({{"op", "delete"}, {"table", "t"}, {"where", condition("nope", "nope")}});
  EXPECT_EQ(outcome.message, "no such column: t.nope") << "not true for every row";
  apply({{"op", "delete"}, {"table", "t"}, {"where", condition("b c", "x")}});
  apply({{"op", "delete"}, {"table", "t"}, {"where", {{"sql", "a = 3"}}}});
  EXPECT_EQ(run("SELECT a FROM t").rows, (Rows{{"20"}}));
  apply({{"op", "delete"}, {"table", "t"}, {"where", {{"all", true}}}});
}

TEST_F(SqliteRender, SaysWithoutADatabaseWhatWillNeedOne) {
  const json check{{"op", "addCheck"}, {"table", "t\n"}, {"name", "k"}, {"expression", "a\n> 0"}};
  EXPECT_EQ(sql(check),
            "-- the table \"t \" is rebuilt from what it is then: with CONSTRAINT \"k\" CHECK (a > "
            "0)");
  EXPECT_TRUE(needs_database(check) && is_unchecked(check));
  const json drop{{"op", "dropColumn"}, {"table", "t"}, {"name", "a"}};
  EXPECT_EQ(sql(drop), "ALTER TABLE \"t\" DROP COLUMN \"a\"");
  EXPECT_TRUE(needs_database(drop) && is_unchecked(drop));
}

TEST_F(SqliteRender, RefusesWhatSqliteHasNot) {
  const auto hint_of = [](const json& op) {
    const Outcome outcome = outline(op);
    EXPECT_EQ(outcome.status, GBD_E_UNSUPPORTED) << op << outcome;
    return outcome.hint;
  };
  const std::string elsewhere = "say `database: [postgres, mysql]` on this migration";
  EXPECT_EQ(hint_of({{"op", "comment"}, {"table", "t"}, {"text", "x"}}), elsewhere);
  EXPECT_EQ(hint_of(table("t", json::array({column("a", type("text"))}), {{"comment", "x"}})),
            elsewhere);
  EXPECT_EQ(hint_of(table("t", json::array({column("a", type("text"), {{"comment", "x"}})}))),
            elsewhere);
  EXPECT_EQ(hint_of({{"op", "dropTable"}, {"schema", "app"}, {"name", "t"}}),
            "leave the schema out, or " + elsewhere);
  EXPECT_EQ(hint_of(table("t", json::array({column("a", type("bigint"), {{"identity", true}})}))),
            "make \"a\" the primary key");
  EXPECT_EQ(hint_of(table("t", json::array({column("a", type("text"), {{"identity", true}})}),
                          {{"primaryKey", json::array({"a"})}})),
            "make it a bigint or integer");
  EXPECT_EQ(hint_of({{"op", "alterColumn"},
                     {"table", "t"},
                     {"name", "a"},
                     {"type", type("text")},
                     {"using", "a::text"}}),
            "change the values with an update of their own");
  const std::string nul("a\0b", 3);
  EXPECT_EQ(outline({{"op", "dropView"}, {"name", nul}}).status, GBD_E_INVALID);
}

}  // namespace
}  // namespace garboard::sqlite_test
