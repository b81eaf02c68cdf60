// SPDX-License-Identifier: Apache-2.0
#include "target.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "../samples.hpp"

namespace garboard::notify {
namespace {

using hooks::sample_event;

std::string refusal(const std::string& target) {
  try {
    static_cast<void>(read_settings(R"({"targets":[)" + target + "]}"));
  } catch (const sdk::Failure& failure) {
    return failure.message;
  }
  return "";
}

class NotifyTarget : public testing::Test {
 protected:
  void SetUp() override {
    setenv("GARBOARD_TEST_URL", "https://hooks.example.com/canary", 1);
    setenv("GARBOARD_TEST_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1);
    setenv("GARBOARD_TEST_BAD_URL", "canary", 1);
  }
  void TearDown() override {
    for (const char* name : {"GARBOARD_TEST_URL", "GARBOARD_TEST_SECRET", "GARBOARD_TEST_BAD_URL"})
      unsetenv(name);
  }
};

TEST_F(NotifyTarget, IsReadWithWhatItNames) {
  const Settings settings = read_settings(
      R"({"required":true,"targets":[
          {"kind":"webhook","urlEnv":"GARBOARD_TEST_URL","secretEnv":"GARBOARD_TEST_SECRET"},
          {"kind":"slack","name":"ops","urlEnv":"GARBOARD_TEST_URL","events":["run.failed"]}]})");
  EXPECT_TRUE(settings.is_required);
  ASSERT_EQ(settings.targets.size(), 2U);
  EXPECT_EQ(settings.targets[0].name, "webhook 1");
  EXPECT_EQ(settings.targets[0].keys.size(), 1U);
  EXPECT_EQ(settings.targets[1].name, "ops");
  EXPECT_EQ(settings.targets[1].events, std::set<std::string>{"run.failed"});
}

TEST_F(NotifyTarget, IsRefusedWithoutItsSecrets) {
  EXPECT_EQ(refusal(R"({"kind":"pager","urlEnv":"GARBOARD_TEST_URL"})"),
            "target 1: kind is none of webhook, slack, teams");
  EXPECT_EQ(refusal(R"({"kind":"slack","url":"https://canary"})"), "target 1: unknown key url");
  EXPECT_EQ(refusal(R"({"kind":"slack"})"), "target 1: say urlEnv or urlFile");
  EXPECT_EQ(refusal(R"({"kind":"slack","urlEnv":"GARBOARD_TEST_BAD_URL"})"),
            "target 1: its url is no http or https URL");
  EXPECT_EQ(refusal(R"({"kind":"slack","urlEnv":"GARBOARD_TEST_URL",
                        "secretEnv":"GARBOARD_TEST_SECRET"})"),
            "target 1: only a webhook is signed");
  EXPECT_EQ(refusal("").find("targets is not"), 0U);
}

TEST_F(NotifyTarget, SignsAWebhookOnly) {
  const Settings settings = read_settings(
      R"({"targets":[
          {"kind":"webhook","urlEnv":"GARBOARD_TEST_URL","secretEnv":"GARBOARD_TEST_SECRET"},
          {"kind":"teams","urlEnv":"GARBOARD_TEST_URL"}]})");
  const auto request = request_of(settings.targets[0], "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                  R"({"test": 2432232314})", 1614265330);
  EXPECT_EQ(request.headers,
            (std::vector<std::string>{
                "Content-Type: application/cloudevents+json; charset=utf-8",
                "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330",
                "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}));
  EXPECT_EQ(request_of(settings.targets[1], "id", "{}", 1).headers,
            std::vector<std::string>{"Content-Type: application/json"});
}

}  // namespace
}  // namespace garboard::notify
