// SPDX-License-Identifier: Apache-2.0
// Drivers of four makers in one process, used in turn: ours, one with another C++ library (shared,
// and linked into it), one in C, one in Rust.
#include <stdexcept>
#include <vector>

#include "core/plugin_host/support.hpp"

namespace garboard::plugin_host {
namespace {

using ports::Cell;
using ports::Param;
using ports::Session;

struct Maker {
  std::string folder, driver;
};

const std::vector<Maker>& makers() {
  static const std::string mixed = GARBOARD_TEST_MIXED;
  static const std::vector<Maker> all{{mixed + "/libcxx_shared", "minimal"},
                                      {mixed + "/libcxx_inside", "minimal"},
                                      {GARBOARD_TEST_FROZEN, "frozen"},
                                      {mixed + "/rust", "rust"}};
  return all;
}

class Mixed : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = GARBOARD_TEST_MISSING;
    if (!missing.empty()) GTEST_SKIP() << "not here: " << missing;
    open(plugins(), "toy", "{}");
    for (const Maker& maker : makers()) {
      const auto file = folder_.path() / std::to_string(sessions_.size());
      open(maker.folder, maker.driver, R"({"database":")" + file.string() + "\"}");
    }
  }
  void open(const std::filesystem::path& folder, std::string_view driver, std::string_view how) {
    hosts_.push_back(host_for(folder));
    auto loaded = hosts_.back()->driver(driver);
    ASSERT_TRUE(loaded) << loaded.error().message;
    ASSERT_EQ(loaded->get().path().parent_path(), folder);
    auto session = loaded->get().open(how);
    ASSERT_TRUE(session) << session.error().message;
    sessions_.push_back(std::move(session).value());
  }
  [[nodiscard]] Session& ours() const { return *sessions_.front(); }
  [[nodiscard]] std::span<const std::unique_ptr<Session>> theirs() const {
    return std::span(sessions_).subspan(1);
  }

  const TemporaryFolder folder_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<std::unique_ptr<Session>> sessions_;
};

std::string row_of(Session& session, std::string_view sql) {
  std::string text;
  const auto done = session.exec(sql, {}, [&text](std::span<const Cell> cells) {
    for (const Cell& cell : cells) text += cell ? std::string(*cell) + ";" : "NULL;";
    return true;
  });
  return done ? text : done.error().message;
}

TEST_F(Mixed, WorkInTurn) {
  for (const auto& session : theirs())
    ASSERT_TRUE(session->exec("CREATE TABLE t (x INT, y TEXT)")) << session->dialect().name;
  for (const auto& session : theirs()) ASSERT_TRUE(session->begin());
  const std::vector<Param> params{"7", std::nullopt};
  for (const auto& session : theirs()) {
    const auto rows = session->exec("INSERT INTO t VALUES (?, ?)", params);
    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(*rows, 1);
  }
  for (const auto& session : theirs()) ASSERT_TRUE(session->commit());
  for (const auto& session : theirs()) EXPECT_EQ(row_of(*session, "SELECT x, y FROM t"), "7;NULL;");
}

TEST_F(Mixed, KeepTheirFailuresToThemselves) {
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(row_of(ours(), "THROW"), "thrown inside the plugin");
    EXPECT_TRUE(contains(row_of(ours(), "THROW INT"), "no std::exception"));
    for (const auto& session : theirs()) {
      EXPECT_EQ(row_of(*session, "SELECT * FROM nowhere"), "no such table: nowhere")
          << session->dialect().name;
      EXPECT_EQ(row_of(*session, "SELECT 1"), "1;");
    }
  }
}

TEST_F(Mixed, ThrowThroughARowOfOurs) {
  const ports::RowSink throws = [](std::span<const Cell>) -> bool {
    throw std::runtime_error("the receiver gave up");
  };
  for (const auto& session : theirs()) {
    EXPECT_THROW(static_cast<void>(session->exec("SELECT 1", {}, throws)), std::runtime_error);
    EXPECT_EQ(row_of(*session, "SELECT 2"), "2;");
  }
}

TEST_F(Mixed, ReportWhatTheirLibrariesThrow) {
  const auto host = host_for(makers().front().folder);
  const auto driver = host->driver("minimal");
  ASSERT_TRUE(driver);
  const auto session = driver->get().open("no JSON");
  ASSERT_FALSE(session);
  EXPECT_TRUE(contains(session.error().message, "parse error")) << session.error().message;
}

TEST_F(Mixed, AreWhatTheySay) {
  EXPECT_TRUE(contains(read_all("/proc/self/maps"), "/libc++.so.1"));
  EXPECT_TRUE(contains(read_all("/proc/self/maps"), "/libstdc++.so.6"));
  EXPECT_FALSE(contains(read_all(makers()[1].folder + "/garboard-driver-minimal.so"),
                        std::string_view("\0libc++.so.1\0", 13)));
}

}  // namespace
}  // namespace garboard::plugin_host
