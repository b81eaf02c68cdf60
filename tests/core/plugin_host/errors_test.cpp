// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/errors.hpp"

#include <gtest/gtest.h>

#include <cstddef>

#include "plugin_host/blockers.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;

Code code_of(gbd_status status, std::uint32_t flags = 0, std::string context_json = {}) {
  gbd_error error;
  error.flags = flags;
  error.context_json = std::move(context_json);
  return to_error(status, std::move(error), "toy").code;
}

TEST(PluginErrors, GiveEachStatusItsCode) {
  EXPECT_EQ(code_of(GBD_E_INVALID), Code::bad_input);
  EXPECT_EQ(code_of(GBD_E_UNSUPPORTED), Code::plugin);
  EXPECT_EQ(code_of(GBD_E_CONNECT), Code::unreachable);
  EXPECT_EQ(code_of(GBD_E_AUTH), Code::authentication);
  EXPECT_EQ(code_of(GBD_E_SQL), Code::statement_failed);
  EXPECT_EQ(code_of(GBD_E_CANCELLED), Code::terminated);
  EXPECT_EQ(code_of(GBD_E_TIMEOUT), Code::statement_failed);
  EXPECT_EQ(code_of(GBD_E_LOCK_BUSY), Code::locked);
  EXPECT_EQ(code_of(GBD_E_NOMEM), Code::internal);
  EXPECT_EQ(code_of(GBD_E_INTERNAL), Code::internal);
  EXPECT_EQ(code_of(999), Code::internal);
}

TEST(PluginErrors, LetFlagsRefineTheCodeOfAStatement) {
  EXPECT_EQ(code_of(GBD_E_SQL, GBD_EF_RETRYABLE), Code::retryable);
  EXPECT_EQ(code_of(GBD_E_TIMEOUT, GBD_EF_RETRYABLE), Code::retryable);
  EXPECT_EQ(code_of(GBD_E_SQL, GBD_EF_CONN_LOST), Code::connection_lost);
  EXPECT_EQ(code_of(GBD_E_SQL, GBD_EF_CONN_LOST | GBD_EF_RETRYABLE), Code::connection_lost);
  EXPECT_EQ(code_of(GBD_E_TIMEOUT, GBD_EF_CONN_LOST), Code::connection_lost);
  EXPECT_EQ(code_of(GBD_E_CANCELLED, GBD_EF_CONN_LOST), Code::terminated);
  EXPECT_EQ(code_of(GBD_E_CONNECT, GBD_EF_CONN_LOST | GBD_EF_RETRYABLE), Code::unreachable);
}

TEST(PluginErrors, LetTheDriverNameTheClass) {
  EXPECT_EQ(code_of(GBD_E_SQL, 0, R"({"class":"permission"})"), Code::permission);
  EXPECT_EQ(code_of(GBD_E_SQL, GBD_EF_CONN_LOST, R"({"class":"readOnly"})"), Code::read_only);
  EXPECT_EQ(code_of(GBD_E_CONNECT, 0, R"({"class":"tls","table":"t"})"), Code::tls);
  EXPECT_EQ(code_of(GBD_E_SQL, 0, R"({"class":"unheard of"})"), Code::statement_failed);
  EXPECT_EQ(code_of(GBD_E_SQL, 0, "{"), Code::statement_failed);
}

TEST(PluginErrors, TellAStatementThatTookTooLongFromAWaitForALock) {
  const auto reason_of = [](gbd_status status, std::uint32_t flags) {
    gbd_error error;
    error.flags = flags;
    return to_error(status, std::move(error), "toy").reason;
  };
  EXPECT_EQ(reason_of(GBD_E_TIMEOUT, 0), "statement-timeout");
  EXPECT_EQ(reason_of(GBD_E_TIMEOUT, GBD_EF_RETRYABLE), "");
  EXPECT_EQ(reason_of(GBD_E_TIMEOUT, GBD_EF_CONN_LOST), "");
  EXPECT_EQ(reason_of(GBD_E_SQL, 0), "");
}

TEST(Blockers, AreReadFromWhatTheDriverKnows) {
  const auto read = read_blockers(
      R"([{"session":"7","user":"u","client":"c","application":"a","state":"active","ageMs":12,
           "query":"q"},{"session":"8","certain":false,"ageMs":"x","user":3}])");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  const model::Blocker& first = (*read)[0];
  EXPECT_EQ(
      first.session + first.user + first.client + first.application + first.state + first.query,
      "7ucaactiveq");
  EXPECT_EQ(first.age, std::chrono::milliseconds(12));
  EXPECT_TRUE(first.is_certain);
  EXPECT_FALSE((*read)[1].is_certain);
  EXPECT_FALSE((*read)[1].age);
  EXPECT_EQ((*read)[1].user, "");
  EXPECT_TRUE(read_blockers("[]"));
  for (const char* text : {"", "{}", "[1]", "3", "[{}"}) EXPECT_FALSE(read_blockers(text)) << text;
}

TEST(PluginErrors, NeverSayThatAnUnknownOutcomeMayBeRetried) {
  gbd_error error;
  error.flags = GBD_EF_RETRYABLE | GBD_EF_OUTCOME_UNKNOWN;
  const auto result = to_error(GBD_E_SQL, std::move(error), "toy");
  EXPECT_TRUE(result.is_outcome_unknown);
  EXPECT_FALSE(result.is_retryable);
}

TEST(PluginErrors, DropPositionsBeyondTheStatement) {
  for (const auto& [position, expected] :
       {std::pair{0, 0}, std::pair{4, 4}, std::pair{5, -1}, std::pair{-7, -1}}) {
    gbd_error error;
    error.position = position;
    EXPECT_EQ(to_error(GBD_E_SQL, std::move(error), "toy", "1234").statement_position, expected);
  }
}

TEST(PluginErrors, SaySomethingWhenTheDriverDoesNot) {
  EXPECT_EQ(to_error(GBD_E_NOMEM, {}, "toy").message,
            "the driver toy ran out of memory and gave no reason");
}

TEST(PluginErrors, CopyOnlyWhatTheTableOfThePluginHolds) {
  gbd_error_info info{};
  info.size = offsetof(gbd_error_info, message);
  info.flags = GBD_EF_RETRYABLE;
  info.sqlstate = GBD_LIT("40001");
  info.message = {reinterpret_cast<const char*>(16), 1000};  // beyond the plugin's table
  gbd_error error;
  error.message = "of an earlier call";
  copy_error(error, info);
  EXPECT_EQ(error.flags, std::uint32_t{GBD_EF_RETRYABLE});
  EXPECT_EQ(error.sqlstate, "40001");
  EXPECT_EQ(error.message, "");
}

}  // namespace
}  // namespace garboard::plugin_host
