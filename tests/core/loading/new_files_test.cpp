// SPDX-License-Identifier: Apache-2.0
#include "loading/new_files.hpp"

#include <gtest/gtest.h>

#include "folder_text.hpp"

namespace garboard::loading {
namespace {

// 2024-02-29 12:34:56 UTC
constexpr std::chrono::system_clock::time_point now{std::chrono::seconds(1709210096)};

std::string made(FolderText folder, Format format, std::string_view name = "add users") {
  const Source source{.files = folder.files, .folder = "m"};
  const auto files = new_files(source, format, name, now);
  if (!files) return files.error().message;
  std::string paths;
  for (const NewFile& file : *files) paths += (paths.empty() ? "" : " ") + file.path;
  return paths;
}

TEST(NewFiles, NameATimeWhereTheFolderHasTimesOrNothing) {
  EXPECT_EQ(made(FolderText({}), Format::dbmate), "20240229123456_add_users.sql");
  EXPECT_EQ(made(FolderText({{"20230101000000_a.sql", ""}}), Format::goose),
            "20240229123456_add_users.sql");
  EXPECT_EQ(made(FolderText({{"20230101000000000000_a.up.sql", ""}}), Format::pop),
            "20240229123456000000_add_users.up.sql 20240229123456000000_add_users.down.sql");
}

TEST(NewFiles, NeverTakeAVersionThatIsThere) {
  EXPECT_EQ(made(FolderText({{"20240229123456_a.sql", ""}}), Format::dbmate),
            "20240229123457_add_users.sql");
  EXPECT_EQ(made(FolderText({{"2024-02-29-123456_a/up.sql", ""}}), Format::diesel),
            "2024-02-29-123457_add_users/up.sql 2024-02-29-123457_add_users/down.sql");
}

TEST(NewFiles, GoOnCountingWithTheSameZeros) {
  EXPECT_EQ(made(FolderText({{"00009_a.sql", ""}}), Format::goose), "00010_add_users.sql");
  EXPECT_EQ(made(FolderText({{"9_a.up.sql", ""}}), Format::golang_migrate),
            "10_add_users.up.sql 10_add_users.down.sql");
  EXPECT_EQ(made(FolderText({{"V7__a.sql", ""}, {"V6.1__b.sql", ""}}), Format::flyway),
            "V8__add_users.sql");
  EXPECT_EQ(made(FolderText({{"V1.9__a.sql", ""}, {"V1.2__b.sql", ""}}), Format::flyway),
            "V1.10__add_users.sql");
  EXPECT_EQ(made(FolderText({}), Format::flyway), "V1__add_users.sql");
}

TEST(NewFiles, MakeAFileNameOfTheName) {
  EXPECT_EQ(made(FolderText({}), Format::plain, "../Add: it's  50%!"),
            "20240229123456_Add_it_s_50.sql");
  EXPECT_EQ(made(FolderText({}), Format::plain, "//"), "no file name can be made of this name");
}

TEST(NewInPlan, KeepsEverythingThatIsThere) {
  const std::string plan =
      "# mine\nversion: 1\nmigrations:\n- id: a  # one\n  up: [{sql: A}]\n  # the end";
  const auto text = plan_with_new(plan, "it's b");
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->starts_with(plan + "\n- name: 'it''s b'\n  up:\n    - sql: |\n"));
  FolderText folder({{"p.yaml", *text}});
  EXPECT_EQ(folder.ids(), "a (a), it-s-b (it's b)");
}

TEST(NewInPlan, RefusesAPlanThatItCannotAddTo) {
  EXPECT_FALSE(plan_with_new("version: 1\nmigrations: [{id: a, up: [{sql: A}]}]\n", "b"));
  EXPECT_FALSE(plan_with_new("migrations:\n  - id: a\nversion: 1\n", "b"));
  EXPECT_FALSE(plan_with_new("{\"version\": 1}", "b"));
}

}  // namespace
}  // namespace garboard::loading
