// SPDX-License-Identifier: Apache-2.0
// Flyway and refinery: V1.2__name.sql.
#include <gtest/gtest.h>

#include "folder_text.hpp"

namespace garboard::loading {
namespace {

TEST(FlywayFolder, OrdersByThePartsOfTheVersionAndRepeatablesLast) {
  FolderText folder({{"R__views.sql", "R;"},
                     {"V1.10__c.sql", "C;"},
                     {"V1.2__b.sql", "B;"},
                     {"sub/V001__a.sql", "A;"},
                     {"V2_1__d_e.sql", "D;"},
                     {"U1.2__b.sql", "NB;"},
                     {"other.sql", ""}});
  EXPECT_EQ(folder.ids(), "001 (a), 1.2 (b), 1.10 (c), 2.1 (d e), R__views (views)");
  const auto changes = folder.load();
  EXPECT_EQ(folder.text(changes->items.at(1).down.at(0)), "NB;");
  EXPECT_TRUE(changes->items.at(4).is_repeatable);
  EXPECT_FALSE(changes->items.at(3).is_repeatable);
  EXPECT_EQ(changes->items.at(0).origin, "m/sub/V001__a.sql");
}

TEST(FlywayFolder, RefusesVersionsThatAreTheSame) {
  FolderText folder({{"V1.0__a.sql", ""}, {"V1__b.sql", ""}});
  EXPECT_EQ(folder.ids(), "m/V1__b.sql:1: the version 1 is used for the second time");
}

TEST(FlywayFolder, PutsPlaceholdersInWhateverTheirCase) {
  FolderText folder({{"V1__a.sql", "CREATE TABLE ${Prefix}_a (x INT);\nSELECT '${region}';\n"},
                     {"V2__b.sql", "SELECT 1;\n"}});
  folder.values["prefix"] = "p";
  folder.variables["FLYWAY_PLACEHOLDERS_REGION"] = "eu";
  const auto changes = folder.load();
  ASSERT_TRUE(changes) << changes.error().message;
  ASSERT_NE(changes->items.at(0).up.at(0).placeholders, nullptr);
  EXPECT_EQ(changes->items.at(0).up.at(0).placeholders->at("Prefix").value, "p");
  EXPECT_EQ(changes->items.at(0).up.at(0).placeholders->at("region").value, "eu");
  EXPECT_EQ(changes->items.at(1).up.at(0).placeholders, nullptr);
  folder.values.clear();
  EXPECT_EQ(folder.ids(), "m/V1__a.sql:1:14: the placeholder 'Prefix' has no value");
}

TEST(FlywayFolder, ReadsTheScriptsConfiguration) {
  FolderText folder(
      {{"V1__a.sql", "SELECT '${x}';"},
       {"V1__a.sql.conf", "executeInTransaction=false\nplaceholderReplacement=false\n"}});
  const auto changes = folder.load();
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->items.at(0).transaction, model::TransactionMode::never);
  FolderText wrong({{"V1__a.sql", ""}, {"V1__a.sql.conf", "\nshouldExecute=false\n"}});
  EXPECT_EQ(wrong.ids(), "m/V1__a.sql.conf:2: 'shouldExecute=false' is not known");
}

TEST(FlywayFolder, RefusesWhatItCannotRun) {
  const auto refusal = [](const char* name) {
    return FolderText({{"V1__a.sql", ""}, {name, ""}}).ids(Format::flyway);
  };
  EXPECT_EQ(refusal("V2__b.java"), "m/V2__b.java:1: a migration in Java, which cannot be run here");
  EXPECT_EQ(refusal("B2__b.sql"),
            "m/B2__b.sql:1: a baseline migration of Flyway, which is not run here");
  EXPECT_EQ(refusal("afterMigrate.sql"),
            "m/afterMigrate.sql:1: a callback of Flyway, which is not run here");
  EXPECT_EQ(refusal("V2_b.sql"),
            "m/V2_b.sql:1: the name has no '__' between version and description");
  EXPECT_EQ(refusal("U3__b.sql"), "m/U3__b.sql:1: there is no version 3 to undo");
}

TEST(RefineryFolder, TakesVersionedAndUnversionedFilesByNumber) {
  FolderText folder({{"V10__c.sql", "C ${x};"}, {"U2__b.sql", "B;"}, {"sub/V1__a.sql", "A;"}});
  EXPECT_EQ(folder.ids(Format::refinery), "1 (a), 2 (b), 10 (c)");
  EXPECT_EQ(folder.load(Format::refinery)->items.at(2).up.at(0).placeholders, nullptr);
  FolderText program({{"V1__a.rs", ""}, {"V2__b.sql", ""}});
  EXPECT_EQ(program.ids(), "m/V1__a.rs:1: a migration in Rust, which cannot be run here");
}

}  // namespace
}  // namespace garboard::loading
