// SPDX-License-Identifier: Apache-2.0
// The plans that people start from.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cli/disk_files.hpp"
#include "core/loading/plan_text.hpp"

namespace garboard::loading {
namespace {

base::Result<model::Changes> load_example(const std::string& name) {
  cli::DiskFiles files;
  const std::vector<std::filesystem::path> plans{std::filesystem::path(GARBOARD_EXAMPLES) / name};
  return load_plans(files, plans);
}

TEST(Examples, AllLoadAndCanBeUndone) {
  for (const std::string name :
       {"all.yaml", "all.json", "postgres.yaml", "mysql.yaml", "sqlite.yaml"}) {
    const auto changes = load_example(name);
    ASSERT_TRUE(changes) << all_of(changes);
    EXPECT_GE(changes->items.size(), 4U);
    for (const auto& change : changes->items) EXPECT_FALSE(change.down.empty()) << change.id;
  }
}

TEST(Examples, SayWhatTheyAreFor) {
  EXPECT_EQ(load_example("postgres.yaml")->databases, std::vector<std::string>{"postgres"});
  EXPECT_EQ(load_example("mysql.yaml")->databases, std::vector<std::string>{"mysql"});
  EXPECT_EQ(load_example("sqlite.yaml")->databases, std::vector<std::string>{"sqlite"});
  EXPECT_EQ(load_example("all.yaml")->databases.size(), 3U);
}

TEST(Examples, JsonIsTheTwinOfYaml) {
  const auto yaml = load_example("all.yaml");
  const auto json = load_example("all.json");
  ASSERT_TRUE(yaml);
  ASSERT_TRUE(json);
  ASSERT_EQ(yaml->items.size(), json->items.size());
  EXPECT_EQ(yaml->databases, json->databases);
  for (std::size_t i = 0; i < yaml->items.size(); ++i) {
    EXPECT_EQ(yaml->items[i].id, json->items[i].id);
    EXPECT_EQ(yaml->items[i].name, json->items[i].name);
    EXPECT_EQ(yaml->items[i].checksum, json->items[i].checksum);
    EXPECT_EQ(yaml->items[i].metadata_json, json->items[i].metadata_json);
    EXPECT_EQ(yaml->items[i].databases, json->items[i].databases);
    EXPECT_EQ(yaml->items[i].lock_timeout, json->items[i].lock_timeout);
    EXPECT_EQ(yaml->items[i].down.size(), json->items[i].down.size());
  }
}

}  // namespace
}  // namespace garboard::loading
