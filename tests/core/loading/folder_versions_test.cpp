// SPDX-License-Identifier: Apache-2.0
// Folders whose file names say everything: golang-migrate, sqlx, Knex-like, pop and plain.
#include <gtest/gtest.h>

#include "folder_text.hpp"

namespace garboard::loading {
namespace {

using model::TransactionMode;

TEST(GolangMigrateFolder, PairsFilesByNumberInItsOrder) {
  FolderText folder({{"10_b.up.sql", "B;"},
                     {"10_b.down.sql", "NB;"},
                     {"009_a.up.sql", "A;"},
                     {"11_only_down.down.sql", "ND;"},
                     {"README.md", ""},
                     {"12_x.sql.bak", ""}});
  EXPECT_EQ(folder.ids(), "9 (a), 10 (b), 11 (only down)");
  const auto changes = folder.load();
  EXPECT_EQ(folder.text(changes->items.at(1).down.at(0)), "NB;");
  EXPECT_TRUE(changes->items.at(2).up.empty());
}

TEST(GolangMigrateFolder, AppliesAnEmptyFile) {
  FolderText folder({{"1_a.up.sql", ""}});
  const auto changes = folder.load();
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->items.at(0).up.size(), 1U);
  EXPECT_TRUE(changes->items.at(0).allows_empty);
}

TEST(GolangMigrateFolder, RefusesTwoFilesOfOneVersionNamingBoth) {
  FolderText folder({{"1_a.up.sql", ""}, {"001_b.up.sql", ""}});
  const auto changes = folder.load();
  ASSERT_FALSE(changes);
  EXPECT_EQ(changes.error().where.file, "m/1_a.up.sql");
  EXPECT_EQ(changes.error().hint, "the first is 'm/001_b.up.sql'");
}

TEST(SqlxFolder, ReadsSimpleAndReversibleFilesTogether) {
  FolderText folder({{"20240102_b.up.sql", "B;"},
                     {"20240102_b.down.sql", "NB;"},
                     {"20240101_a.sql", "-- no-transaction\nA;"}});
  EXPECT_EQ(folder.ids(), "20240101 (a), 20240102 (b)");
  const auto changes = folder.load();
  EXPECT_EQ(changes->items.at(0).transaction, TransactionMode::never);
  EXPECT_EQ(changes->items.at(1).transaction, TransactionMode::automatic);
  EXPECT_EQ(changes->items.at(1).down.size(), 1U);
}

TEST(KnexFolder, KnowsMigrationsByTheNameWithoutItsEnding) {
  FolderText folder({{"20240102030405_b.up.sql", "B;"},
                     {"20240102030405_b.down.sql", "NB;"},
                     {"20240101030405_a.sql", "A;"}});
  EXPECT_EQ(folder.ids(Format::knex), "20240101030405_a (a), 20240102030405_b (b)");
}

TEST(KnexFolder, RefusesPrograms) {
  FolderText folder({{"20240102030405_b.ts", ""}, {"20240101030405_a.sql", "A;"}});
  EXPECT_EQ(folder.ids(),
            "m/20240102030405_b.ts:1: a migration in JavaScript, which cannot be run here");
}

TEST(PlainFolder, TakesEveryScriptInByteOrder) {
  FolderText folder({{"b.sql", "B;"}, {"a.sql", "A;"}, {"10.sql", "T;"}, {"z.sql/inner.sql", ""}});
  EXPECT_EQ(folder.ids(), "10 (10), a (a), b (b)");
}

TEST(PlainFolder, RefusesAnEmptyFileSinceACutOneLooksTheSame) {
  FolderText folder({{"a.sql", " \n"}});
  EXPECT_EQ(folder.ids(), "m/a.sql:1: the file is empty, expected a statement");
  FolderText meant({{"a.sql", "-- nothing\n"}});
  EXPECT_EQ(meant.ids(), "a (a)");
}

TEST(PopFolder, TheDialectsFileWinsOverTheGenericOne) {
  FolderText folder({{"20240101000000000000_a.up.sql", "G;"},
                     {"20240101000000000000_a.down.sql", "GD;"},
                     {"20240101000000000000_a.mysql.up.sql", "M;"},
                     {"20240102000000000000_b.postgres.autocommit.up.sql", "P;"},
                     {"20240103000000000000_c.autocommit.up.sql", "C;"},
                     {"20240104000000000000_d.sqlite3.up.sql", "S;"}});
  const auto postgres = folder.load();
  ASSERT_TRUE(postgres) << postgres.error().message;
  ASSERT_EQ(postgres->items.size(), 3U);
  EXPECT_EQ(folder.text(postgres->items.at(0).up.at(0)), "G;");
  EXPECT_EQ(postgres->items.at(1).transaction, TransactionMode::never);
  EXPECT_EQ(postgres->items.at(2).transaction, TransactionMode::never);
  folder.database = "mysql";
  EXPECT_EQ(folder.text(folder.load()->items.at(0).up.at(0)), "M;");
  folder.database = "sqlite";
  EXPECT_EQ(folder.ids(),
            "20240101000000000000 (a), 20240103000000000000 (c), 20240104000000000000 (d)");
  folder.database = "";
  EXPECT_NE(folder.ids().find("which one is not known"), std::string::npos);
}

TEST(PopFolder, RefusesTemplatesAndFizz) {
  FolderText folder({{"1_a.mysql.up.sql", ""}, {"1_a.up.sql", "A {{ .X }};"}, {"2_b.up.fizz", ""}});
  EXPECT_EQ(folder.ids(), "m/2_b.up.fizz:1: a migration in fizz, which cannot be run here");
}

}  // namespace
}  // namespace garboard::loading
