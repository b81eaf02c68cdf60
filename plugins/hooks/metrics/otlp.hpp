// SPDX-License-Identifier: Apache-2.0
// OpenTelemetry's protocol as JSON over HTTP, set up by its own OTEL_* variables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http.hpp"
#include "figures.hpp"
#include "spans.hpp"

namespace garboard::metrics {

/// Where one signal goes.
struct OtlpTarget {
  std::string url;
  std::vector<std::string> headers;
};

/// `signal` is "traces" or "metrics". Of OTEL_EXPORTER_OTLP_<SIGNAL>_ENDPOINT, which is taken as it
/// is, OTEL_EXPORTER_OTLP_ENDPOINT and http://localhost:4318, which get /v1/<signal>, the first
/// that is set; headers likewise. The URL is empty when OTEL_SDK_DISABLED or
/// OTEL_<SIGNAL>_EXPORTER=none.
[[nodiscard]] OtlpTarget otlp_target(std::string_view signal);
/// service.name and whatever OTEL_RESOURCE_ATTRIBUTES says, then what is known of the run.
[[nodiscard]] nlohmann::json resource_of(const Figures& figures);
[[nodiscard]] std::string traces_json(const nlohmann::json& resource, const SpanRecorder& recorder);
[[nodiscard]] std::string metrics_json(const nlohmann::json& resource,
                                       const std::vector<Gauge>& gauges, std::int64_t time_ms);

/// "a=1,b=x%20y" as pairs, with %XX decoded.
[[nodiscard]] Labels parse_pairs(std::string_view text);

}  // namespace garboard::metrics
