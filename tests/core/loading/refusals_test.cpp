// SPDX-License-Identifier: Apache-2.0
// What is no plan, each with the place and the beginning of what is said about it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/loading/plan_text.hpp"

namespace garboard::loading {
namespace {

using namespace std::string_literals;

struct Case {
  std::string name;
  std::string text;
  std::string said;  ///< beginning of the first line
  std::string hint = {};
};
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest calls it so
void PrintTo(const Case& refusal, std::ostream* out) { *out << refusal.name; }

const std::string step = "    up: [{sql: x}]\n";

class YamlRefusal : public testing::TestWithParam<Case> {};

TEST_P(YamlRefusal, SaysWhereAndWhat) {
  const auto result = load_text(GetParam().text);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::Code::bad_input);
  const std::string lines = "\n" + all_of(result);
  const std::size_t found = lines.find("\n" + GetParam().said);
  ASSERT_NE(found, std::string::npos) << lines;
  const std::string line = lines.substr(found + 1, lines.find('\n', found + 1) - found);
  EXPECT_NE(line.find(GetParam().hint), std::string::npos) << line;
}

const auto name_of = [](const auto& info) { return info.param.name; };

const std::vector<Case> syntax{
    {"Empty", "", "plan.yaml:1:1: the plan is empty"},
    {"OnlyAComment", "# nothing\n", "plan.yaml:1:1: the plan is empty"},
    {"OnlyAMark", "\xEF\xBB\xBF", "plan.yaml:1:1: the plan is empty"},
    {"DuplicateKey", "version: 1\nversion: 1\n",
     "plan.yaml:2:1: the key 'version' stands here for the second time", "plan.yaml:1:1"},
    {"DuplicateInFlow", "defaults: {transaction: auto, transaction: auto}\n",
     "plan.yaml:1:31: the key 'transaction' stands"},
    {"Anchor", "version: &v 1\n", "plan.yaml:1:10: anchors"},
    {"Alias", "a: &x [1]\nb: *x\n", "plan.yaml:1:4: anchors"},
    {"UnknownAlias", "version: *x\n", "plan.yaml:1:10: aliases"},
    {"MergeKey", "<<: {version: 1}\n", "plan.yaml:1:1: merge keys"},
    {"Tag", "version: !!int 1\n", "plan.yaml:1:10: tags"},
    {"EmptyTag", "version: ! 1\n", "plan.yaml:1:10: tags"},
    {"TaggedMapping", "!!map\nversion: 1\n", "plan.yaml:1:1: tags"},
    {"TwoDocuments", "version: 1\n---\nversion: 1\n", "plan.yaml:2:1: a second document"},
    {"TrailingDocument", "---\nversion: 1\n---\n", "plan.yaml:3:1: a second document"},
    {"KeyAfterList", "- a\nb: c\n", "plan.yaml:2:1: this does not belong"},
    {"TabIndent", "version: 1\ndefaults:\n\ttransaction: auto\n",
     "plan.yaml:3:1: a tab cannot indent"},
    {"TabAfterSpaces", "defaults:\n  transaction: auto\n \tlock_timeout: 2s\n",
     "plan.yaml:3:", "replace the tabs"},
    {"TabBeforeScalar", "version:\n\t1\n", "plan.yaml:2:1: a tab cannot indent"},
    {"Nul", "version: 1\n# \0\n"s, "plan.yaml:2:3: a NUL byte"},
    {"EscapeCharacter", "version: 1 # \x1B[31m\n", "plan.yaml:1:14: control character 0x1B"},
    {"Latin1", "# caf\xE9\n", "plan.yaml:1:6: byte 0xE9 is not UTF-8"},
    {"Latin1AfterUmlauts", "# \xC3\xBC\xC3\xBC\n# \xC3\xBC\xFC\n", "plan.yaml:2:4: byte 0xFC"},
    {"Surrogate", "# \xED\xA0\x80\n", "plan.yaml:1:3: byte 0xED"},
    {"Utf16", "\xFF\xFEv\0e\0"s, "plan.yaml:1:1: byte 0xFF", "UTF-16"},
    {"Utf16WithoutMark", "v\0e\0r\0"s, "plan.yaml:1:2: a NUL byte", "UTF-16"},
    {"OpenQuote", "version: \"1\n", "plan.yaml:1:10: the quote \" is never closed"},
    {"OpenSingleQuote", "a: 'it''s\n", "plan.yaml:1:4: the quote ' is never closed"},
    {"OpenQuoteWithoutLineEnd", "version: \"1", "plan.yaml:1:12: the text ends inside quotes"},
    {"OpenFlow", "database: [postgres,\n  mysql\n", "plan.yaml:"},
    {"ColonInText", "version: 1\nmigrations: a: b\n", "plan.yaml:2:", "needs quotes"},
    {"AtSign", "version: @1\n", "plan.yaml:1:10: a character that cannot begin a value"},
    {"ListOnTop", "- version: 1\n", "plan.yaml:1:1: a plan is a list, expected a mapping"},
    {"TextOnTop", "CREATE TABLE t (a int);\n", "plan.yaml:1:1: a plan is the text 'CREATE"},
    {"ListAsKey", "? [a]\n: b\n", "plan.yaml:1:3: this key is no text"},
};
INSTANTIATE_TEST_SUITE_P(Syntax, YamlRefusal, testing::ValuesIn(syntax), name_of);

const std::vector<Case> vocabulary{
    {"VersionText", "version: '1'\nmigrations:\n  - id: a\n" + step,
     "plan.yaml:1:10: 'version' is the text '1', expected the number 1"},
    {"LaterVersion", "version: 2\nmigrations:\n  - id: a\n" + step,
     "plan.yaml:1:10: 'version' is the text '2'", "a later garboard"},
    {"NoVersion", "migrations:\n  - id: a\n" + step, "plan.yaml:1:1: 'version' is missing"},
    {"NoMigrations", "version: 1\nmigrations: []\n",
     "plan.yaml:2:13: 'migrations' is an empty list, expected a list of at least one"},
    {"Misspelt", "version: 1\nmigratons:\n  - id: a\n" + step,
     "plan.yaml:2:1: unknown key 'migratons' in a plan", "did you mean 'migrations'?"},
    {"MisspeltKey", plan_with("  - id: a\n    transation: auto\n" + step),
     "plan.yaml:4:5: unknown key 'transation' in a migration", "did you mean 'transaction'?"},
    {"StepKey", plan_with("  - id: a\n    up:\n      - createTabel: {name: t}\n"),
     "plan.yaml:5:9: unknown key 'createTabel' in a step"},
    {"BothStepKeys", plan_with("  - id: a\n    up: [{sql: x, file: y}]\n"),
     "plan.yaml:4:10: the step has both"},
    {"StepIsText", plan_with("  - id: a\n    up: [x]\n"),
     "plan.yaml:4:10: a step is the text 'x', expected a mapping with the keys sql, file"},
    {"UpIsText", plan_with("  - id: a\n    up: select 1\n"), "plan.yaml:4:9: 'up' is the text",
     "- sql:"},
    {"EmptyDown", plan_with("  - id: a\n" + step + "    down: []\n"),
     "plan.yaml:5:11: 'down' is an empty list"},
    {"NullName", plan_with("  - name: ~\n" + step),
     "plan.yaml:3:11: 'name' is nothing, expected a string"},
    {"MissingName", plan_with("  - name:\n" + step),
     "plan.yaml:3:5: 'name' is nothing, expected a string"},
    {"NeitherNameNorId", plan_with("  - tags: [a]\n" + step),
     "plan.yaml:3:5: the migration has neither 'name' nor 'id'"},
    {"EmptyId", plan_with("  - id: ''\n" + step), "plan.yaml:3:9: 'id' is empty"},
    {"LongId", plan_with("  - id: " + std::string(201, 'a') + "\n" + step),
     "plan.yaml:3:9: 'id' is too long, expected at most 200"},
    {"LongDerivedId", plan_with("  - name: " + std::string(201, 'a') + "\n" + step),
     "plan.yaml:3:11: the id made of this name is longer"},
    {"IdWithLineEnd", plan_with("  - id: |\n      a\n" + step),
     "plan.yaml:3:9: 'id' has more than"},
    {"NulInName", plan_with("  - name: \"a\\0b\"\n" + step), "plan.yaml:3:11: 'name' has a NUL"},
    {"NulInSql", plan_with("  - id: a\n    up: [{sql: \"a\\0b\"}]\n"),
     "plan.yaml:4:16: 'sql' has a NUL"},
    {"SameId", plan_with("  - id: a\n" + step + "  - name: A!\n" + step),
     "plan.yaml:5:11: the id 'a' is used for the second time", "plan.yaml:3:9"},
    {"BlankSql", plan_with("  - id: a\n    up:\n      - sql: \"  \\n\"\n"),
     "plan.yaml:5:14: 'sql' is empty", "allow_empty"},
    {"Norway", plan_with("  - id: a\n    allow_empty: yes\n" + step),
     "plan.yaml:4:18: 'allow_empty' is the text 'yes', expected true or false"},
    {"QuotedBoolean", plan_with("  - id: a\n    allow_empty: 'true'\n" + step),
     "plan.yaml:4:18: 'allow_empty' is", "without quotes"},
    {"Duration", plan_with("  - id: a\n    lock_timeout: 2 s\n" + step),
     "plan.yaml:4:19: 'lock_timeout' is the text '2 s', expected a duration"},
    {"Retries", plan_with("  - id: a\n    lock_retries: 1001\n" + step),
     "plan.yaml:4:19: 'lock_retries' is the text '1001', expected a whole number from 0 to 1000"},
    {"RetriesWithUnit", plan_with("  - id: a\n    lock_retries: 3s\n" + step),
     "plan.yaml:4:19: 'lock_retries' is the text '3s', expected a whole number from 0 to 1000"},
    {"QuotedRetries", plan_with("  - id: a\n    lock_retries: '1'\n" + step),
     "plan.yaml:4:19: 'lock_retries' is"},
    {"Transaction", plan_with("  - id: a\n    transaction: none\n" + step),
     "plan.yaml:4:18: 'transaction' is the text 'none', expected auto, always or never"},
    {"MariaDb", "version: 1\ndatabase: mariadb\nmigrations:\n  - id: a\n" + step,
     "plan.yaml:2:11: 'database' is 'mariadb', expected 'mysql'", "MariaDB"},
    {"CapitalDatabase", "version: 1\ndatabase: [Postgres]\nmigrations:\n  - id: a\n" + step,
     "plan.yaml:2:12: 'database' is the text 'Postgres'"},
    {"ForeignDatabase",
     "version: 1\ndatabase: mysql\nmigrations:\n  - id: a\n    database: sqlite\n" + step,
     "plan.yaml:5:15: the migration is for 'sqlite'"},
    {"TagWithComma", plan_with("  - id: a\n    tags: a,b\n" + step), "plan.yaml:4:11: 'tags' is"},
    {"MetadataList", plan_with("  - id: a\n    metadata: [a]\n" + step),
     "plan.yaml:4:15: 'metadata' is a list, expected a mapping"},
    {"MissingFile", plan_with("  - id: a\n    up: [{file: no.sql}]\n"),
     "plan.yaml:4:17: 'no.sql' does not exist"},
    {"FileOutside", plan_with("  - id: a\n    up: [{file: ../no.sql}]\n"),
     "plan.yaml:4:17: '../no.sql' leaves the folder"},
};
INSTANTIATE_TEST_SUITE_P(Vocabulary, YamlRefusal, testing::ValuesIn(vocabulary), name_of);

class JsonRefusal : public testing::TestWithParam<Case> {};

TEST_P(JsonRefusal, SaysWhereAndWhat) {
  const auto result = load_text(GetParam().text, "plan.json");
  ASSERT_FALSE(result);
  EXPECT_NE(("\n" + all_of(result)).find("\n" + GetParam().said), std::string::npos)
      << all_of(result);
}

const std::string json_step = R"("up": [{"sql": "x"}]}]})";
const std::vector<Case> json{
    {"Empty", " \n", "plan.json:1:1: the plan is empty"},
    {"Truncated", "{\"version\": 1,\n ", "plan.json:2:", ""},
    {"Comment", "{\n  // no\n}", "plan.json:2:"},
    {"TrailingText", "{} {}", "plan.json:1:4: not JSON"},
    {"YamlInside", "version: 1\n", "plan.json:1:1: not JSON"},
    {"DuplicateKey", "{\"version\": 1, \"version\": 1}",
     "plan.json:1:16: the key 'version' stands"},
    {"NumberAsId", "{\"version\": 1, \"migrations\": [{\"id\": 20240101, " + json_step,
     "plan.json:1:38: 'id' is the number 20240101, expected a string"},
    {"BooleanAsName", "{\"version\": 1,\n \"migrations\": [{\"name\": true, " + json_step,
     "plan.json:2:26: 'name' is true, expected a string"},
    {"NullTags", "{\"version\": 1, \"migrations\": [{\"id\": \"a\", \"tags\": null, " + json_step,
     "plan.json:1:51: 'tags' is nothing"},
    {"NumberAsTimeout",
     "{\"version\": 1, \"migrations\": [{\"id\": \"a\", \"lock_timeout\": 5, " + json_step,
     "plan.json:1:59: 'lock_timeout' is the number 5"},
    {"AfterNumbers",
     "{\"version\": 1,\"migrations\":[{\"metadata\":{\"a\":[1,2.5,-3e2]},\"id\":7," + json_step,
     "plan.json:1:65: 'id' is the number 7"},
    {"LoneSurrogate", R"({"version": 1, "migrations": [{"id": "\ud800", )" + json_step,
     "plan.json:1:"},
};
INSTANTIATE_TEST_SUITE_P(Json, JsonRefusal, testing::ValuesIn(json), name_of);

TEST(Refusals, MessagesAreOneShortLine) {
  const auto result = load_text(plan_with("  - id: a\n    transaction: |\n      x\n      " +
                                          std::string(500, 'y') + "\n" + step));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
  EXPECT_LT(result.error().message.size(), 200U);
}

TEST(Refusals, AMisspeltKeyIsNotAlsoMissing) {
  EXPECT_EQ(lines_of(load_text("version: 1\nmigratons:\n  - id: a\n")).size(), 1U);
  EXPECT_EQ(lines_of(load_text(plan_with("  - id: a\n    up: [{sqll: x}]\n"))).size(), 1U);
}

TEST(Refusals, EmptyFileOfStatements) {
  for (const std::string text : {"", " \n\t\r\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"}) {
    MemoryFiles files{
        {"plan.yaml", plan_with("  - id: a\n    up: [{file: a.sql}]\n")},
        {"ok.yaml", plan_with("  - id: a\n    allow_empty: true\n    up: [{file: a.sql}]\n")},
        {"a.sql", text}};
    EXPECT_EQ(
        all_of(load_from(files, {"plan.yaml"})).find("plan.yaml:4:17: the file 'a.sql' is empty"),
        0U);
    EXPECT_TRUE(load_from(files, {"ok.yaml"}));
  }
}

TEST(Refusals, NulInAFileIsPlacedInThatFile) {
  MemoryFiles files{{"p/plan.yaml", plan_with("  - id: a\n    up: [{file: a.sql}]\n")},
                    {"p/a.sql", "SELECT 1;\n\xC3\xBCx\0"s}};
  for (const std::size_t chunk : {1U, 3U, 100U}) {
    files.set_chunk(chunk);
    EXPECT_EQ(all_of(load_from(files, {"p/plan.yaml"})).find("p/a.sql:2:3: a NUL byte"), 0U)
        << all_of(load_from(files, {"p/plan.yaml"}));
  }
}

TEST(Refusals, PlanOfMoreThanOneMebibyte) {
  const std::string plan = plan_with("  - id: a\n" + step);
  EXPECT_TRUE(load_text(plan + "#" + std::string(std::size_t{1024} * 1024 - plan.size() - 1, 'x')));
  const auto result =
      load_text(plan + "#" + std::string(std::size_t{1024} * 1024 - plan.size(), 'x'));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().hint.find("file:"), std::string::npos);
}

TEST(Refusals, NestingDeeperThanThirtyTwo) {
  const auto nested = [](std::size_t depth) {
    return "x: " + std::string(depth, '[') + "a" + std::string(depth, ']') + "\n";
  };
  EXPECT_EQ(all_of(load_text(nested(31))).find("nested deeper"), std::string::npos);
  EXPECT_NE(all_of(load_text(nested(32))).find("nested deeper than 32"), std::string::npos);
  const std::string text = "{\"x\": " + std::string(32, '[') + std::string(32, ']') + "}";
  EXPECT_NE(all_of(load_text(text, "p.json")).find("nested deeper than 32"), std::string::npos);
}

TEST(Refusals, BombsEndQuickly) {
  for (const std::string unit :
       {"[", "{", "- ", "? ", "[a, ", "{a: ", "a: ", "&a ", "\"", "- [", "!"}) {
    std::string text;
    while (text.size() < 100'000) text += unit;
    EXPECT_FALSE(load_text(text)) << unit;
    EXPECT_FALSE(load_text(text, "p.json")) << unit;
  }
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string number = std::to_string(i);
    const std::string before = "*a" + std::to_string(i - 1);
    for (const std::string& part :
         {"a"s, number, ": &a"s, number, " ["s, before, ", "s, before, "]\n"s})
      bomb += part;
  }
  EXPECT_FALSE(load_text(bomb));
  EXPECT_FALSE(load_text("a: &a [*a]\n"));
  std::string one_line = "{\"version\": 1, \"migrations\": [";
  while (one_line.size() < 900'000) one_line += R"({"id":"a","up":[{"sql":"x"}]},)";
  EXPECT_FALSE(load_text(one_line + "7]}", "p.json"));
}

}  // namespace
}  // namespace garboard::loading
