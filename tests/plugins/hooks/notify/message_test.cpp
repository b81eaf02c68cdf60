// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <gtest/gtest.h>

#include <string>

#include "../samples.hpp"

namespace garboard::notify {
namespace {

using hooks::sample_event;
using Json = nlohmann::json;
using Tone = Message::Tone;

Message failed(const std::string& message) {
  return message_of(sample_event(
      "run.failed", {{"summary", {{"durationMs", 1500}, {"applied", 1}, {"pending", 2}}},
                     {"error",
                      {{"exitCode", 30},
                       {"reason", "statement-failed"},
                       {"message", message},
                       {"sqlstate", "42P01"}}}}));
}

TEST(Message, SaysWhatHappened) {
  const Message message = failed("no table t");
  EXPECT_EQ(message.tone, Tone::bad);
  EXPECT_EQ(message.title, "shop: the run failed, 1 migration applied");
  EXPECT_EQ(message.detail, "statement-failed\nno table t\nSQLSTATE 42P01");
  EXPECT_EQ(message.facts,
            (std::vector<std::pair<std::string, std::string>>{{"Environment", "prod"},
                                                              {"Database", "postgres"},
                                                              {"Run", "r1"},
                                                              {"Took", "1 s"},
                                                              {"Still to do", "2 migrations"}}));
}

TEST(Message, SaysEachEvent) {
  const auto title = [](const std::string& name, const Json& more) {
    return message_of(sample_event(name, more)).title;
  };
  const Json done = {{"summary", {{"durationMs", 1}, {"applied", 2}, {"pending", 0}}}};
  const Json migration = {{"migration", {{"id", "7"}, {"name", "7"}, {"direction", "up"}}}};
  EXPECT_EQ(title("run.succeeded", done), "shop: 2 migrations applied");
  EXPECT_EQ(title("run.succeeded", {}), "shop: nothing to do");
  EXPECT_EQ(title("run.cancelled", {}), "shop: the run was interrupted, 0 migrations applied");
  EXPECT_EQ(title("migration.failed", migration), "shop: migration 7 failed");
  EXPECT_EQ(title("after_migration", migration), "shop: migration 7 applied");
  EXPECT_EQ(title("plan.ready", {{"migrations", {migration["migration"]}}}),
            "shop: 1 migration to do");
  EXPECT_EQ(title("override.used", {{"override", {{"rule", "PG101"}}}}),
            "shop: finding PG101 was overridden");
  const Message waiting = message_of(sample_event(
      "lock.waiting",
      {{"waiting",
        {{"for", "statement"},
         {"waitedMs", 3100},
         {"blockers", {{{"session", "42"}, {"user", "bob"}}, {{"session", "43"}}}}}}}));
  EXPECT_EQ(waiting.title, "shop: waiting for a lock for 3 s");
  EXPECT_EQ(waiting.detail, "session 42, user bob\nsession 43");
}

TEST(Slack, GetsBlocksThatNotifyNobody) {
  const Json json = Json::parse(slack_json(failed("<!channel> & ```<https://x|y>")));
  EXPECT_EQ(json["text"], "shop: the run failed, 1 migration applied");
  EXPECT_EQ(json["blocks"][0]["type"], "header");
  EXPECT_EQ(json["blocks"][1]["fields"][0]["text"], "*Environment*\nprod");
  EXPECT_EQ(
      json["blocks"][2]["text"]["text"],
      "```statement-failed\n&lt;!channel&gt; &amp; '''&lt;https://x|y&gt;\nSQLSTATE 42P01```");
}

TEST(Slack, KeepsToItsLimits) {
  Message message = failed(std::string(10'000, '<'));
  message.title = std::string(10'000, '<');
  message.facts[0].second = std::string(10'000, '<');
  const Json json = Json::parse(slack_json(message));
  EXPECT_LE(json["blocks"][0]["text"]["text"].get<std::string>().size(), 150U);
  EXPECT_LE(json["blocks"][1]["fields"][0]["text"].get<std::string>().size(), 2000U);
  EXPECT_LE(json["blocks"][2]["text"]["text"].get<std::string>().size(), 3000U);
}

TEST(Slack, CutsBetweenCharacters) {
  Message message;
  for (int i = 0; i < 200; ++i) message.title += "\xc3\xa9";
  const Json json = Json::parse(slack_json(message));
  EXPECT_EQ(json.dump().find("\xef\xbf\xbd"), std::string::npos);
}

TEST(Teams, GetsAnAdaptiveCardWithoutMarkdown) {
  const Json json = Json::parse(teams_json(failed("[x](https://y) *b*")));
  EXPECT_EQ(json["type"], "message");
  EXPECT_EQ(json["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
  const Json& card = json["attachments"][0]["content"];
  EXPECT_EQ(card["type"], "AdaptiveCard");
  for (const Json& block : card["body"]) EXPECT_EQ(block["type"], "RichTextBlock");
  EXPECT_EQ(card["body"][0]["inlines"][0]["color"], "Attention");
  EXPECT_EQ(card["body"][1]["inlines"][1]["text"], "prod");
  EXPECT_NE(card["body"].back()["inlines"][0]["text"].get<std::string>().find("[x](https://y) *b*"),
            std::string::npos);
}

}  // namespace
}  // namespace garboard::notify
