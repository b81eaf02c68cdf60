// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "../samples.hpp"
#include "exposition.hpp"
#include "settings.hpp"

namespace garboard::metrics {
namespace {

using hooks::sample_event;

Figures succeeded() {
  return figures_of(sample_event("run.succeeded", {{"summary",
                                                    {{"durationMs", 1500},
                                                     {"applied", 3},
                                                     {"pending", 1},
                                                     {"lockWaitMs", 20},
                                                     {"lockRetries", 2},
                                                     {"findings", {{"error", 1}, {"warning", 4}}},
                                                     {"overrides", 1}}}}));
}

TEST(MetricsTime, IsReadToTheMillisecond) {
  EXPECT_EQ(milliseconds_of("1970-01-02T00:00:00Z"), 86'400'000);
  EXPECT_EQ(milliseconds_of("2026-03-01T12:00:10.250Z"), 1'772'366'410'250);
  EXPECT_EQ(milliseconds_of("yesterday"), 0);
}

TEST(MetricsExposition, HoldsEachFigureOfARun) {
  EXPECT_EQ(exposition(gauges_of(succeeded(), {{"app", "shop"}})),
            R"(# HELP garboard_last_run_timestamp_seconds When the last run ended.
# TYPE garboard_last_run_timestamp_seconds gauge
garboard_last_run_timestamp_seconds{app="shop"} 1772366410.25
# HELP garboard_last_success_timestamp_seconds When the last run ended that succeeded.
# TYPE garboard_last_success_timestamp_seconds gauge
garboard_last_success_timestamp_seconds{app="shop"} 1772366410.25
# HELP garboard_last_run_success Whether the last run succeeded: 1 or 0.
# TYPE garboard_last_run_success gauge
garboard_last_run_success{app="shop"} 1
# HELP garboard_run_duration_seconds How long the last run took.
# TYPE garboard_run_duration_seconds gauge
garboard_run_duration_seconds{app="shop"} 1.5
# HELP garboard_migrations_applied Migrations that the last run applied or rolled back.
# TYPE garboard_migrations_applied gauge
garboard_migrations_applied{app="shop"} 3
# HELP garboard_migrations_pending Migrations that were left to do after the last run.
# TYPE garboard_migrations_pending gauge
garboard_migrations_pending{app="shop"} 1
# HELP garboard_lock_wait_seconds How long the last run waited for locks.
# TYPE garboard_lock_wait_seconds gauge
garboard_lock_wait_seconds{app="shop"} 0.02
# HELP garboard_lock_retries How often the last run tried again after waiting for a lock.
# TYPE garboard_lock_retries gauge
garboard_lock_retries{app="shop"} 2
# HELP garboard_policy_overrides Findings of the last run that were suppressed.
# TYPE garboard_policy_overrides gauge
garboard_policy_overrides{app="shop"} 1
# HELP garboard_policy_findings Findings of the last run.
# TYPE garboard_policy_findings gauge
garboard_policy_findings{app="shop",severity="error"} 1
garboard_policy_findings{app="shop",severity="warning"} 4
garboard_policy_findings{app="shop",severity="info"} 0
# HELP garboard_info What ran last: always 1.
# TYPE garboard_info gauge
garboard_info{app="shop",version="1.2.3",dialect="postgres"} 1
)");
}

TEST(MetricsExposition, SaysNothingOfASuccessThatWasNone) {
  for (const char* end : {"run.failed", "run.cancelled"}) {
    const std::string text = exposition(gauges_of(figures_of(sample_event(end, {})), {}));
    EXPECT_EQ(text.find("last_success"), std::string::npos) << text;
    EXPECT_NE(text.find("garboard_last_run_success 0\n"), std::string::npos) << text;
  }
}

TEST(MetricsExposition, EscapesLabels) {
  const std::string text = exposition({{"g", "h", "1", {{{{"app", "a\"b\\c\nd"}}, 1}}}});
  EXPECT_NE(text.find(R"(g{app="a\"b\\c\nd"} 1)"), std::string::npos) << text;
}

TEST(MetricsExposition, KeepsTheLastSuccessOfAnEarlierRun) {
  const Labels labels{{"app", "shop"}};
  const std::string before = exposition(gauges_of(succeeded(), labels));
  const auto failed = gauges_of(figures_of(sample_event("run.failed", {})), labels);
  const std::string line = "garboard_last_success_timestamp_seconds{app=\"shop\"} 1772366410.25\n";
  const std::string after = with_last_success(failed, before);
  EXPECT_NE(after.find("# TYPE garboard_last_success_timestamp_seconds gauge\n" + line),
            std::string::npos)
      << after;
  EXPECT_EQ(with_last_success(failed, after), after);
  EXPECT_EQ(with_last_success(failed, ""), exposition(failed));
  const std::string of_another = exposition(gauges_of(succeeded(), {{"app", "other"}}));
  EXPECT_EQ(with_last_success(failed, of_another), exposition(failed));
  const auto newer = gauges_of(succeeded(), labels);
  EXPECT_EQ(with_last_success(newer, "garboard_last_success_timestamp_seconds{app=\"shop\"} 1\n"),
            exposition(newer));
}

TEST(MetricsFile, IsReplacedWithItsMode) {
  const std::string path = testing::TempDir() + "metrics-" + std::to_string(getpid()) + ".prom";
  replace_file(path, "one\n");
  replace_file(path, "two\n");
  EXPECT_EQ(text_of_file(path), "two\n");
  struct stat found {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0644U);
  unlink(path.c_str());
  EXPECT_THROW(replace_file("/nowhere/at/all.prom", "x"), sdk::Failure);
}

TEST(MetricsSettings, NameTheirTargets) {
  const Settings settings = read_settings(
      R"({"textFile":"/var/{app}.prom","pushgateway":{"url":"http://push:9091/"},
          "otlp":{"statements":true},"labels":{"team":"a"}})");
  EXPECT_EQ(text_file_of(settings, "../shop"), "/var/.._shop.prom");
  EXPECT_EQ(push_url(settings, "a shop/1"),
            "http://push:9091/metrics/job/garboard/app/a%20shop%2F1");
  EXPECT_TRUE(settings.sends_traces && settings.sends_metrics && settings.has_statements);
  EXPECT_EQ(labels_of(settings, succeeded()),
            (Labels{{"app", "shop"}, {"environment", "prod"}, {"team", "a"}}));
}

TEST(MetricsSettings, RefuseWhatCannotBe) {
  for (const char* config : {"{}", R"({"textfile":"x"})", R"({"otlp":{"trace":true}})",
                             R"({"pushgateway":{"url":"http://me:canary@push"}})",
                             R"({"pushgateway":{"url":"push:9091"}})", R"({"pushgateway":{}})",
                             R"({"otlp":{"traces":false,"metrics":false}})",
                             R"({"textFile":"x","labels":{"severity":"y"}})",
                             R"({"textFile":"x","labels":{"a-b":"y"}})"}) {
    try {
      static_cast<void>(read_settings(config));
      ADD_FAILURE() << config;
    } catch (const sdk::Failure& failure) {
      EXPECT_EQ(failure.status, GBD_E_INVALID);
      EXPECT_EQ(failure.message.find("canary"), std::string::npos) << failure.message;
    }
  }
}

}  // namespace
}  // namespace garboard::metrics
