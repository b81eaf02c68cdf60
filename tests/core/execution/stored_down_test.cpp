// SPDX-License-Identifier: Apache-2.0
// What is kept of a down must run as the plan's would.
#include "execution/stored_down.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/sha256.hpp"
#include "execution/history.hpp"
#include "support/memory_files.hpp"

namespace garboard::execution {
namespace {

using model::Change;
using model::Step;
using std::chrono::milliseconds;
using testing_support::MemoryFiles;

Change kept(const Change& change, MemoryFiles& files, const model::Placeholders& values = {}) {
  auto text = down_sql_of(change, files);
  EXPECT_TRUE(text && *text);
  auto read = change_of_down({.id = change.id, .checksum = "1:x"}, **text, values);
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? *std::move(read) : Change{};
}

TEST(StoredDown, KeepsTheStepsInTheirOrder) {
  MemoryFiles files({{"/down.sql", "-- up\nDROP TABLE b;"}});
  Change change{.id = "m", .name = "m"};
  base::ScriptDigest digest;
  digest.update("DROP TABLE b;");
  change.down = {
      Step{.sql = "DROP TABLE a;"},
      Step{.kind = Step::Kind::file, .file = "/down.sql", .first_byte = 6, .digest = digest.hex()},
      Step{.kind = Step::Kind::operation, .sql = R"({"dropTable":{"name":"c"}})"}};
  const Change read = kept(change, files);
  ASSERT_EQ(read.down.size(), 3U);
  EXPECT_EQ(read.down[0].sql, "DROP TABLE a;");
  EXPECT_EQ(read.down[1].kind, Step::Kind::sql);
  EXPECT_EQ(read.down[1].sql, "DROP TABLE b;");
  EXPECT_EQ(read.down[2].kind, Step::Kind::operation);
  EXPECT_EQ(read.down[2].sql, R"({"dropTable":{"name":"c"}})");
  EXPECT_EQ(read.checksum, "1:x");
}

TEST(StoredDown, KeepsHowTheStepsRun) {
  MemoryFiles files;
  Change change{.id = "m", .name = "m", .transaction = model::TransactionMode::never};
  change.lock_timeout = milliseconds(1500);
  change.statement_timeout = milliseconds(0);
  change.lock_retries = 7;
  change.down = {Step{.sql = "DROP INDEX CONCURRENTLY i"}};
  const Change read = kept(change, files);
  EXPECT_EQ(read.transaction, model::TransactionMode::never);
  EXPECT_EQ(read.lock_timeout, milliseconds(1500));
  EXPECT_EQ(read.statement_timeout, milliseconds(0));
  EXPECT_EQ(read.lock_retries, 7U);
  EXPECT_EQ(read.down.size(), 1U);
}

TEST(StoredDown, HoldsNoValueOfAPlaceholder) {
  MemoryFiles files;
  const model::Placeholders values{{"T", {.value = "secret_table", .is_secret = true}}};
  Change change{.id = "m", .name = "m"};
  change.down = {Step{.sql = "DROP TABLE ${T};",
                      .placeholders = std::make_shared<const model::Placeholders>(values)}};
  auto text = down_sql_of(change, files);
  ASSERT_TRUE(text && *text);
  EXPECT_EQ((*text)->find("secret_table"), std::string::npos);
  const Change read = kept(change, files, values);
  ASSERT_NE(read.down.at(0).placeholders, nullptr);
  EXPECT_EQ(read.down[0].placeholders->at("T").value, "secret_table");
}

TEST(StoredDown, IsLeftOutWhenThereIsNoneOrItIsTooLong) {
  MemoryFiles files;
  Change change{.id = "m", .name = "m"};
  EXPECT_FALSE(*down_sql_of(change, files));
  change.down = {Step{.sql = std::string((1U << 20U) + 1, ' ')}};
  EXPECT_FALSE(*down_sql_of(change, files));
}

TEST(StoredDown, RefusesWhatItDidNotWrite) {
  for (const char* text : {"DROP TABLE a", "[1]", R"([{"other":"x"}])"}) {
    const auto read = change_of_down({.id = "m"}, text, {});
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::Code::bad_input);
  }
}

TEST(History, MeasuresBetweenTwoTimesOfTheTrackingTable) {
  EXPECT_EQ(milliseconds_between("2026-02-28 23:59:59.5", "2026-03-01 00:00:00.123456"), 623);
  EXPECT_EQ(milliseconds_between("2026-01-01 00:00:00", "2026-01-01 00:00:00"), 0);
  EXPECT_EQ(milliseconds_between("2026-01-01 00:00:01", "2026-01-01 00:00:00"), std::nullopt);
  EXPECT_EQ(milliseconds_between("", "2026-01-01 00:00:00"), std::nullopt);
}

}  // namespace
}  // namespace garboard::execution
