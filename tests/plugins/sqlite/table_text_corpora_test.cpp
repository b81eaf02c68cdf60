// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "table_text.hpp"

namespace garboard::sqlite {
namespace {

struct Table {
  std::string sql, columns;  ///< names in one text, as SQLite lists them
};

int take_table(void* tables, int, char** cells, char**) {
  static_cast<std::vector<Table>*>(tables)->push_back({cells[0], cells[1]});
  return 0;
}

// Runs all the SQL of a folder, as far as it goes.
std::vector<Table> tables_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().string().find("down.sql") == std::string::npos)
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &handle), SQLITE_OK);
  for (const auto& file : files) {
    std::ifstream in(file);
    std::string sql(std::istreambuf_iterator<char>(in), {});
    for (const char* down : {"migrate:down", "+goose Down", "+migrate Down"})
      if (const std::size_t at = sql.find(down); at != std::string::npos) sql.erase(at);
    sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
  }
  std::vector<Table> tables;
  sqlite3_exec(handle,
               "SELECT sql, (SELECT group_concat(name, '/') FROM pragma_table_xinfo(m.name)) FROM "
               "sqlite_master m WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'",
               &take_table, &tables, nullptr);
  sqlite3_close(handle);
  return tables;
}

TEST(TableText, ReadsEveryTableOfTheCorpora) {
  const std::filesystem::path root = GARBOARD_CORPORA;
  std::size_t count = 0;
  for (const auto& corpus : std::filesystem::directory_iterator(root / "migrations")) {
    if (!std::filesystem::is_directory(corpus.path() / "sqlite")) continue;
    for (const Table& table : tables_of(corpus.path() / "sqlite")) {
      ++count;
      const TableText text(table.sql);
      EXPECT_EQ(text.text(), table.sql);
      std::string names;
      for (const Definition& one : text.definitions())
        if (one.is_column) names += (names.empty() ? "" : "/") + one.name;
      EXPECT_EQ(names, table.columns) << table.sql;
    }
  }
  EXPECT_GT(count, 80U);
}

}  // namespace
}  // namespace garboard::sqlite
