// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <climits>

#include "driver_harness.hpp"

namespace {

/// How many calls succeed before libpq runs out of memory, as far as the driver can tell.
int good_calls = INT_MAX;

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libpq calls it so
extern "C" [[gnu::visibility("default")]] int PQputCopyData(void* connection, const char* buffer,
                                                            int size) {
  if (good_calls-- <= 0) return -1;
  void* libpq = dlopen("libpq.so.5", RTLD_NOW | RTLD_NOLOAD);
  const auto real = reinterpret_cast<decltype(&PQputCopyData)>(dlsym(libpq, "PQputCopyData"));
  dlclose(libpq);
  return real(connection, buffer, size);
}

namespace garboard::postgres_tests {

class CopyIn : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(db().exec("CREATE TEMP TABLE copied (n int, t text)").is_ok());
  }
  // Sending fails on this side from the second piece on.
  Reply copy_with_one_good_call(const std::vector<std::string>& pieces) {
    good_calls = 1;
    Reply reply = db().copy_in("COPY copied FROM STDIN", pieces, rows_);
    good_calls = INT_MAX;
    return reply;
  }
  std::int64_t rows_ = -1;
};

TEST_F(CopyIn, StreamsRowsInPieces) {
  const Reply reply =
      db().copy_in("COPY copied FROM STDIN", {"1\tone\n2\t", "zwei €\n", "3\t\\N\n"}, rows_);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(rows_, 3);
  EXPECT_EQ(db().cell("SELECT string_agg(coalesce(t, '-'), ',' ORDER BY n) FROM copied"),
            "one,zwei €,-");
}

TEST_F(CopyIn, TakesManyMegabytes) {
  std::string chunk;
  for (int i = 0; i < 20000; ++i) chunk += std::to_string(i) + "\tsome text in a row\n";
  const Reply reply =
      db().copy_in("COPY copied FROM STDIN", std::vector<std::string>(40, chunk), rows_);
  ASSERT_TRUE(reply.is_ok()) << reply;
  EXPECT_EQ(rows_, 800000);
}

TEST_F(CopyIn, GivesTheServersErrorForABadRow) {
  const Reply reply =
      db().copy_in("COPY copied FROM STDIN", {"1\tone\n", "two\ttwo\n", "3\tthree\n"}, rows_);
  EXPECT_EQ(reply.sqlstate, "22P02") << reply;
  EXPECT_NE(reply.context_json.find("line 2"), std::string::npos) << reply;
  EXPECT_EQ(db().cell("SELECT count(*) FROM copied"), "0");
}

TEST_F(CopyIn, StopsReadingSoonAfterABadRow) {
  std::vector<std::string> chunks{"bad\n"};
  const std::string large(1 << 20, '1');
  for (int i = 0; i < 64; ++i) chunks.push_back(large);
  EXPECT_EQ(db().copy_in("COPY copied FROM STDIN", chunks, rows_).sqlstate, "22P02");
  EXPECT_EQ(db().cell("SELECT 1"), "1");
}

TEST_F(CopyIn, AbortsTheOpenTransactionOnABadRow) {
  ASSERT_TRUE(db().tx(GBD_TX_BEGIN).is_ok());
  EXPECT_TRUE(db().copy_in("COPY copied FROM STDIN", {"bad\n"}, rows_).has(GBD_EF_TX_ABORTED));
}

TEST_F(CopyIn, RefusesAStatementThatTakesNoRows) {
  EXPECT_EQ(db().copy_in("SELECT 1", {"1\n"}, rows_).status, GBD_E_INVALID);
  EXPECT_EQ(db().copy_in("COPY nowhere FROM STDIN", {"1\n"}, rows_).sqlstate, "42P01");
  EXPECT_EQ(db().cell("SELECT 1"), "1");
}

TEST_F(CopyIn, RefusesACopyTheOtherWay) {
  const Reply reply = db().copy_in("COPY (VALUES (1), (2)) TO STDOUT", {"1\n"}, rows_);
  EXPECT_EQ(reply.status, GBD_E_UNSUPPORTED) << reply;
  EXPECT_EQ(db().cell("SELECT 1"), "1");
}

TEST_F(CopyIn, KeepsNoRowWhenSendingFailsOnThisSide) {
  const Reply reply = copy_with_one_good_call({"1\tone\n", "2\ttwo\n"});
  EXPECT_EQ(reply.status, GBD_E_SQL) << reply;
  EXPECT_EQ(db().cell("SELECT count(*) FROM copied"), "0");
}

TEST_F(CopyIn, GivesTheServersErrorWhenSendingFailsAfterIt) {
  const Reply reply = copy_with_one_good_call({"bad\n", "2\ttwo\n"});
  EXPECT_EQ(reply.sqlstate, "22P02") << reply;
}

TEST_F(CopyIn, TakesNoRowWhenTheRunIsInterrupted) {
  Plugin::get().is_cancelled = true;
  EXPECT_FALSE(db().copy_in("COPY copied FROM STDIN", {"1\tone\n"}, rows_).is_ok());
  Plugin::get().is_cancelled = false;
  EXPECT_EQ(db().cell("SELECT count(*) FROM copied"), "0");
}

}  // namespace garboard::postgres_tests
