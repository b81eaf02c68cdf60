// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "loading/load_seeds.hpp"
#include "support/memory_files.hpp"

namespace garboard::loading {
namespace {

using testing_support::MemoryFiles;

Result<std::vector<model::Seed>> load(const std::string& text) {
  MemoryFiles files{{"/s/seed.yaml", text}, {"/s/rows.csv", "a\n1\n"}};
  const std::array paths{std::filesystem::path("/s/seed.yaml")};
  return load_seeds(files, paths);
}

model::Seed good(const std::string& text) {
  auto seeds = load(text);
  EXPECT_TRUE(seeds) << (seeds ? "" : seeds.error().message);
  return seeds ? seeds->front() : model::Seed{};
}

/// The place and the message of the only mistake.
std::string refusal(const std::string& text) {
  auto seeds = load(text);
  if (seeds) return "accepted";
  EXPECT_TRUE(seeds.error().others.empty()) << seeds.error().others.front().message;
  return std::to_string(seeds.error().where.line) + ": " + seeds.error().message;
}

const std::string head = "version: 1\nname: My seed\n";

TEST(Seeds, ReadsRowsAndTheirValuesAsText) {
  const model::Seed seed = good(head +
                                "tables:\n"
                                "- table: t\n"
                                "  key: [a]\n"
                                "  rows:\n"
                                "  - {as: x, a: 01, b: true, c: \"true\", d: null, e: ''}\n"
                                "  - {a: 2.50, b: {ref: x.id.part}}\n");
  EXPECT_EQ(seed.id, "my-seed");
  EXPECT_EQ(seed.mode, model::SeedMode::once);
  const model::SeedRow& row = seed.tables.at(0).rows.at(0);
  EXPECT_EQ(row.alias, "x");
  EXPECT_EQ(row.find("a")->text, "01");
  EXPECT_EQ(row.find("b")->text, "1");
  EXPECT_EQ(row.find("c")->text, "true");
  EXPECT_EQ(row.find("d")->text, std::nullopt);
  EXPECT_EQ(row.find("e")->text, "");
  const model::SeedRow& second = seed.tables.at(0).rows.at(1);
  EXPECT_EQ(second.find("a")->text, "2.50");
  ASSERT_TRUE(second.find("b")->reference);
  EXPECT_EQ(second.find("b")->reference->alias, "x");
  EXPECT_EQ(second.find("b")->reference->column, "id.part");
}

TEST(Seeds, ReadsWhatACsvFileIsLike) {
  const model::Seed seed =
      good(head +
           "tables:\n- table: t\n  csv: {file: rows.csv, delimiter: ';', null_text: '-', "
           "columns: {X: a, Y: null}}\n");
  const model::SeedCsv& csv = seed.tables.at(0).csv.value();
  EXPECT_EQ(csv.file, "/s/rows.csv");
  EXPECT_EQ(csv.delimiter, ';');
  EXPECT_EQ(csv.null_text, "-");
  EXPECT_EQ(csv.columns.at(1).second, "");
}

TEST(Seeds, ItsDeclarationIsAboutRowsOnly) {
  const std::string rows = "tables: [{table: t, rows: [{a: 1, b: 2}]}]\n";
  EXPECT_EQ(good(head + rows).declaration,
            good("version: 1\nid: other # comment\n" +
                 std::string("tables:\n- rows:\n  - {b: 2, a: 1}\n  table: t\n"))
                .declaration);
  EXPECT_NE(good(head + rows).declaration,
            good(head + "tables: [{table: t, rows: [{a: 1, b: null}]}]\n").declaration);
}

TEST(Seeds, RefusesWithThePlace) {
  EXPECT_EQ(refusal(head + "mode: reconcile\ntables:\n- {table: t, rows: [{a: 1}]}\n"),
            "5: 'key' is missing, expected the columns that a row is known by");
  EXPECT_EQ(refusal(head + "tables:\n- {table: t, delete: true, rows: [{a: 1}]}\n"),
            "4: 'delete' needs `mode: reconcile`, and this seed is applied once");
  EXPECT_EQ(refusal(head + "tables:\n- {table: t, key: a, rows: [{b: 1}]}\n"),
            "4: the row has no 'a', which is part of the table's key");
  EXPECT_EQ(refusal(head + "tables:\n- {table: t, key: a, rows: [{a: null}]}\n"),
            "4: 'a' is null, and it is part of the table's key");
  EXPECT_EQ(refusal(head + "tables:\n- table: t\n  rows:\n  - {a: {ref: nobody.id}}\n"),
            "6: no row is named 'nobody'");
  EXPECT_EQ(refusal(head + "tables:\n- table: t\n  rows:\n  - {as: x, a: 1}\n  - {as: x, a: 2}\n"),
            "7: 'as' is 'x' for the second time");
  EXPECT_EQ(refusal(head + "tables:\n- {table: t, rows: [{a: [1]}]}\n"),
            "4: 'a' is a list, expected text, a number, true, false, null or {ref: name.column}");
  EXPECT_EQ(refusal(head + "tables:\n- {table: t, rows: [{a: 1}]}\n- {table: t, csv: rows.csv}\n"),
            "5: the table 't' stands here for the second time");
}

TEST(Seeds, RefusesTwoWithOneId) {
  const std::string text = head + "tables: [{table: t, rows: [{a: 1}]}]\n";
  MemoryFiles files{{"/s/one.yaml", text}, {"/s/two.yaml", text}};
  const std::array paths{std::filesystem::path("/s/one.yaml"),
                         std::filesystem::path("/s/two.yaml")};
  auto seeds = load_seeds(files, paths);
  ASSERT_FALSE(seeds);
  EXPECT_NE(seeds.error().message.find("for the second time"), std::string::npos);
}

}  // namespace
}  // namespace garboard::loading
