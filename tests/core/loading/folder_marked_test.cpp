// SPDX-License-Identifier: Apache-2.0
// dbmate, goose and sql-migrate: markers inside of one file.
#include <gtest/gtest.h>

#include "folder_text.hpp"

namespace garboard::loading {
namespace {

using model::TransactionMode;

TEST(DbmateFolder, TakesTheDigitsAsVersionInTheOrderOfTheNames) {
  FolderText folder({{"20240102_b.sql", "-- migrate:up\nB;\n-- migrate:down\n"},
                     {"0100_a_b.sql", "-- migrate:up\nA;\n"},
                     {"readme.md", "no"},
                     {"notes.sql", "no"}});
  EXPECT_EQ(folder.ids(), "0100 (a b), 20240102 (b)");
}

TEST(DbmateFolder, CutsUpAndDownAsPartsOfTheFile) {
  FolderText folder({{"1_a.sql", "-- intro\n\n--migrate:up\r\nA;\r\n-- migrate:down  \r\nB;\r\n"}});
  const auto changes = folder.load();
  ASSERT_TRUE(changes) << changes.error().message;
  const model::Change& change = changes->items.at(0);
  ASSERT_EQ(change.up.size(), 1U);
  EXPECT_EQ(folder.text(change.up.at(0)), "A;\r\n");
  EXPECT_EQ(change.up.at(0).where.text(), "m/1_a.sql:4:1");
  EXPECT_EQ(folder.text(change.down.at(0)), "B;\r\n");
  EXPECT_EQ(change.down.at(0).where.line, 6U);
  EXPECT_EQ(change.origin, "m/1_a.sql");
  EXPECT_TRUE(change.allows_empty);
}

TEST(DbmateFolder, ChecksumIsThatOfTheUpTextWhateverItsLineEnds) {
  FolderText unix({{"1_a.sql", "-- migrate:up\nA;\n-- migrate:down\nB;\n"}});
  FolderText windows({{"1_a.sql", "-- other\r\n-- migrate:up\r\nA;\r\n-- migrate:down\r\nC;\r\n"}});
  FolderText other({{"1_a.sql", "-- migrate:up\nA2;\n-- migrate:down\nB;\n"}});
  const std::string checksum = unix.load()->items.at(0).checksum;
  EXPECT_EQ(windows.load()->items.at(0).checksum, checksum);
  EXPECT_NE(other.load()->items.at(0).checksum, checksum);
}

TEST(DbmateFolder, TransactionFalseIsHonoured) {
  FolderText folder(
      {{"1_a.sql", "-- migrate:up transaction:false\nA;\n"}, {"2_b.sql", "-- migrate:up\nA;\n"}});
  const auto changes = folder.load();
  EXPECT_EQ(changes->items.at(0).transaction, TransactionMode::never);
  EXPECT_EQ(changes->items.at(1).transaction, TransactionMode::automatic);
}

TEST(DbmateFolder, RefusesWhatItDoesNotUnderstand) {
  const auto refusal = [](const char* text) {
    return FolderText({{"1_a.sql", text}}).ids(Format::dbmate);
  };
  EXPECT_EQ(refusal("-- migrate:up\nA;\n-- migrate:foo\n"),
            "m/1_a.sql:3: '-- migrate:foo' is no marker of dbmate");
  EXPECT_EQ(refusal("-- migrate:up transaction:maybe\nA;\n"),
            "m/1_a.sql:1: the option 'transaction:maybe' is not known");
  EXPECT_EQ(refusal("-- migrate:down\nA;\n-- migrate:up\n"),
            "m/1_a.sql:1: '-- migrate:down' before '-- migrate:up'");
  EXPECT_EQ(refusal("A;\n-- migrate:up\n"), "m/1_a.sql:1: a statement before '-- migrate:up'");
  EXPECT_EQ(refusal("-- nothing\n"), "m/1_a.sql:1: '-- migrate:up' is missing");
}

TEST(GooseFolder, OrdersByNumberAndStoresItWithoutZeros) {
  FolderText folder({{"00010_ten.sql", "-- +goose Up\n"},
                     {"00002_two.sql", "-- +goose Up\n"},
                     {"20240101000000_late.sql", "-- +goose up\n"},
                     {"notes.txt", ""}});
  EXPECT_EQ(folder.ids(), "2 (two), 10 (ten), 20240101000000 (late)");
}

TEST(GooseFolder, RefusesASecondFileOfAVersion) {
  FolderText folder({{"1_a.sql", "-- +goose Up\n"}, {"01_b.sql", "-- +goose Up\n"}});
  EXPECT_NE(folder.ids().find("the version '1' is used for the second time"), std::string::npos)
      << folder.ids();
}

TEST(GooseFolder, EndsAStepAtAStatementThatHasNoSemicolon) {
  FolderText folder({{"1_a.sql",
                      "-- +goose Up\n-- +goose StatementBegin\nA\n-- +goose StatementEnd\nB;\n"
                      "-- +goose StatementBegin\nC;\n-- +goose StatementEnd\nD;\n"}});
  const auto changes = folder.load();
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->items.at(0).up.size(), 2U);
  EXPECT_EQ(folder.text(changes->items.at(0).up.at(0)), "-- +goose StatementBegin\nA\n");
}

TEST(GooseFolder, NoTransactionMayStandAnywhere) {
  FolderText folder({{"1_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nA;\n"},
                     {"2_b.sql", "-- +goose Up\n-- +goose no transaction\nA;\n"}});
  const auto changes = folder.load();
  ASSERT_TRUE(changes) << changes.error().message;
  ASSERT_EQ(changes->items.size(), 2U);
  for (const model::Change& change : changes->items)
    EXPECT_EQ(change.transaction, TransactionMode::never);
}

TEST(GooseFolder, EnvsubPutsVariablesInWhereItIsOn) {
  FolderText folder(
      {{"1_a.sql",
        "-- +goose Up\nSELECT '${A}';\n-- +goose ENVSUB ON\n"
        "SELECT '${A}', '${B:-two}';  -- ends\n-- +goose ENVSUB OFF\nSELECT '$A';\n"}});
  folder.variables["A"] = "one";
  const auto changes = folder.load();
  ASSERT_TRUE(changes) << changes.error().message;
  const auto& up = changes->items.at(0).up;
  ASSERT_EQ(up.size(), 3U);
  EXPECT_EQ(up.at(0).placeholders, nullptr);
  ASSERT_NE(up.at(1).placeholders, nullptr);
  EXPECT_EQ(up.at(1).placeholders->at("A").value, "one");
  EXPECT_EQ(up.at(1).placeholders->at("B:-two").value, "two");
  EXPECT_EQ(up.at(2).placeholders, nullptr);
}

TEST(GooseFolder, RefusesWhatItDoesNotUnderstand) {
  const auto refusal = [](const std::string& text) {
    return FolderText({{"1_a.sql", text}}).ids(Format::goose);
  };
  EXPECT_EQ(refusal("-- +goose Fro\n-- +goose Up\n"),
            "m/1_a.sql:1: '-- +goose fro' is no annotation of goose");
  EXPECT_EQ(refusal("SELECT 1;\n"), "m/1_a.sql:1: a statement before '-- +goose Up'");
  EXPECT_EQ(refusal("-- +goose Up\n-- +goose StatementBegin\nA\n"),
            "m/1_a.sql:2: StatementBegin without a StatementEnd");
  EXPECT_EQ(refusal("-- +goose Up\n-- +goose StatementEnd\n"),
            "m/1_a.sql:2: StatementEnd without a StatementBegin");
  EXPECT_EQ(refusal("-- +goose Up\n-- +goose Up\n"), "m/1_a.sql:2: a second '-- +goose Up'");
  EXPECT_EQ(refusal("-- +goose Up\n-- +goose ENVSUB ON\nA ${NONE};\n"),
            "m/1_a.sql:3:3: the variable 'NONE' is not set");
  EXPECT_EQ(refusal("-- +goose Up\n-- +goose ENVSUB ON\nA $HOME;\n"),
            "m/1_a.sql:3:3: a '$' without '{' where ENVSUB is on");
  EXPECT_EQ(refusal("-- +goose Up\nSELECT\n-- +goose ENVSUB ON\n1;\n"),
            "m/1_a.sql:3: ENVSUB changes inside of a statement");
  FolderText program({{"1_a.go", "package x"}, {"2_b.sql", "-- +goose Up\n"}});
  EXPECT_EQ(program.ids(), "m/1_a.go:1: a migration in Go, which cannot be run here");
}

TEST(SqlMigrateFolder, KnowsFilesByNameAndOrdersThemByNumber) {
  FolderText folder({{"10-b.sql", "-- +migrate Up notransaction\nB;\n-- +migrate Down\n"},
                     {"2-a.sql", "-- +migrate Up\nA;\n"},
                     {"extra.sql", "-- +migrate Up\n"}});
  EXPECT_EQ(folder.ids(), "2-a.sql (a), 10-b.sql (b), extra.sql (extra)");
  EXPECT_EQ(folder.load()->items.at(1).transaction, TransactionMode::never);
  FolderText wrong({{"1-a.sql", "-- +migrate Up\n-- +migrate Sideways\n"}});
  EXPECT_EQ(wrong.ids(), "m/1-a.sql:2: '-- +migrate Sideways' is no command of sql-migrate");
}

}  // namespace
}  // namespace garboard::loading
