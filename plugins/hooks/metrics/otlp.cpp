// SPDX-License-Identifier: Apache-2.0
#include "otlp.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace garboard::metrics {
namespace {

using Json = nlohmann::json;

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::string upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return upper;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::string decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

Json attribute(const std::string& key, const Json& value) {
  // 64-bit numbers are texts in protobuf's JSON
  const Json typed = value.is_number_integer()
                         ? Json{{"intValue", std::to_string(value.get<std::int64_t>())}}
                         : Json{{"stringValue", value}};
  return {{"key", key}, {"value", typed}};
}

template <class Pairs>
Json attributes(const Pairs& pairs) {
  Json list = Json::array();
  for (const auto& [key, value] : pairs) list.push_back(attribute(key, value));
  return list;
}

std::string nanoseconds(std::int64_t ms) { return std::to_string(ms) + "000000"; }

Json span_json(const Span& span, const TraceContext& context) {
  Json json = {{"traceId", context.trace_id},
               {"spanId", span.id},
               {"name", span.name},
               {"kind", static_cast<int>(span.kind)},
               {"startTimeUnixNano", nanoseconds(span.start_ms)},
               {"endTimeUnixNano", nanoseconds(span.end_ms)},
               {"attributes", attributes(span.attributes)},
               {"status", Json::object()}};
  if (!span.parent_id.empty()) json["parentSpanId"] = span.parent_id;
  if (!context.state.empty()) json["traceState"] = context.state;
  if (span.is_failed) json["status"] = {{"code", 2}, {"message", span.message}};
  return json;
}

/// {"resourceSpans":[{"resource":..,"scopeSpans":[{"scope":..,"spans":[..]}]}]} and its like.
std::string enveloped(const Json& resource, const std::string& kind, const std::string& items_name,
                      Json items) {
  const Json scope = {{"scope", {{"name", "garboard"}}}, {items_name, std::move(items)}};
  const Json whole = {{"resource", resource}, {"scope" + kind, Json::array({scope})}};
  return Json{{"resource" + kind, Json::array({whole})}}.dump(-1, ' ', false,
                                                              Json::error_handler_t::replace);
}

}  // namespace

Labels parse_pairs(std::string_view text) {
  Labels pairs;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = trimmed(pair.substr(0, equals));
    if (!key.empty()) pairs.emplace_back(key, decoded(trimmed(pair.substr(equals + 1))));
  }
  return pairs;
}

OtlpTarget otlp_target(std::string_view signal) {
  const std::string name = upper(signal);
  if (upper(variable("OTEL_SDK_DISABLED")) == "TRUE" ||
      variable("OTEL_" + name + "_EXPORTER") == "none")
    return {};
  OtlpTarget target;
  target.url = variable("OTEL_EXPORTER_OTLP_" + name + "_ENDPOINT");
  if (target.url.empty()) {
    target.url = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
    if (target.url.empty()) target.url = "http://localhost:4318";
    while (!target.url.empty() && target.url.back() == '/') target.url.pop_back();
    target.url += "/v1/" + std::string(signal);
  }
  std::string headers = variable("OTEL_EXPORTER_OTLP_" + name + "_HEADERS");
  if (headers.empty()) headers = variable("OTEL_EXPORTER_OTLP_HEADERS");
  target.headers = {"Content-Type: application/json"};
  for (const auto& [key, value] : parse_pairs(headers)) {
    std::string header = key;
    header.append(": ").append(value);
    if (header.find_first_of("\r\n") == std::string::npos)
      target.headers.push_back(std::move(header));
  }
  return target;
}

Json resource_of(const Figures& figures) {
  Labels known = {{"service.version", figures.version},
                  {"garboard.app", figures.app},
                  {"deployment.environment.name", figures.environment}};
  Labels chosen = parse_pairs(variable("OTEL_RESOURCE_ATTRIBUTES"));
  const std::string service = variable("OTEL_SERVICE_NAME");
  const auto is_name = [](const auto& pair) { return pair.first == "service.name"; };
  if (!service.empty())
    chosen.erase(std::remove_if(chosen.begin(), chosen.end(), is_name), chosen.end());
  if (std::none_of(chosen.begin(), chosen.end(), is_name))
    chosen.emplace_back("service.name", service.empty() ? "garboard" : service);
  for (auto& pair : known) {
    const bool is_chosen = std::any_of(
        chosen.begin(), chosen.end(), [&](const auto& other) { return other.first == pair.first; });
    if (!is_chosen && !pair.second.empty()) chosen.push_back(std::move(pair));
  }
  return {{"attributes", attributes(chosen)}};
}

std::string traces_json(const Json& resource, const SpanRecorder& recorder) {
  Json spans = Json::array();
  for (const Span& span : recorder.spans()) spans.push_back(span_json(span, recorder.context()));
  return enveloped(resource, "Spans", "spans", std::move(spans));
}

std::string metrics_json(const Json& resource, const std::vector<Gauge>& gauges,
                         std::int64_t time_ms) {
  Json list = Json::array();
  for (const Gauge& gauge : gauges) {
    Json points = Json::array();
    for (const Sample& sample : gauge.samples)
      points.push_back({{"attributes", attributes(sample.labels)},
                        {"timeUnixNano", nanoseconds(time_ms)},
                        {"asDouble", sample.value}});
    list.push_back({{"name", gauge.name},
                    {"description", gauge.help},
                    {"unit", gauge.unit},
                    {"gauge", {{"dataPoints", std::move(points)}}}});
  }
  return enveloped(resource, "Metrics", "metrics", std::move(list));
}

}  // namespace garboard::metrics
