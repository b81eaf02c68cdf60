// SPDX-License-Identifier: Apache-2.0
#include "otlp.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "../samples.hpp"

namespace garboard::metrics {
namespace {

using hooks::sample_event;
using Json = nlohmann::json;

constexpr const char* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Variables that are as they were when the test ends.
class Variables {
 public:
  Variables(std::initializer_list<std::pair<const std::string, std::string>> values)
      : values_(values) {
    for (const auto& [name, value] : values_) setenv(name.c_str(), value.c_str(), 1);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;
  ~Variables() {
    for (const auto& [name, value] : values_) unsetenv(name.c_str());
  }

 private:
  std::map<std::string, std::string> values_;
};

Json attributes_of(const Json& with_attributes) {
  Json found;
  for (const Json& attribute : with_attributes["attributes"])
    found[attribute["key"].get<std::string>()] = *attribute["value"].begin();
  return found;
}

TEST(Traceparent, IsReadAsTheStandardSays) {
  const auto context = parse_traceparent(parent, "a=b");
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(context->span_id, "b7ad6b7169203331");
  EXPECT_TRUE(context->is_sampled);
  EXPECT_EQ(context->state, "a=b");
  EXPECT_FALSE(
      parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "")->is_sampled);
  EXPECT_TRUE(
      parse_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-more", ""));
  for (const char* wrong : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x"})
    EXPECT_FALSE(parse_traceparent(wrong, "")) << wrong;
}

TEST(Spans, NestStatementsInMigrationsInTheRun) {
  SpanRecorder recorder(parse_traceparent(parent, ""));
  recorder.take(sample_event(
      "after_statement",
      {{"statement", {{"number", 1}, {"sql", "create unique index i on t"}}}, {"durationMs", 40}}));
  recorder.take(sample_event(
      "after_migration", {{"migration", {{"id", "0007"}, {"name", "0007_x"}, {"direction", "up"}}},
                          {"durationMs", 50}}));
  recorder.take(sample_event(
      "migration.failed",
      {{"migration", {{"id", "0008"}, {"name", "b"}, {"direction", "down"}, {"durationMs", 5}}},
       {"error", {{"exitCode", 30}, {"reason", "statement-failed"}, {"sqlstate", "42P01"}}}}));
  recorder.take(sample_event("run.failed",
                             {{"summary", {{"durationMs", 250}, {"applied", 1}, {"pending", 1}}},
                              {"error", {{"exitCode", 30}, {"reason", "statement-failed"}}}}));
  const auto& spans = recorder.spans();
  ASSERT_EQ(spans.size(), 4U);
  EXPECT_EQ(spans[3].parent_id, "b7ad6b7169203331");
  EXPECT_EQ(spans[2].parent_id, spans[3].id);
  EXPECT_EQ(spans[1].parent_id, spans[3].id);
  EXPECT_EQ(spans[0].parent_id, spans[1].id);
  EXPECT_NE(spans[1].id, spans[2].id);
  EXPECT_EQ(spans[0].name, "CREATE INDEX");
  EXPECT_EQ(spans[1].name, "migration 0007");
  EXPECT_EQ(spans[3].name, "garboard migrate");
  EXPECT_EQ(spans[0].end_ms - spans[0].start_ms, 40);
  EXPECT_EQ(spans[1].end_ms - spans[1].start_ms, 50);
  EXPECT_EQ(spans[3].end_ms - spans[3].start_ms, 250);
  EXPECT_FALSE(spans[1].is_failed);
  EXPECT_TRUE(spans[2].is_failed && spans[3].is_failed);
  EXPECT_EQ(recorder.context().trace_id, "0af7651916cd43dd8448eb211c80319c");
}

TEST(Spans, AreNotMadeForATraceThatIsNotSampled) {
  SpanRecorder recorder(
      parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", ""));
  recorder.take(sample_event("run.succeeded", {}));
  EXPECT_TRUE(recorder.spans().empty());
}

TEST(Spans, BeginATraceWhereThereIsNone) {
  SpanRecorder recorder(std::nullopt);
  recorder.take(sample_event("run.succeeded", {}));
  ASSERT_EQ(recorder.spans().size(), 1U);
  EXPECT_EQ(recorder.spans()[0].parent_id, "");
  EXPECT_EQ(recorder.context().trace_id.size(), 32U);
  EXPECT_NE(recorder.context().trace_id, SpanRecorder(std::nullopt).context().trace_id);
}

TEST(Spans, AreBounded) {
  SpanRecorder recorder(std::nullopt);
  const auto statement = sample_event(
      "after_statement", {{"statement", {{"number", 1}, {"sql", std::string(9000, 'x')}}}});
  for (int i = 0; i < 5000; ++i) recorder.take(statement);
  recorder.take(sample_event("run.succeeded", {}));
  ASSERT_EQ(recorder.spans().size(), 4097U);
  EXPECT_EQ(recorder.spans().back().attributes.back(),
            (std::pair<std::string, Json>{"garboard.spans.left_out", 904}));
  EXPECT_LT(recorder.spans()[0].attributes[2].second.get<std::string>().size(), 3000U);
}

TEST(Otlp, WritesSpansAsTheProtocolWantsThem) {
  SpanRecorder recorder(parse_traceparent(parent, "vendor=1"));
  const auto failed = sample_event(
      "run.failed", {{"summary", {{"durationMs", 250}, {"applied", 1}, {"pending", 2}}},
                     {"error", {{"exitCode", 30}, {"reason", "statement-failed"}}}});
  recorder.take(failed);
  const Json json = Json::parse(traces_json(resource_of(figures_of(failed)), recorder));
  const Json& resource = json["resourceSpans"][0]["resource"];
  EXPECT_EQ(attributes_of(resource)["service.name"], "garboard");
  EXPECT_EQ(attributes_of(resource)["service.version"], "1.2.3");
  EXPECT_EQ(attributes_of(resource)["deployment.environment.name"], "prod");
  const Json& span = json["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
  EXPECT_EQ(span["traceId"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(span["parentSpanId"], "b7ad6b7169203331");
  EXPECT_EQ(span["spanId"].get<std::string>().size(), 16U);
  EXPECT_EQ(span["traceState"], "vendor=1");
  EXPECT_EQ(span["kind"], 1);
  EXPECT_EQ(span["startTimeUnixNano"], "1772366410000000000");
  EXPECT_EQ(span["endTimeUnixNano"], "1772366410250000000");
  EXPECT_EQ(span["status"], (Json{{"code", 2}, {"message", "statement-failed"}}));
  const Json attributes = attributes_of(span);
  EXPECT_EQ(attributes["db.system.name"], "postgresql");
  EXPECT_EQ(attributes["db.operation.name"], "migrate");
  EXPECT_EQ(attributes["garboard.migrations.pending"], "2");
}

TEST(Otlp, WritesGauges) {
  const Json json = Json::parse(metrics_json(
      {}, {{"garboard_x", "Help.", "s", {{{{"severity", "info"}}, 1.5}}}}, 1'772'366'410'250));
  const Json& metric = json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0];
  EXPECT_EQ(metric["name"], "garboard_x");
  EXPECT_EQ(metric["unit"], "s");
  const Json& point = metric["gauge"]["dataPoints"][0];
  EXPECT_EQ(point["timeUnixNano"], "1772366410250000000");
  EXPECT_EQ(point["asDouble"], 1.5);
  EXPECT_EQ(attributes_of(point)["severity"], "info");
}

TEST(Otlp, GoesWhereTheVariablesSay) {
  EXPECT_EQ(otlp_target("traces").url, "http://localhost:4318/v1/traces");
  {
    const Variables variables{{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://c:4318/x/"},
                              {"OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x = y,bad=1%0a2"}};
    EXPECT_EQ(otlp_target("metrics").url, "https://c:4318/x/v1/metrics");
    EXPECT_EQ(otlp_target("metrics").headers,
              (std::vector<std::string>{"Content-Type: application/json", "api-key: a b", "x: y"}));
    const Variables own{{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t/only"},
                        {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "k=v"}};
    EXPECT_EQ(otlp_target("traces").url, "http://t/only");
    EXPECT_EQ(otlp_target("traces").headers.back(), "k: v");
    EXPECT_EQ(otlp_target("metrics").url, "https://c:4318/x/v1/metrics");
  }
  {
    const Variables variables{{"OTEL_TRACES_EXPORTER", "none"}};
    EXPECT_EQ(otlp_target("traces").url, "");
    EXPECT_NE(otlp_target("metrics").url, "");
  }
  const Variables variables{{"OTEL_SDK_DISABLED", "true"}};
  EXPECT_EQ(otlp_target("metrics").url, "");
}

TEST(Otlp, NamesTheServiceAsTheVariablesSay) {
  const Figures figures = figures_of(sample_event("run.succeeded", {}));
  const Variables variables{{"OTEL_RESOURCE_ATTRIBUTES", "service.name=a,k=v,service.version=9"}};
  EXPECT_EQ(attributes_of(resource_of(figures))["service.name"], "a");
  EXPECT_EQ(attributes_of(resource_of(figures))["k"], "v");
  EXPECT_EQ(attributes_of(resource_of(figures))["service.version"], "9");
  const Variables own{{"OTEL_SERVICE_NAME", "b"}};
  EXPECT_EQ(attributes_of(resource_of(figures))["service.name"], "b");
}

}  // namespace
}  // namespace garboard::metrics
