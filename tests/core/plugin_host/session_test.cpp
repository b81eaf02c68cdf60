// SPDX-License-Identifier: Apache-2.0
#include "ports/session.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "core/plugin_host/support.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using ports::Cell;
using ports::Param;
using ports::Session;
using ports::Statement;

class DriverSession : public testing::Test {
 protected:
  std::unique_ptr<Session> open(std::string_view driver = "toy", std::string_view options = "{}") {
    HostOptions host_options;
    host_options.plugin_dirs = {plugins()};
    host_options.is_cancelled = [this] { return is_cancelled_.load(); };
    host_ = std::make_unique<Host>(std::move(host_options));
    auto loaded = host_->driver(driver);
    if (!loaded) throw std::runtime_error(loaded.error().message);
    auto session = loaded->get().open(options);
    if (!session) throw std::runtime_error(session.error().message);
    return std::move(session).value();
  }
  static std::string orders(Session& session) {
    std::string all;
    const auto done = session.exec("ORDERS", {}, [&all](std::span<const Cell> cells) {
      all = *cells[0];
      return true;
    });
    EXPECT_TRUE(done);
    return all.substr(0, all.rfind(";ORDERS"));
  }

  std::atomic<bool> is_cancelled_ = false;
  std::unique_ptr<Host> host_;
};

TEST_F(DriverSession, CarriesParametersTellingNullFromEmpty) {
  const auto session = open();
  const std::vector<Param> params{"text", std::nullopt, std::string_view{},
                                  std::string_view("\0x", 2)};
  std::vector<std::optional<std::string>> seen;
  const auto done = session->exec("PARAMS", params, [&seen](std::span<const Cell> cells) {
    for (const Cell& cell : cells)
      seen.push_back(cell ? std::optional<std::string>(*cell) : std::nullopt);
    return true;
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, 1);
  const std::vector<std::optional<std::string>> expected{"text", std::nullopt, "",
                                                         std::string("\0x", 2)};
  EXPECT_EQ(seen, expected);
}

TEST_F(DriverSession, StopsRowsWhenTheReaderHasEnough) {
  const auto session = open();
  int rows = 0;
  ASSERT_TRUE(session->exec("THREE", {}, [&rows](std::span<const Cell>) { return ++rows < 2; }));
  EXPECT_EQ(rows, 2);
  EXPECT_EQ(*session->exec("OFFERED"), 2);
}

TEST_F(DriverSession, CarriesAThrowingReaderAcrossTheDriver) {
  const auto session = open();
  const auto throws = [](std::span<const Cell>) -> bool { throw std::out_of_range("mine"); };
  EXPECT_THROW(static_cast<void>(session->exec("THREE", {}, throws)), std::out_of_range);
  EXPECT_EQ(*session->exec("OFFERED"), 1);
}

TEST_F(DriverSession, SaysWhenThereIsNoCount) { EXPECT_EQ(*open()->exec("NO COUNT"), -1); }

TEST_F(DriverSession, CarriesEverythingThatADriverSaysOfAFailure) {
  const auto session = open();
  const auto failed = session->exec("FAIL PLAINLY");
  ASSERT_FALSE(failed);
  const base::Error& error = failed.error();
  EXPECT_EQ(error.code, Code::statement_failed);
  EXPECT_EQ(error.message, "order refused: FAIL PLAINLY\na detail");
  EXPECT_EQ(error.hint, "a hint");
  EXPECT_EQ(error.sqlstate, "42000");
  EXPECT_EQ(error.native_code, 7);
  EXPECT_EQ(error.statement_position, 5);
  EXPECT_FALSE(error.is_retryable || error.is_connection_lost || error.is_outcome_unknown);
}

TEST_F(DriverSession, CarriesFlagsAndClasses) {
  const auto session = open();
  const auto retryable = session->exec("FAIL RETRYABLE");
  EXPECT_EQ(retryable.error().code, Code::retryable);
  EXPECT_TRUE(retryable.error().is_retryable);
  EXPECT_TRUE(retryable.error().is_transaction_aborted);
  EXPECT_EQ(session->exec("FAIL PERMISSION").error().code, Code::permission);
}

TEST_F(DriverSession, LeavesALostConnectionAlone) {
  const auto session = open();
  const auto lost = session->exec("FAIL LOST");
  EXPECT_EQ(lost.error().code, Code::connection_lost);
  EXPECT_TRUE(lost.error().is_connection_lost);
  EXPECT_TRUE(lost.error().is_outcome_unknown);
  const auto after = session->exec("ORDERS");
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code, Code::connection_lost);
  EXPECT_FALSE(after.error().is_outcome_unknown);
  EXPECT_FALSE(session->rollback());
}

TEST_F(DriverSession, TurnsExceptionsInsideThePluginIntoErrors) {
  const auto session = open();
  EXPECT_EQ(session->exec("THROW").error().message, "thrown inside the plugin");
  EXPECT_EQ(session->exec("THROW").error().code, Code::internal);
  EXPECT_EQ(session->exec("THROW INT").error().code, Code::internal);
}

TEST_F(DriverSession, HandsABatchOverInOneCall) {
  const auto session = open();
  const std::vector<Param> first{"a", std::nullopt};
  const std::vector<Param> second{""};
  const std::vector<Statement> statements{{"ONE", first}, {"TWO"}, {"THREE", second}};
  ASSERT_TRUE(session->batch(statements, true));
  EXPECT_EQ(orders(*session), "ATOMIC;ONE 'a' NULL;TWO;THREE ''");
}

TEST_F(DriverSession, SaysWhichStatementOfABatchFailed) {
  const auto session = open();
  const std::vector<Statement> statements{{"ONE"}, {"FAIL HERE"}, {"THREE"}};
  const auto failed = session->batch(statements, false);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().batch_index, 1U);
  EXPECT_EQ(failed.error().statement_position, 5);
  EXPECT_EQ(orders(*session), "BATCH;ONE");
}

TEST_F(DriverSession, RunsABatchOneByOneWhereTheDriverHasNone) {
  const auto session = open("plain");
  const std::vector<Statement> statements{{"ONE"}, {"TWO"}};
  ASSERT_TRUE(session->batch(statements, true));
  ASSERT_TRUE(session->batch(statements, false));
  EXPECT_EQ(orders(*session), "BEGIN;ONE;TWO;COMMIT;ONE;TWO");
}

TEST_F(DriverSession, RollsBackAnAtomicBatchThatItRanOneByOne) {
  const auto session = open("plain");
  const std::vector<Statement> statements{{"ONE"}, {"FAIL"}, {"THREE"}};
  const auto failed = session->batch(statements, true);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().batch_index, 1U);
  EXPECT_EQ(orders(*session), "BEGIN;ONE;FAIL;ROLLBACK");
}

TEST_F(DriverSession, CountsAFailedCommitAfterAllStatements) {
  const auto session = open("plain", "refuse commits");
  const std::vector<Statement> statements{{"ONE"}, {"TWO"}};
  const auto failed = session->batch(statements, true);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().batch_index, 2U);
}

/// Fails after its first chunk.
class BrokenSource final : public base::ByteSource {
 public:
  Result<std::size_t> read(std::span<char> buffer) override {
    if (has_read_) return base::Error{.code = Code::bad_input, .message = "the disk broke"};
    has_read_ = true;
    buffer[0] = 'x';
    return std::size_t{1};
  }

 private:
  bool has_read_ = false;
};

TEST_F(DriverSession, StreamsRowsOfACopy) {
  const auto session = open();
  base::TextSource rows("0123456789");
  const auto copied = session->copy_in("COPY", rows);
  ASSERT_TRUE(copied);
  EXPECT_EQ(*copied, 10);
  EXPECT_EQ(orders(*session), "COPIED 0123456789");
}

TEST_F(DriverSession, AbortsACopyWhoseRowsCannotBeRead) {
  const auto session = open();
  BrokenSource rows;
  const auto copied = session->copy_in("COPY", rows);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Code::bad_input);
  EXPECT_EQ(copied.error().message, "the disk broke");
  EXPECT_EQ(orders(*session), "ORDERS");  // nothing was copied
}

TEST_F(DriverSession, LocksAndSaysWhoIsBusy) {
  const auto session = open();
  ASSERT_TRUE(session->lock("app", 0));
  ASSERT_TRUE(session->unlock("app"));
  EXPECT_EQ(session->lock("busy", 0).error().code, Code::locked);
  EXPECT_EQ(orders(*session), "LOCK app;UNLOCK app");
}

TEST_F(DriverSession, TellsFingerprintsWhereItCan) {
  const auto session = open();
  EXPECT_EQ(*session->fingerprint("DROP x"), "state of DROP x");
  const auto unknown = session->fingerprint("CANNOT TELL");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(*unknown, std::nullopt);
}

TEST_F(DriverSession, SaysWhatADriverWithoutOptionalFunctionsCannotDo) {
  const auto session = open("plain");
  base::TextSource rows("x");
  EXPECT_EQ(session->copy_in("COPY", rows).error().code, Code::plugin);
  EXPECT_EQ(session->lock("app", 0).error().message, "the driver plain cannot take locks");
  EXPECT_EQ(*session->fingerprint("DROP x"), std::nullopt);
  session->cancel();
  EXPECT_EQ(*session->server_info(), R"({"version":"1"})");
}

TEST_F(DriverSession, EndsAStatementFromAnotherThread) {
  const auto session = open();
  std::atomic<bool> is_done = false;
  std::thread canceller([&] {
    while (!is_done) {
      session->cancel();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  const auto ended = session->exec("SLEEP");
  is_done = true;
  canceller.join();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Code::terminated);
}

TEST_F(DriverSession, LetsPluginsAskWhetherTheRunWasInterrupted) {
  const auto session = open();
  is_cancelled_ = true;
  EXPECT_EQ(session->exec("SLEEP").error().code, Code::terminated);
}

TEST_F(DriverSession, IsNotOpenedWhenTheDriverRefuses) {
  open();
  const auto refused = host_->driver("toy")->get().open("refuse");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::authentication);
  EXPECT_EQ(refused.error().message, "who are you?");
  const auto host = host_for(plugins());
  const auto nothing = host->driver("sound")->get().open("{}");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::plugin);
}

}  // namespace
}  // namespace garboard::plugin_host
