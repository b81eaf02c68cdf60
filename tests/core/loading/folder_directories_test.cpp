// SPDX-License-Identifier: Apache-2.0
// Diesel, Prisma and Atlas.
#include <gtest/gtest.h>

#include "folder_text.hpp"
#include "loading/atlas_sum.hpp"

namespace garboard::loading {
namespace {

TEST(DieselFolder, TakesTheDigitsOfTheFolderAsVersion) {
  FolderText folder({{"2024-01-02-030405_add_users/up.sql", "A;"},
                     {"2024-01-02-030405_add_users/down.sql", "B;"},
                     {"2024-01-02-030405-0001_more/up.sql", "C;"},
                     {"00000000000000_diesel_initial_setup/up.sql", "-- x"},
                     {"README.md", ""}});
  EXPECT_EQ(folder.ids(),
            "00000000000000 (diesel initial setup), 20240102030405 (add users), "
            "202401020304050001 (more)");
}

TEST(DieselFolder, HonoursItsMetadata) {
  FolderText folder(
      {{"1_a/up.sql", "A;"}, {"1_a/metadata.toml", "# x\nrun_in_transaction = false\n"}});
  EXPECT_EQ(folder.load()->items.at(0).transaction, model::TransactionMode::never);
  FolderText wrong({{"1_a/up.sql", "A;"}, {"1_a/metadata.toml", "other = 1\n"}});
  EXPECT_EQ(wrong.ids(), "m/1_a/metadata.toml:1: 'other=1' is not known");
}

TEST(DieselFolder, RefusesAnEmptyUpAndHasNoDownThatIsEmpty) {
  FolderText empty({{"1_a/up.sql", ""}});
  EXPECT_EQ(empty.ids(), "m/1_a/up.sql:1: the file is empty, which Diesel refuses");
  FolderText folder({{"1_a/up.sql", "A;"}, {"1_a/down.sql", ""}});
  const auto changes = folder.load();
  EXPECT_TRUE(changes->items.at(0).down.empty());
  EXPECT_NE(changes->items.at(0).irreversible, "");
  FolderText missing({{"1_a/up.sql", "A;"}, {"2_b/down.sql", "B;"}});
  EXPECT_EQ(missing.ids(), "m/2_b: the folder holds no up.sql, expected a migration of Diesel");
}

TEST(PrismaFolder, KnowsMigrationsByTheirFolder) {
  FolderText folder({{"20240102030405_b/migration.sql", "B;"},
                     {"0_init/migration.sql", "A;"},
                     {"migration_lock.toml", "provider = \"postgresql\""}});
  EXPECT_EQ(folder.ids(), "0_init (init), 20240102030405_b (b)");
}

TEST(AtlasSum, GrowsWithEachFile) {
  const SummedFile files[] = {{"1.sql", "A"}, {"2.sql", "B"}};
  const auto hashes = atlas_hashes(files);
  ASSERT_EQ(hashes.size(), 2U);
  const SummedFile first[] = {{"1.sql", "A"}};
  EXPECT_EQ(atlas_hashes(first).at(0), hashes.at(0));
  const SummedFile second[] = {{"2.sql", "B"}};
  EXPECT_NE(atlas_hashes(second).at(0), hashes.at(1));
  // printf '1.sqlA' | openssl dgst -sha256 -binary | base64
  EXPECT_EQ(hashes.at(0), "h1:km7TT076MTfY5oHsIQGyHcytkYEwTKrpy1/KZR7XnoI=");
}

TEST(AtlasFolder, HoldsTheFilesAgainstTheirSum) {
  const SummedFile files[] = {{"1_a.sql", "A;"}, {"2_b.sql", "-- atlas:txmode none\n\nB;"}};
  const std::string sum = atlas_sum(files);
  FolderText folder(
      {{"1_a.sql", "A;"}, {"2_b.sql", "-- atlas:txmode none\n\nB;"}, {"atlas.sum", sum}});
  EXPECT_EQ(folder.ids(), "1 (a), 2 (b)");
  EXPECT_EQ(folder.load()->items.at(1).transaction, model::TransactionMode::never);
  folder.files.put("m/2_b.sql", "B2;");
  EXPECT_EQ(folder.ids(), "m/atlas.sum:3: the sum does not agree with '2_b.sql'");
  folder.files.put("m/3_c.sql", "C;");
  folder.files.put("m/2_b.sql", "-- atlas:txmode none\n\nB;");
  EXPECT_EQ(folder.ids(), "m/atlas.sum:4: the sum does not agree with '3_c.sql'");
}

TEST(AtlasFolder, RefusesDirectivesThatItDoesNotKnow) {
  const SummedFile files[] = {{"1_a.sql", "-- atlas:delimiter \\n\\n\nA\n"}};
  FolderText folder(
      {{"1_a.sql", "-- atlas:delimiter \\n\\n\nA\n"}, {"atlas.sum", atlas_sum(files)}});
  EXPECT_EQ(folder.ids(), "m/1_a.sql:1: '-- atlas:delimiter' is not supported");
}

}  // namespace
}  // namespace garboard::loading
