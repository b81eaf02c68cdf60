// SPDX-License-Identifier: Apache-2.0
#include "loading/foreign_checksums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/memory_files.hpp"

namespace garboard::loading {
namespace {

using model::Change;
using model::Changes;
using model::ForeignEntry;
using model::ForeignHistory;
using model::ForeignTool;
using testing_support::MemoryFiles;

// zlib's CRC of the text without its line ends, as Java's signed int.
TEST(ForeignChecksums, FlywaysKnowNoLineEndsAndNoByteOrderMark) {
  EXPECT_EQ(flyway_checksum("CREATE TABLE users (id INTEGER PRIMARY KEY);\n"
                            "INSERT INTO users VALUES (1);\n"),
            "-139863338");
  EXPECT_EQ(flyway_checksum("CREATE TABLE a (x INT);\n"), "-1700423974");
  EXPECT_EQ(flyway_checksum("\xEF\xBB\xBF"
                            "CREATE TABLE a (x INT);\r\n"),
            "-1700423974");
  EXPECT_EQ(flyway_checksum("CREATE TABLE a\r (x INT);"), "-1700423974");
  EXPECT_NE(flyway_checksum("CREATE TABLE a (x INT) ;\n"), "-1700423974");
}

// What refinery-core 0.8 answers for these migrations.
TEST(ForeignChecksums, RefinerysAreThoseOfTheLibrary) {
  const auto has = [](const std::vector<std::string>& sums, const char* sum) {
    return std::ranges::find(sums, sum) != sums.end();
  };
  EXPECT_TRUE(
      has(refinery_checksums("initial", 1, "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"),
          "7180407612138126892"));
  EXPECT_TRUE(has(
      refinery_checksums("add_email", 20240101, "ALTER TABLE users ADD COLUMN email TEXT;\n-- é\n"),
      "2173319466594050195"));
  EXPECT_TRUE(has(refinery_checksums("x", 3, ""), "8348539945620639140"));
}

Changes changes_of(const std::vector<std::pair<std::string, std::string>>& ids_and_files) {
  Changes changes;
  for (const auto& [id, file] : ids_and_files)
    changes.items.push_back(Change{.id = id, .name = id, .origin = file});
  return changes;
}

TEST(ForeignChecksums, PrismaTakesOtherLineEndsForTheSame) {
  MemoryFiles files{{"m/1_a/migration.sql", "SELECT 1;\nSELECT 2;\n"}};
  const Changes changes = changes_of({{"1_a", "m/1_a/migration.sql"}});
  const ForeignHistory history{.tool = ForeignTool::prisma};
  const auto unix_ends = foreign_checksums(files, changes, history);
  files.put("m/1_a/migration.sql", "SELECT 1;\r\nSELECT 2;\r\n");
  const auto windows_ends = foreign_checksums(files, changes, history);
  ASSERT_TRUE(unix_ends && windows_ends);
  // `printf 'SELECT 1;\nSELECT 2;\n' | sha256sum`
  const std::string sum = "82efb67f3010c6eb7ead02e4f6d9550633dbc1407f99aa487468e7b2567aebbc";
  EXPECT_EQ(unix_ends->at(0).front(), sum);
  EXPECT_NE(std::ranges::find(windows_ends->at(0), sum), windows_ends->at(0).end());
}

TEST(ForeignChecksums, OfAPlansEntryThereAreNone) {
  MemoryFiles files;
  const auto sums =
      foreign_checksums(files, changes_of({{"1", ""}}), {.tool = ForeignTool::flyway});
  ASSERT_TRUE(sums);
  EXPECT_TRUE(sums->at(0).empty());
}

// Hashes that Atlas' own library gives for these three files, and for the first and the last alone.
TEST(ForeignChecksums, AtlasHashesCoverTheFilesThatWereThere) {
  MemoryFiles files{{"m/1_a.sql", "CREATE TABLE a (x INT);\n"},
                    {"m/2_b.sql", "CREATE TABLE b (x INT);\n"},
                    {"m/3_c.sql", "CREATE TABLE c (x INT);\n"}};
  const Changes changes = changes_of({{"1", "m/1_a.sql"}, {"2", "m/2_b.sql"}, {"3", "m/3_c.sql"}});
  ForeignHistory history{.tool = ForeignTool::atlas};
  history.applied = {ForeignEntry{.id = "1"}, ForeignEntry{.id = "3", .checksum = "late"},
                     ForeignEntry{.id = "2", .checksum = "late"}};
  const auto sums = foreign_checksums(files, changes, history);
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->at(0).front(), "hEA2PStAvG+Qqhx0E9/oiFWZI/4febqTwe3Efj+Vekw=");
  EXPECT_EQ(sums->at(1).front(), "Idlp6kej3WZcl2MuusPDfGvg2YJ6vvD+mOGBCCX9uCc=");
  EXPECT_EQ(sums->at(2).front(), "rarYVETZNKPf819zTXxqpBWt0ra/lf9ZNnOn4WonDHE=");
  EXPECT_EQ(sums->at(2).back(), "SqTMeFE2mCuI0Aw1g5YzuN+gZZKtdkRVFHWT7pZ1OLg=");
}

}  // namespace
}  // namespace garboard::loading
