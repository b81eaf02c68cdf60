// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "cli/error_json.hpp"
#include "cli/error_text.hpp"
#include "cli/failure.hpp"

namespace garboard::cli {
namespace {

using base::Code;
using base::Error;
using base::Redactor;

Error statement_error() {
  Error error{.code = Code::statement_failed, .message = "syntax error at or near \"TABEL\""};
  error.where = {.file = "plans/a.yaml", .line = 12, .column = 5};
  error.context = {"statement 3", "migration 'users'"};
  error.sqlstate = "42601";
  error.native_code = 1064;
  error.statement = "CREATE\n\tTABEL users (id int)";
  error.statement_position = 8;
  error.hint = "look at the statement";
  return error;
}

TEST(ErrorText, ShowsEverythingAPersonNeeds) {
  EXPECT_EQ(error_text(statement_error(), {}, Colour::off),
            "error: syntax error at or near \"TABEL\"\n"
            "  at: plans/a.yaml:12:5\n"
            "  in: statement 3, migration 'users'\n"
            "  statement:\n"
            "    CREATE\n"
            "    \tTABEL users (id int)\n"
            "    \t^\n"
            "  sqlstate: 42601\n"
            "  native code: 1064\n"
            "  hint: look at the statement\n"
            "  exit: 30 statement-failed\n");
}

TEST(ErrorText, PutsTheCaretBelowTheCharacterNotTheByte) {
  Error error{.message = "m", .statement = "SELECT 'äöü' FRM t"};
  error.statement_position = 16;
  const std::string text = error_text(error, {}, Colour::off);
  EXPECT_NE(text.find("    SELECT 'äöü' FRM t\n                 ^\n"), std::string::npos) << text;
}

TEST(ErrorText, ShowsTheRightPartOfALongLine) {
  Error error{.message = "m", .statement = std::string(500, 'x') + "HERE" + std::string(500, 'y')};
  error.statement_position = 500;
  const std::string text = error_text(error, {}, Colour::off);
  const std::size_t line = text.find("    x");
  const std::size_t here = text.find("HERE") - line;
  const std::size_t caret = text.find('^') - text.rfind('\n', text.find('^')) - 1;
  EXPECT_EQ(here, caret);
  EXPECT_LT(text.size(), 400U);
}

TEST(ErrorText, ListsEveryProblemOnALineOfItsOwn) {
  Error error{
      .code = Code::bad_input, .message = "one", .where = {.file = "a", .line = 1, .column = 2}};
  error.others.push_back({.message = "two", .where = {.file = "a", .line = 3, .column = 4}});
  EXPECT_EQ(error_text(error, {}, Colour::off),
            "error: 2 problems\na:1:2: one\na:3:4: two\n  exit: 20 bad-input\n");
}

TEST(ErrorText, ShowsNoSecretAndObeysNoControlCharacter) {
  Redactor redactor;
  redactor.add("canary");
  Error error{.message = "bad canary \033[2J\a", .hint = "canary"};
  error.statement = "ALTER ROLE x PASSWORD 'other'";
  const std::string text = error_text(error, redactor, Colour::off);
  EXPECT_EQ(text.find("canary"), std::string::npos);
  EXPECT_EQ(text.find("other"), std::string::npos);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_NE(error_text(error, redactor, Colour::on).find("\033[1;31merror:"), std::string::npos);
}

TEST(ErrorJson, CarriesEveryField) {
  Error error = statement_error();
  error.is_outcome_unknown = true;
  error.migration = "3";
  error.applied = 2;
  error.others.push_back({.code = Code::bad_input, .message = "two"});
  const Json json = error_json(error, {});
  EXPECT_EQ(json.at("code"), 30);
  EXPECT_EQ(json.at("reason"), "statement-failed");
  EXPECT_EQ(json.at("retryable"), false);
  EXPECT_EQ(json.at("where"), (Json{{"file", "plans/a.yaml"}, {"line", 12}, {"column", 5}}));
  EXPECT_EQ(json.at("statement").at("position"), 8);
  EXPECT_EQ(json.at("sqlstate"), "42601");
  EXPECT_EQ(json.at("nativeCode"), 1064);
  EXPECT_EQ(json.at("context").size(), 2U);
  EXPECT_EQ(json.at("outcomeUnknown"), true);
  EXPECT_EQ(json.at("migration"), "3");
  EXPECT_EQ(json.at("applied"), 2);
  EXPECT_EQ(json.at("others").at(0).at("reason"), "bad-input");
  EXPECT_EQ(error_json({.code = Code::locked, .message = "m"}, {}).at("retryable"), true);
  EXPECT_EQ(error_json({.message = "m", .reason = "own"}, {}).at("reason"), "own");
}

TEST(ErrorJson, IsReadBackAsItWasWritten) {
  Error error = statement_error();
  error.migration = "users";
  error.applied = 3;
  error.is_outcome_unknown = true;
  error.reason = "some-slug";
  error.others = {statement_error()};
  const Json json = error_json(error, {});
  const auto read = error_from_json(json);
  ASSERT_TRUE(read);
  EXPECT_EQ(error_json(*read, {}), json);
}

TEST(ErrorJson, IsNotReadFromAnythingElse) {
  for (const char* wrong :
       {"null", "[]", "{}", R"({"code":1})", R"({"code":"a","reason":"b"})",
        R"({"code":1,"reason":"b","where":3})", R"({"code":1,"reason":"b","applied":"x"})"})
    EXPECT_FALSE(error_from_json(Json::parse(wrong))) << wrong;
}

TEST(ErrorText, CountsFailedTargetsOnce) {
  Error error{.code = Code::some_targets_failed,
              .message = "2 of 5 targets failed: a, b",
              .reason = "some-targets-failed"};
  error.others = {Error{.message = "a: x"}, Error{.message = "b: y"}};
  const std::string text = error_text(error, {}, Colour::off);
  EXPECT_TRUE(text.starts_with("error: 2 of 5 targets failed: a, b\na: x\nb: y\n")) << text;
}

TEST(ErrorJson, RedactsEveryText) {
  Redactor redactor;
  redactor.add("canary");
  Error error{.message = "canary", .hint = "canary", .statement = "SELECT 'canary'"};
  error.others.push_back({.message = "canary"});
  EXPECT_EQ(dumped(error_json(error, redactor)).find("canary"), std::string::npos);
}

TEST(ErrorJson, SurvivesBytesThatAreNoUtf8) {
  const std::string text = dumped(error_json({.message = "bad \xff\xfe byte"}, {}));
  EXPECT_TRUE(Json::accept(text));
}

void expect_short_and_valid(const Error& error, std::size_t limit) {
  Redactor redactor;
  redactor.add("canary");
  const std::string text = short_error_json(error, redactor, limit);
  EXPECT_LE(text.size(), limit);
  const Json json = Json::parse(text, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << text;
  EXPECT_EQ(json.at("code"), static_cast<int>(error.code));
  EXPECT_EQ(json.at("reason"), reason_text(error));
  EXPECT_EQ(text.find("canary"), std::string::npos);
}

TEST(ShortErrorJson, LeavesAShortErrorWhole) {
  EXPECT_EQ(short_error_json(statement_error(), {}, max_termination_bytes),
            dumped(error_json(statement_error(), {})));
}

TEST(ShortErrorJson, FitsWhateverIsLong) {
  std::string wide;
  for (int i = 0; i < 5000; ++i) wide += "ä\"\x01";
  Error error = statement_error();
  error.message = error.hint = error.statement = wide + "canary" + wide;
  error.statement_position = 9000;
  for (int i = 0; i < 500; ++i)
    error.others.push_back({.message = "problem " + wide, .where = {.file = wide}});
  for (int i = 0; i < 50; ++i) error.context.push_back(wide);
  for (const std::size_t limit : {std::size_t{200}, std::size_t{1000}, max_termination_bytes})
    expect_short_and_valid(error, limit);
}

TEST(ShortErrorJson, CountsTheProblemsItLeavesOut) {
  Error error{.code = Code::bad_input, .message = "first"};
  for (int i = 0; i < 100; ++i)
    error.others.push_back(
        {.message = "problem number " + std::to_string(i) + " of this plan, and what to do"});
  const Json json = Json::parse(short_error_json(error, {}, max_termination_bytes));
  EXPECT_GT(json.at("others").size(), 3U);
  EXPECT_EQ(json.at("others").size() + json.at("othersOmitted").get<std::size_t>(), 100U);
}

TEST(ShortErrorJson, KeepsTheBlamedPartOfALongStatement) {
  Error error{.code = Code::statement_failed, .message = "m"};
  error.statement = std::string(6000, 'x') + "HERE" + std::string(6000, 'y');
  error.statement_position = 6000;
  const Json json = Json::parse(short_error_json(error, {}, max_termination_bytes));
  const auto text = json.at("statement").at("text").get<std::string>();
  EXPECT_EQ(text.substr(json.at("statement").at("position").get<std::size_t>(), 4), "HERE");
}

}  // namespace
}  // namespace garboard::cli
