// SPDX-License-Identifier: Apache-2.0
// Each operation is rendered, run on the server, and looked for in its catalog.
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "driver_harness.hpp"

namespace garboard::postgres_tests {

namespace {

using nlohmann::json;

// names that end quotes, schemas and statements, or are words of the language
const std::string table = "Sel\"ect.'; DROP TABLE x--`";
const std::string column = "ord\"er.\\ü";

// Each test is a process of its own, and several run at once.
const std::string schema = "garboard_render_" + std::to_string(getpid());

/// JSON in which `$T`, `$C` and `$S` stand for the table, the column and the schema.
json named(std::string text) {
  for (const auto& [mark, name] :
       {std::pair("$T", table), std::pair("$C", column), std::pair("$S", schema)})
    for (std::size_t at; (at = text.find(mark)) != std::string::npos;)
      text.replace(at, 2, json(name).dump().substr(1, json(name).dump().size() - 2));
  return json::parse(text);
}

class PostgresRender : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) use_schema(schema);
  }
  void TearDown() override {
    if (!IsSkipped()) db().exec("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
  }

  /// Renders and runs it; what was run.
  std::vector<std::string> apply(const std::string& text) {
    const json operation = named(text);
    json answer, without;
    const Reply reply = db().render(operation, answer);
    EXPECT_TRUE(reply.is_ok()) << operation << ": " << reply;
    if (!reply.is_ok()) return {};
    EXPECT_TRUE(outline(operation, without).is_ok());
    EXPECT_EQ(answer, without);
    EXPECT_EQ(answer.at("needsDatabase"), false);
    auto statements = answer.at("statements").get<std::vector<std::string>>();
    for (const std::string& sql : statements) {
      const Reply ran = db().exec(sql);
      EXPECT_TRUE(ran.is_ok()) << sql << ": " << ran;
    }
    return statements;
  }
  Reply refused(const std::string& text) {
    const json operation = named(text);
    json answer;
    Reply reply = outline(operation, answer);
    EXPECT_EQ(reply.status, GBD_E_UNSUPPORTED) << operation << ": " << reply << answer;
    EXPECT_FALSE(reply.hint.empty()) << operation;
    return reply;
  }
  /// `name type [not null] [default] [identity]` of each column.
  std::string columns(const std::string& name) {
    return db().cell(
        "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || "
        "CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || "
        "pg_get_expr(adbin, adrelid), '') || attidentity::text, ', ' ORDER BY attnum) "
        "FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
        "WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = $1 AND "
        "pg_table_is_visible(oid)) AND attnum > 0 "
        "AND NOT attisdropped",
        {name});
  }
  std::string constraints(const std::string& name) {
    return db().cell(
        "SELECT coalesce(string_agg(conname || ': ' || pg_get_constraintdef(oid), '; ' "
        "ORDER BY conname), 'none') FROM pg_constraint WHERE conrelid = (SELECT oid FROM pg_class "
        "WHERE relname = $1 AND pg_table_is_visible(oid))",
        {name});
  }
  void make_table() {
    apply(R"({"op":"createTable","name":"$T","columns":[
      {"name":"id","type":{"name":"bigint"},"nullable":false,"identity":true},
      {"name":"$C","type":{"name":"varchar","length":20},"nullable":true,"identity":false,
       "default":{"value":"5"},"comment":"it's \\ a"}],
      "primaryKey":["id"],"uniques":[],"foreignKeys":[],"checks":[],"comment":"E'\\"})");
  }
};

TEST_F(PostgresRender, MakesEveryPortableType) {
  const std::vector<std::pair<std::string, std::string>> types = {
      {R"({"name":"bigint"})", "bigint"},
      {R"({"name":"integer"})", "integer"},
      {R"({"name":"smallint"})", "smallint"},
      {R"({"name":"boolean"})", "boolean"},
      {R"({"name":"real"})", "real"},
      {R"({"name":"double"})", "double precision"},
      {R"({"name":"text"})", "text"},
      {R"({"name":"bytes"})", "bytea"},
      {R"({"name":"date"})", "date"},
      {R"({"name":"time"})", "time without time zone"},
      {R"({"name":"timestamp"})", "timestamp without time zone"},
      {R"({"name":"timestamptz"})", "timestamp with time zone"},
      {R"({"name":"uuid"})", "uuid"},
      {R"({"name":"json"})", "jsonb"},
      {R"({"name":"varchar","length":7})", "character varying(7)"},
      {R"({"name":"decimal","precision":12,"scale":3})", "numeric(12,3)"},
      {R"({"native":"inet"})", "inet"},
      {R"({"native":{"postgres":"cidr","mysql":"x"}})", "cidr"}};
  std::string given, expected;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::string name = "c" + std::to_string(i);
    given += (i == 0 ? "" : ",") + (R"({"name":")" + name) + R"(","type":)" + types[i].first +
             R"(,"nullable":true,"identity":false})";
    expected += (i == 0 ? "" : ", ") + name + " " + types[i].second;
  }
  apply(R"({"op":"createTable","name":"t","uniques":[],"foreignKeys":[],"checks":[],"columns":[)" +
        given + "]}");
  EXPECT_EQ(columns("t"), expected);
}

TEST_F(PostgresRender, MakesATableWithAllItsParts) {
  make_table();
  EXPECT_EQ(columns(table), "id bigint not nulld, " + column +
                                " character varying(20) default '5'::character varying");
  EXPECT_EQ(db().cell("SELECT obj_description(oid) || col_description(oid, 2) FROM pg_class "
                      "WHERE relname = $1 AND pg_table_is_visible(pg_class.oid)",
                      {table}),
            "E'\\it's \\ a");
  apply(R"({"op":"createTable","schema":"$S","name":"child","columns":[
    {"name":"a","type":{"name":"bigint"},"nullable":false,"identity":false,
     "default":{"sql":"length('a') + 1"}},
    {"name":"b","type":{"name":"bigint"},"nullable":true,"identity":false}],
    "primaryKey":["a"],"uniques":[{"name":"u\"","columns":["b"]}],
    "foreignKeys":[{"name":"f'","columns":["a"],"referenced":{"table":"$T","columns":["id"]},
                    "onDelete":"setNull","onUpdate":"cascade"}],
    "checks":[{"name":"c","expression":"a > 0"}]})");
  EXPECT_EQ(columns("child"), "a bigint not null default (length('a'::text) + 1), b bigint");
  EXPECT_EQ(constraints("child"),
            "c: CHECK ((a > 0)); child_pkey: PRIMARY KEY (a); f': FOREIGN KEY (a) REFERENCES "
            "\"Sel\"\"ect.'; DROP TABLE x--`\"(id) ON UPDATE CASCADE ON DELETE SET NULL; "
            "u\": UNIQUE (b)");
  apply(R"({"op":"dropTable","schema":"$S","name":"child"})");
  EXPECT_EQ(db().cell("SELECT count(*) FROM pg_class WHERE relname = 'child' "
                      "AND pg_table_is_visible(oid)"),
            "0");
}

TEST_F(PostgresRender, AddsRenamesAndDropsColumnsAndTables) {
  make_table();
  apply(R"({"op":"addColumn","table":"$T","column":{"name":"n'w","type":{"name":"boolean"},
    "nullable":false,"identity":false,"default":{"value":true},"comment":"new"}})");
  EXPECT_NE(columns(table).find("n'w boolean not null default true"), std::string::npos);
  apply(R"({"op":"renameColumn","table":"$T","name":"n'w","to":"o\"d"})");
  EXPECT_NE(columns(table).find("o\"d boolean"), std::string::npos);
  apply(R"({"op":"comment","table":"$T","column":"o\"d","text":null})");
  apply(R"({"op":"comment","table":"$T","text":"told"})");
  EXPECT_EQ(db().cell("SELECT obj_description(oid) || coalesce(col_description(oid, 3), '-') "
                      "FROM pg_class WHERE relname = $1 AND pg_table_is_visible(oid)",
                      {table}),
            "told-");
  apply(R"({"op":"dropColumn","table":"$T","name":"o\"d"})");
  EXPECT_EQ(columns(table).find("o\"d"), std::string::npos);
  apply(R"({"op":"renameTable","name":"$T","to":"from"})");
  EXPECT_NE(columns("from"), "");
}

TEST_F(PostgresRender, ChangesTypeDefaultAndNullabilityAtOnce) {
  make_table();
  // text is no integer without a cast, and '5' no default of one
  apply(R"({"op":"alterColumn","table":"$T","name":"$C","type":{"name":"integer"},
    "nullable":false,"default":{"value":-3}})");
  EXPECT_EQ(columns(table),
            "id bigint not nulld, " + column + " integer not null default '-3'::integer");
  apply(R"({"op":"alterColumn","table":"$T","name":"$C","nullable":true,"default":null})");
  EXPECT_EQ(columns(table), "id bigint not nulld, " + column + " integer");
  apply(R"({"op":"alterColumn","table":"$T","name":"$C","type":{"name":"boolean"},
    "using":"\"ord\"\"er.\\ü\" > 3"})");
  EXPECT_EQ(columns(table), "id bigint not nulld, " + column + " boolean");
}

TEST_F(PostgresRender, NeverCutsValuesOffInSilence) {
  ASSERT_TRUE(db().exec("CREATE TABLE t (a text)").is_ok());
  ASSERT_TRUE(db().exec("INSERT INTO t VALUES ('longer than three')").is_ok());
  for (const char* type : {R"({"name":"varchar","length":3})", R"({"native":"char(3) "})"}) {
    const std::string operation = R"({"op":"alterColumn","table":"t","name":"a","type":)";
    json answer;
    ASSERT_TRUE(outline(json::parse(operation + type + "}"), answer).is_ok());
    EXPECT_EQ(db().exec(answer.at("statements").at(0)).sqlstate, "22001");
  }
}

TEST_F(PostgresRender, MakesAndDropsIndexes) {
  make_table();
  apply(R"({"op":"addIndex","table":"$T","name":"i\"x","columns":[
    {"name":"$C","descending":true},{"expression":"id + 1"}],
    "unique":true,"where":"id > 3","method":"btree","concurrently":true})");
  EXPECT_EQ(db().cell("SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = 'i\"x' "
                      "AND pg_table_is_visible(oid)"),
            "CREATE UNIQUE INDEX \"i\"\"x\" ON " + schema +
                ".\"Sel\"\"ect.'; DROP TABLE x--`\" "
                "USING btree (\"ord\"\"er.\\ü\" DESC, ((id + 1))) WHERE (id > 3)");
  const auto dropped = apply(R"({"op":"dropIndex","schema":"$S","table":"$T",
    "name":"i\"x","concurrently":true})");
  EXPECT_TRUE(dropped.at(0).starts_with("DROP INDEX CONCURRENTLY "));
  EXPECT_EQ(db().cell("SELECT count(*) FROM pg_class WHERE relname = 'i\"x' "
                      "AND pg_table_is_visible(oid)"),
            "0");
}

TEST_F(PostgresRender, AddsAndDropsConstraints) {
  make_table();
  apply(R"({"op":"addUnique","table":"$T","name":"u","columns":["$C","id"]})");
  apply(R"({"op":"addCheck","table":"$T","name":"c","expression":"id > 0 OR id < 9"})");
  apply(R"({"op":"addForeignKey","table":"$T","name":"f","columns":["id"],"referenced":
    {"schema":"$S","table":"$T","columns":["id"]},"onDelete":"restrict"})");
  const std::string made = constraints(table);
  EXPECT_NE(made.find("f: FOREIGN KEY (id)"), std::string::npos) << made;
  EXPECT_NE(made.find("ON DELETE RESTRICT"), std::string::npos) << made;
  EXPECT_NE(made.find("c: CHECK"), std::string::npos) << made;
  EXPECT_NE(made.find("u: UNIQUE"), std::string::npos) << made;
  apply(R"({"op":"dropConstraint","table":"$T","name":"f","kind":"foreignKey"})");
  apply(R"({"op":"dropConstraint","table":"$T","name":"c","kind":"check"})");
  apply(R"({"op":"dropConstraint","table":"$T","name":"u","kind":"unique"})");
  EXPECT_EQ(constraints(table), table + "_pkey: PRIMARY KEY (id)");
}

TEST_F(PostgresRender, MakesReplacesAndDropsViews) {
  apply(R"({"op":"createView","name":"v\"","query":{"postgres":"SELECT 1, 2 ; \n","mysql":"x"},
    "columns":["a\"","b"],"replace":false})");
  apply(R"({"op":"createView","name":"v\"","query":"SELECT 3, 4","columns":["a\"","b"],
    "replace":true})");
  EXPECT_EQ(db().cell("SELECT \"a\"\"\" + b FROM \"v\"\"\""), "7");
  apply(R"({"op":"dropView","name":"v\""})");
  EXPECT_EQ(db().cell("SELECT count(*) FROM pg_class WHERE relname = 'v\"' "
                      "AND pg_table_is_visible(oid)"),
            "0");
}

TEST_F(PostgresRender, WritesRowsAsTheyAreGiven) {
  ASSERT_TRUE(db().exec("CREATE TABLE t (a text, b int, c boolean, d timestamptz)").is_ok());
  apply(R"({"op":"insert","table":"t","columns":["a","b","c","d"],"rows":[
    [{"value":"$T \\ $C\n"},{"value":-1},{"value":true},{"sql":"now() "
}],
    [{"value":null},{"value":2},{"value":null},{"value":"2024-01-01 00:00:00+00"}]]
})");
  EXPECT_EQ(db().cell("SELECT a FROM t WHERE b = -1 AND c AND d <= now()"),
            table + " \\ " + column + "\n");
  apply(
      R"({"op":"update","table":"t","set":[{"name":"b","value":{"sql":"b + 10"}}],"where":{"rows":[
    [{"name":"a","value":{"value":"$T \\ $C\n"}},{"name":"c","value":{"value":true}}],
    [{"name":"c","value":{"value":null}}]]}})");
  EXPECT_EQ(db().cell("SELECT string_agg(b::text, ',' ORDER BY b) FROM t"), "9,12");
  apply(R"({"op":"delete","table":"t","where":{"sql":"b = 9"}})");
  EXPECT_EQ(db().cell("SELECT count(*) FROM t"), "1");
  apply(R"({"op":"delete","table":"t","where":{"all":true}})");
  EXPECT_EQ(db().cell("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresRender, NumbersOnBehindTheRowsThatWereGivenNumbers) {
  make_table();
  const auto insert = [&](int id) {
    apply(R"({"op":"insert","table":"$T","columns":["id"],"rows":[[{"value":)" +
          std::to_string(id) + "}]]}");
    return db().cell("INSERT INTO \"Sel\"\"ect.'; DROP TABLE x--`\" DEFAULT VALUES RETURNING id");
  };
  EXPECT_EQ(insert(1), "2");
  EXPECT_EQ(insert(40), "41");
  EXPECT_EQ(insert(7), "42") << "never back";
}

TEST_F(PostgresRender, RefusesWhatItCannotDo) {
  const auto says = [&](const std::string& text, const char* what) {
    EXPECT_NE(refused(text).message.find(what), std::string::npos) << text;
  };
  says(R"({"op":"dropTable","name":"t","cascade":true})", "cascade");
  says(R"({"op":"explode","name":"t"})", "explode");
  says(R"({"op":"dropTable","name":")" + std::string(64, 'x') + "\"}", "63");
  says(R"({"op":"alterColumn","table":"t","name":"c","type":{"name":"money"}})", "money");
  says(R"({"op":"createView","name":"v","query":{"mysql":"SELECT 1"},"replace":false})",
       "postgres");
  json answer;
  for (const char* wrong : {R"([])", R"({"op":"dropTable"})", R"({"op":"dropTable","name":1})",
                            R"({"op":"delete","table":"t","where":{"rows":[]}})",
                            R"({"op":"alterColumn","table":"t","name":"c"})",
                            R"({"op":"insert","table":"t","columns":["a"],"rows":[[]]})"})
    EXPECT_EQ(outline(json::parse(wrong), answer).status, GBD_E_INVALID) << wrong;
}

}  // namespace

}  // namespace garboard::postgres_tests
