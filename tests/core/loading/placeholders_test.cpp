// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "folder_text.hpp"

namespace garboard::loading {
namespace {

constexpr const char* head =
    "version: 1\nplaceholders:\n  A: {default: one}\n  B: {env: B_VAR, secret: true}\n"
    "  C: {file: c.txt}\n  D: {}\nmigrations:\n  - name: m\n    up:\n      - sql: |\n          ";

FolderText plan(const std::string& sql) {
  return FolderText({{"p.yaml", head + sql + "\n"}, {"c.txt", "three\n"}});
}

TEST(Placeholders, ComeFromDefaultsVariablesFilesAndValues) {
  FolderText folder = plan("SELECT '${A}', '${B}', '${C}', '${D}';");
  folder.variables["B_VAR"] = "two";
  folder.values["D"] = "four";
  const auto changes = folder.load();
  ASSERT_TRUE(changes) << changes.error().message;
  const model::Step& step = changes->items.at(0).up.at(0);
  ASSERT_NE(step.placeholders, nullptr);
  EXPECT_EQ(step.placeholders->at("A").value, "one");
  EXPECT_EQ(step.placeholders->at("B").value, "two");
  EXPECT_TRUE(step.placeholders->at("B").is_secret);
  EXPECT_EQ(step.placeholders->at("C").value, "three");
  EXPECT_EQ(step.placeholders->at("D").value, "four");
  EXPECT_EQ(step.sql, "SELECT '${A}', '${B}', '${C}', '${D}';\n");
  EXPECT_EQ(changes->placeholders->size(), 4U);
}

TEST(Placeholders, ChecksumKnowsNoValue) {
  FolderText folder = plan("SELECT '${A}';");
  const std::string checksum = folder.load()->items.at(0).checksum;
  folder.values["A"] = "other";
  EXPECT_EQ(folder.load()->items.at(0).checksum, checksum);
}

TEST(Placeholders, WithoutThemTextStaysAsItIs) {
  FolderText folder(
      {{"p.yaml", "version: 1\nmigrations:\n  - {id: a, up: [{sql: 'SELECT ${A'}]}\n"}});
  const auto changes = folder.load();
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->items.at(0).up.at(0).placeholders, nullptr);
}

TEST(Placeholders, AMissingOneIsPlaced) {
  EXPECT_EQ(
      plan("SELECT\n            '${D}';").ids(),
      "m/p.yaml:12:14: the placeholder 'D' has no value: it has to be given by --set D=VALUE");
  EXPECT_EQ(plan("SELECT '${B}';").ids(),
            "m/p.yaml:11:19: the placeholder 'B' has no value: the variable 'B_VAR' is not set");
  EXPECT_EQ(plan("SELECT '${E}';").ids(), "m/p.yaml:11:19: the plan declares no placeholder 'E'");
  EXPECT_EQ(plan("SELECT '${E';").ids(),
            "m/p.yaml:11:19: '${' without '}' on its line, expected the name of a placeholder");
  FolderText file({{"p.yaml",
                    "version: 1\nplaceholders: {}\nmigrations:\n  - id: a\n    up: "
                    "[{file: a.sql}]\n"},
                   {"a.sql", "A;\n B ${X};\n"}});
  EXPECT_EQ(file.ids(), "m/a.sql:2:4: the plan declares no placeholder 'X'");
}

TEST(Placeholders, RefusesValuesOfSecretsAndOfUnknownNames) {
  FolderText secret = plan("SELECT 1;");
  secret.values["B"] = "canary-shown";
  const auto refused = secret.load();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::usage);
  EXPECT_EQ(refused.error().message.find("canary"), std::string::npos);
  FolderText unknown = plan("SELECT 1;");
  unknown.values["X"] = "1";
  const auto other = unknown.load();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, base::Code::usage);
}

}  // namespace
}  // namespace garboard::loading
