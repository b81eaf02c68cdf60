// SPDX-License-Identifier: Apache-2.0
// The hook "metrics": the figures of a run for Prometheus, and its trace for OpenTelemetry.
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <garboard/hook.hpp>

#include "common/event.hpp"
#include "common/http.hpp"
#include "exposition.hpp"
#include "figures.hpp"
#include "otlp.hpp"
#include "settings.hpp"
#include "spans.hpp"

namespace garboard::metrics {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void send(const hooks::Request& request, hooks::Deadline& deadline) {
  const std::string problem = hooks::deliver([&] { return request; }, deadline);
  if (!problem.empty()) throw sdk::Failure(GBD_E_CONNECT, problem);
}

class MetricsHook {
 public:
  explicit MetricsHook(Settings settings)
      : settings_(std::move(settings)),
        recorder_(parse_traceparent(variable("TRACEPARENT"), variable("TRACESTATE"))) {
    // the environment has the last word, and what is not sent need not be kept
    settings_.sends_traces = settings_.sends_traces && !otlp_target("traces").url.empty();
    settings_.sends_metrics = settings_.sends_metrics && !otlp_target("metrics").url.empty();
  }

  static std::string describe() { return metrics::describe(); }
  static std::unique_ptr<MetricsHook> create(std::string_view config) {
    return std::make_unique<MetricsHook>(read_settings(config));
  }

  sdk::Answer event(std::string_view text) {
    const hooks::Event event = hooks::read_event(text);
    if (settings_.sends_traces && (event.name != "after_statement" || settings_.has_statements))
      recorder_.take(event);
    if (event.name.rfind("run.", 0) == 0) publish(figures_of(event));
    return {};
  }

 private:
  void publish(const Figures& figures) {
    const auto gauges = gauges_of(figures, labels_of(settings_, figures));
    hooks::Deadline deadline(std::chrono::seconds(8));
    std::string problems;
    // One that fails keeps nothing from the others.
    const auto attempt = [&](const char* where, const std::function<void()>& act) {
      try {
        act();
      } catch (const sdk::Failure& failure) {
        problems += (problems.empty() ? "" : "; ") + std::string(where) + ": " + failure.message;
      }
    };
    if (!settings_.text_file.empty())
      attempt("textFile", [&] { write_text_file(figures, gauges); });
    if (!settings_.pushgateway.empty())
      attempt("pushgateway", [&] {
        send({push_url(settings_, figures.app),
              {"Content-Type: text/plain; version=0.0.4"},
              exposition(gauges)},
             deadline);
      });
    if (settings_.sends_traces)
      attempt("otlp traces", [&] {
        if (!recorder_.spans().empty())
          export_signal("traces", traces_json(resource_of(figures), recorder_), deadline);
      });
    if (settings_.sends_metrics)
      attempt("otlp metrics", [&] {
        export_signal("metrics", metrics_json(resource_of(figures), gauges, figures.ended_ms),
                      deadline);
      });
    if (!problems.empty()) throw sdk::Failure(GBD_E_CONNECT, problems);
  }

  void write_text_file(const Figures& figures, const std::vector<Gauge>& gauges) const {
    const std::string path = text_file_of(settings_, figures.app);
    replace_file(path, with_last_success(gauges, text_of_file(path)));
  }

  static void export_signal(const char* signal, std::string body, hooks::Deadline& deadline) {
    OtlpTarget target = otlp_target(signal);
    send({std::move(target.url), std::move(target.headers), std::move(body)}, deadline);
  }

  Settings settings_;
  SpanRecorder recorder_;
};

}  // namespace
}  // namespace garboard::metrics

GARBOARD_HOOK(garboard::metrics::MetricsHook, "metrics", "1.0.0", GARBOARD_METRICS_EVENTS)
