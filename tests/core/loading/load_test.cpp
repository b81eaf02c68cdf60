// SPDX-License-Identifier: Apache-2.0
#include "loading/load.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/sha256.hpp"
#include "core/loading/plan_text.hpp"

namespace garboard::loading {
namespace {

using model::Change;
using model::Step;
using model::TransactionMode;
using std::chrono::milliseconds;

const std::string whole_plan = R"(# yaml-language-server: $schema=plan.schema.json
version: 1
database: [postgres, mysql]
defaults: {transaction: always, lock_timeout: 2s, statement_timeout: 5m, lock_retries: 3}
migrations:
  - name: Create users!
    tags: [core, "second"]
    metadata: {ticket: APP-12, reviewers: [a, b], size: 3, hot: true, country: no, none: null}
    up:
      - sql: |
          CREATE TABLE users (id int);
      - file: sql/users.sql
    down:
      - sql: DROP TABLE users;
  - id: 2024-02_index
    database: postgres
    transaction: never
    lock_timeout: 0
    lock_retries: 0
    allow_empty: true
    up: [{sql: ""}]
)";

TEST(Load, ReadsEverythingAPlanCanSay) {
  MemoryFiles files{{"p/plan.yaml", whole_plan},
                    {"p/sql/users.sql", "INSERT INTO users VALUES (1);"}};
  const auto changes = load_from(files, {"p/plan.yaml"});
  ASSERT_TRUE(changes) << all_of(changes);
  EXPECT_EQ(changes->databases, (std::vector<std::string>{"postgres", "mysql"}));
  ASSERT_EQ(changes->items.size(), 2U);
  const Change& users = changes->items[0];
  EXPECT_EQ(users.id, "create-users");
  EXPECT_EQ(users.name, "Create users!");
  EXPECT_EQ(users.tags, (std::vector<std::string>{"core", "second"}));
  EXPECT_EQ(
      users.metadata_json,
      R"({"ticket":"APP-12","reviewers":["a","b"],"size":3,"hot":true,"country":"no","none":null})");
  EXPECT_TRUE(users.databases.empty());
  EXPECT_EQ(users.transaction, TransactionMode::always);
  EXPECT_EQ(users.lock_timeout, milliseconds(2000));
  EXPECT_EQ(users.statement_timeout, std::chrono::minutes(5));
  EXPECT_EQ(users.lock_retries, 3U);
  EXPECT_EQ(users.where, (base::SourcePosition{"p/plan.yaml", 6, 5}));
  ASSERT_EQ(users.up.size(), 2U);
  EXPECT_EQ(users.up[0].sql, "CREATE TABLE users (id int);\n");
  EXPECT_EQ(users.up[1].kind, Step::Kind::file);
  EXPECT_EQ(users.up[1].file, "p/sql/users.sql");
  EXPECT_EQ(users.up[1].shown, "sql/users.sql");
  EXPECT_EQ(users.up[1].where, (base::SourcePosition{"p/sql/users.sql", 1, 1}));
  ASSERT_EQ(users.down.size(), 1U);
  const Change& index = changes->items[1];
  EXPECT_EQ(index.id, "2024-02_index");
  EXPECT_EQ(index.name, index.id);
  EXPECT_EQ(index.databases, std::vector<std::string>{"postgres"});
  EXPECT_EQ(index.transaction, TransactionMode::never);
  EXPECT_EQ(index.lock_timeout, milliseconds(0));
  EXPECT_EQ(index.statement_timeout, std::chrono::minutes(5));
  EXPECT_EQ(index.lock_retries, 0U);
  EXPECT_TRUE(index.allows_empty);
}

TEST(Load, ReadsTheSamePlanFromJson) {
  const std::string json = R"({
  "version": 1, "database": "sqlite",
  "migrations": [{"name": "A b", "metadata": {"n": 1.50, "s": "1"},
    "up": [{"sql": "SELECT 1;\nSELECT '\ud83d\ude00';"}]}]
})";
  const auto changes = load_text(json, "plan.json");
  ASSERT_TRUE(changes) << all_of(changes);
  ASSERT_EQ(changes->items.size(), 1U);
  EXPECT_EQ(changes->items[0].id, "a-b");
  EXPECT_EQ(changes->items[0].metadata_json, R"({"n":1.50,"s":"1"})");
  EXPECT_EQ(changes->items[0].up[0].sql, "SELECT 1;\nSELECT '\xF0\x9F\x98\x80';");
}

TEST(Load, KeepsTextThatLooksLikeSomethingElse) {
  for (const std::string word : {"no", "on", "1e3", "20240101", "0x10", "1_000", "y", "true"}) {
    const auto changes = load_text(plan_with("  - id: " + word + "\n    up: [{sql: select 1}]\n"));
    ASSERT_TRUE(changes) << all_of(changes);
    EXPECT_EQ(changes->items[0].id, word);
  }
}

TEST(Load, MakesNothingOfNullWordsInText) {
  const auto changes = load_text(plan_with("  - id: 'null'\n    up: [{sql: \"~\"}]\n"));
  ASSERT_TRUE(changes) << all_of(changes);
  EXPECT_EQ(changes->items[0].id, "null");
  EXPECT_EQ(changes->items[0].up[0].sql, "~");
}

TEST(Load, DerivesIdsFromNames) {
  const auto id_of = [](const std::string& name) {
    const auto changes =
        load_text(plan_with("  - name: \"" + name + "\"\n    up: [{sql: select 1}]\n"));
    return changes ? changes->items[0].id : all_of(changes);
  };
  EXPECT_EQ(id_of("Add  e-mail (unique)"), "add-e-mail-unique");
  EXPECT_EQ(id_of("v1.2_x"), "v1.2_x");
  EXPECT_EQ(id_of("Größe ändern"), "größe-ändern");
  EXPECT_NE(id_of("!?").find("plan.yaml:3:11: no id can be made"), std::string::npos);
}

TEST(Load, TakesCrlfAndByteOrderMarksAsNothing) {
  const auto plain =
      load_text(plan_with("  - id: a\n    up:\n      - sql: |\n          x\n          y\n"));
  const auto windows = load_text(
      "\xEF\xBB\xBFversion: 1\r\nmigrations:\r\n  - id: a\r\n    up:\r\n"
      "      - sql: |\r\n          x\r\n          y\r\n");
  ASSERT_TRUE(plain);
  ASSERT_TRUE(windows) << all_of(windows);
  EXPECT_EQ(windows->items[0].up[0].sql, "x\ny\n");
  EXPECT_EQ(windows->items[0].checksum, plain->items[0].checksum);
  EXPECT_EQ(windows->items[0].up[0].where, plain->items[0].up[0].where);
}

TEST(Load, ChecksumDependsOnWhatRunsOnly) {
  const std::string sql = "CREATE TABLE t (a int);\n";
  MemoryFiles files{
      {"inline.yaml", plan_with("  - name: one\n    up:\n      - sql: |\n          " + sql)},
      {"file.yaml",
       plan_with("  - name: two # renamed\n    tags: [x]\n    metadata: {a: b}\n    up: "
                 "[{file: some/where.sql}]\n    down: [{sql: DROP TABLE t}]\n")},
      {"some/where.sql", "CREATE TABLE t (a int);\r\n"},
      {"other.yaml", plan_with("  - name: one\n    up:\n      - sql: CREATE TABLE t (a int)\n")},
      {"split.yaml",
       plan_with("  - name: one\n    up: [{sql: \"CREATE TABLE t \"}, {sql: \"(a int);\\n\"}]\n")}};
  const auto sum = [&](const char* plan) {
    const auto changes = load_from(files, {plan});
    EXPECT_TRUE(changes) << all_of(changes);
    return changes ? changes->items[0].checksum : std::string();
  };
  EXPECT_EQ(sum("inline.yaml"), sum("file.yaml"));
  EXPECT_NE(sum("inline.yaml"), sum("other.yaml"));
  EXPECT_NE(sum("inline.yaml"), sum("split.yaml"));
  base::Sha256 steps;
  steps.update(sql + std::string(1, '\0'));
  EXPECT_EQ(sum("inline.yaml"), "1:" + steps.hex());
}

TEST(Load, StreamsFilesInChunks) {
  const std::string sql = std::string(300'000, ' ') + "SELECT 1;";
  const std::string plan = plan_with("  - id: a\n    up: [{file: a.sql}]\n");
  MemoryFiles files{{"plan.yaml", plan}, {"a.sql", sql}};
  const auto at_once = load_from(files, {"plan.yaml"});
  EXPECT_LE(files.largest_buffer(), 256U * 1024U);
  files.set_chunk(7);
  const auto in_pieces = load_from(files, {"plan.yaml"});
  ASSERT_TRUE(at_once);
  ASSERT_TRUE(in_pieces);
  EXPECT_EQ(at_once->items[0].checksum, in_pieces->items[0].checksum);
}

TEST(Load, KeepsTheOrderOfFilesAndEntries) {
  MemoryFiles files{
      {"b.yaml", plan_with("  - id: b2\n    up: [{sql: x}]\n  - id: b1\n    up: [{sql: x}]\n")},
      {"a.yaml", plan_with("  - id: a\n    up: [{sql: x}]\n")}};
  const auto changes = load_from(files, {"b.yaml", "a.yaml"});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->items.size(), 3U);
  EXPECT_EQ(changes->items[0].id, "b2");
  EXPECT_EQ(changes->items[1].id, "b1");
  EXPECT_EQ(changes->items[2].id, "a");
}

TEST(Load, LetsMigrationsKeepTheirPlansDatabasesWherePlansDiffer) {
  const auto plan = [](const std::string& database, const std::string& id) {
    return "version: 1\n" + database + "migrations:\n  - id: " + id + "\n    up: [{sql: x}]\n";
  };
  MemoryFiles files{{"p.yaml", plan("database: postgres\n", "p")},
                    {"m.yaml", plan("database: mysql\n", "m")},
                    {"any.yaml", plan("", "any")}};
  const auto two = load_from(files, {"p.yaml", "m.yaml"});
  ASSERT_TRUE(two);
  EXPECT_EQ(two->databases, (std::vector<std::string>{"postgres", "mysql"}));
  EXPECT_EQ(two->items[0].databases, std::vector<std::string>{"postgres"});
  EXPECT_EQ(two->items[1].databases, std::vector<std::string>{"mysql"});
  const auto with_any = load_from(files, {"p.yaml", "any.yaml"});
  ASSERT_TRUE(with_any);
  EXPECT_TRUE(with_any->databases.empty());
  EXPECT_EQ(with_any->items[0].databases, std::vector<std::string>{"postgres"});
  EXPECT_TRUE(with_any->items[1].databases.empty());
}

TEST(Load, ReportsAllMistakesOfAllFilesInOrder) {
  MemoryFiles files{{"b.yaml", "version: 2\nmigrations:\n  - name: x\n    colour: []\n"},
                    {"a.yaml", "version: 1\n"},
                    {"broken.json", "{\"version\": 1,}"}};
  const auto result = load_from(files, {"b.yaml", "a.yaml", "missing.yaml", "broken.json"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::Code::bad_input);
  const auto lines = lines_of(result);
  ASSERT_EQ(lines.size(), 6U) << all_of(result);
  EXPECT_EQ(lines[0].find("b.yaml:1:10: "), 0U) << lines[0];
  EXPECT_EQ(lines[1].find("b.yaml:3:5: 'up' is missing"), 0U) << lines[1];
  EXPECT_EQ(lines[2].find("b.yaml:4:5: unknown key 'colour'"), 0U) << lines[2];
  EXPECT_EQ(lines[3].find("a.yaml:1:1: 'migrations' is missing"), 0U) << lines[3];
  EXPECT_EQ(lines[4].find("missing.yaml: "), 0U) << lines[4];
  EXPECT_EQ(lines[5].find("broken.json:1:15: not JSON: "), 0U) << lines[5];
}

TEST(Load, RefusesAPlanThatIsReplacedWhileItIsRead) {
  MemoryFiles files{{"plan.yaml", plan_with("  - id: a\n    up: [{file: a.sql}]\n")},
                    {"a.sql", "x"}};
  files.link("plan.yaml", "..2024_01/plan.yaml");
  files.on_open([&](const std::string&) { files.link("plan.yaml", "..2024_02/plan.yaml"); });
  EXPECT_NE(all_of(load_from(files, {"plan.yaml"})).find("replaced while"), std::string::npos);
}

}  // namespace
}  // namespace garboard::loading
