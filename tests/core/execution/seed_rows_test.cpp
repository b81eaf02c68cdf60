// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_rows.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "execution/seed_sql.hpp"
#include "support/memory_files.hpp"

namespace garboard::execution {
namespace {

using testing_support::MemoryFiles;

std::string copied(RowSource& rows, std::size_t buffer_size) {
  CopyText text(rows);
  std::string all;
  std::vector<char> buffer(buffer_size);
  while (true) {
    auto n = text.read(buffer);
    if (!n) return "error: " + n.error().message;
    if (*n == 0) return all;
    all.append(buffer.data(), *n);
  }
}

TEST(CopyText, EscapesWhatWouldEndAFieldOrARow) {
  const std::vector<ListRows::Row> data{
      {.values = {"a\tb", std::nullopt, ""}, .where = {}},
      {.values = {"\\N", "x\r\ny", "\\."}, .where = {}},
  };
  for (const std::size_t size : {1U, 3U, 1000U}) {
    ListRows rows(data);
    EXPECT_EQ(copied(rows, size), "a\\tb\t\\N\t\n\\\\N\tx\\r\\ny\t\\\\.\n");
  }
}

TEST(CsvRows, RenamesLeavesOutAndKnowsNull) {
  MemoryFiles files{{"/r.csv", "A,skip,b\n1,x,\n2,x,\"\"\n\n3,x,-\n"}};
  const model::SeedCsv csv{
      .file = "/r.csv", .shown = "r.csv", .columns = {{"A", "a"}, {"skip", ""}}};
  auto rows = CsvRows::open(files, csv);
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)->columns(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(copied(**rows, 100), "1\t\\N\n2\t\n3\t-\n");
  EXPECT_EQ((*rows)->position_of(3).text(), "r.csv:5:1");
  model::SeedCsv dash = csv;
  dash.null_text = "-";
  auto again = CsvRows::open(files, dash);
  ASSERT_TRUE(again);
  EXPECT_EQ(copied(**again, 100), "1\t\n2\t\n3\t\\N\n");
}

TEST(CsvRows, RefusesAWrongNumberOfFieldsWithItsPlace) {
  MemoryFiles files{{"/r.csv", "a,b\n1,2\n1,2,3\n"}};
  const model::SeedCsv csv{.file = "/r.csv", .shown = "r.csv"};
  auto rows = CsvRows::open(files, csv);
  ASSERT_TRUE(rows);
  ASSERT_TRUE((*rows)->next());
  auto second = (*rows)->next();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().where.text(), "r.csv:3:5");
}

TEST(CsvRows, RefusesHeadersThatNameNothing) {
  MemoryFiles files{{"/empty.csv", ""}, {"/twice.csv", "a,a\n"}, {"/none.csv", "a,,b\n"}};
  for (const char* const name : {"empty.csv", "twice.csv", "none.csv"}) {
    const model::SeedCsv csv{.file = std::string("/") + name, .shown = name};
    EXPECT_FALSE(CsvRows::open(files, csv)) << name;
  }
  const model::SeedCsv csv{.file = "/twice.csv", .shown = "t", .columns = {{"nope", "x"}}};
  EXPECT_FALSE(CsvRows::open(files, csv));
}

TEST(SeedSql, PutsNothingIntoWhatItPutIn) {
  const std::pair<std::string_view, std::string_view> names[] = {{"a", "{b}"}, {"b", "{a}"}};
  EXPECT_EQ(expanded("{a} {b} {c} {", names), "{b} {a} {c} {");
}

}  // namespace
}  // namespace garboard::execution
