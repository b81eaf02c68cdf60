// SPDX-License-Identifier: Apache-2.0
// What all folders have in common: recognition, plan files, and files of any size.
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "folder_text.hpp"
#include "loading/section_scan.hpp"

namespace garboard::loading {
namespace {

TEST(FolderRecognition, AsksWhenNamesFitSeveralTools) {
  FolderText folder({{"20240101000000_a.sql", "A;"}});
  EXPECT_EQ(folder.ids(),
            "m: the folder's format is not clear: it could be that of sqlx, knex or plain");
}

TEST(FolderRecognition, AsksWhenThereAreSignsOfTwoTools) {
  FolderText folder({{"1_a.sql", "-- migrate:up\nA;\n"}, {"2_b.sql", "-- +goose Up\nB;\n"}});
  EXPECT_EQ(folder.ids(),
            "m: the folder's format is not clear: it could be that of dbmate or goose");
  FolderText named({{"1_a.up.sql", "-- +goose Up\nA;\n"}});
  EXPECT_EQ(named.ids(),
            "m: the folder's format is not clear: it could be that of goose or golang-migrate");
}

TEST(FolderRecognition, SaysThatAFolderIsEmptyOrMissing) {
  FolderText folder({{"README.md", ""}});
  EXPECT_EQ(folder.ids(), "m: no migrations lie in the folder");
  FolderText missing({});
  EXPECT_EQ(missing.ids(), "m: 'm' does not exist");
  FolderText other({{"a.sql", "A;"}});
  EXPECT_EQ(other.ids(Format::goose), "m: no migration in the format of goose lies in the folder");
}

TEST(FolderRecognition, TellsPairsApart) {
  const auto format = [](FolderText folder) {
    return format_of_folder(Source{.files = folder.files, .folder = "m"});
  };
  EXPECT_EQ(*format(FolderText({{"1_a.up.sql", ""}})), Format::golang_migrate);
  EXPECT_EQ(*format(FolderText({{"1_a.up.sql", ""}, {"2_b.sql", ""}})), Format::sqlx);
  EXPECT_EQ(*format(FolderText({{"1_a.mysql.up.sql", ""}})), Format::pop);
  EXPECT_EQ(*format(FolderText({{"1_a.sql", "-- no-transaction\n"}})), Format::sqlx);
}

TEST(PlanFolder, ReadsItsPlansInTheOrderOfTheirNames) {
  FolderText folder(
      {{"2.json", R"({"version": 1, "migrations": [{"id": "c", "up": [{"sql": "C;"}]}]})"},
       {"1.yaml", "version: 1\nmigrations:\n  - id: a\n    up: [{file: a.sql}]\n"},
       {"a.sql", "A;"}});
  EXPECT_EQ(folder.ids(), "a (a), c (c)");
}

TEST(SectionScan, StreamsAFileInChunksOfAnySize) {
  std::string text = "-- migrate:up\n";
  for (int i = 0; i < 3000; ++i) text += "INSERT INTO t VALUES (" + std::to_string(i) + ");\n";
  text += "INSERT '" + std::string(200000, 'x') + "';\n-- migrate:down\nDROP TABLE t;\n";
  std::string digest;
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, text.size()}) {
    FolderText folder({{"1_a.sql", text}});
    folder.files.set_chunk(chunk);
    const auto changes = folder.load(Format::dbmate);
    ASSERT_TRUE(changes) << changes.error().message;
    const model::Step& up = changes->items.at(0).up.at(0);
    EXPECT_TRUE(folder.text(up).starts_with("INSERT INTO t VALUES (0)"));
    EXPECT_TRUE(folder.text(up).ends_with("xxx';\n"));
    base::ScriptDigest expected;
    expected.update(folder.text(up));
    EXPECT_EQ(up.digest, expected.hex());
    EXPECT_EQ(folder.text(changes->items.at(0).down.at(0)), "DROP TABLE t;\n");
    EXPECT_LE(folder.files.largest_buffer(), 65536U);
  }
}

TEST(SectionScan, SeesAMarkerBehindAByteOrderMark) {
  FolderText folder({{"1_a.sql", "\xEF\xBB\xBF-- migrate:up\nA;\n"}});
  EXPECT_EQ(folder.ids(Format::dbmate), "1 (a)");
}

TEST(SectionScan, RefusesANulByteWithItsLine) {
  FolderText folder({{"a.sql", std::string("A;\nB\0;", 6)}});
  EXPECT_EQ(folder.ids(), "m/a.sql:2: a NUL byte, expected SQL text");
}

}  // namespace
}  // namespace garboard::loading
