// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <algorithm>

#include "common/config.hpp"
#include "common/http.hpp"

namespace garboard::metrics {
namespace {

constexpr std::string_view description = R"({
  "events": )" GARBOARD_METRICS_EVENTS R"(,
  "configSchema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "textFile": {"type": "string", "minLength": 1},
      "pushgateway": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "url": {"type": "string", "minLength": 1},
          "urlEnv": {"type": "string", "minLength": 1},
          "urlFile": {"type": "string", "minLength": 1},
          "job": {"type": "string", "minLength": 1}
        }
      },
      "otlp": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "traces": {"type": "boolean"},
          "metrics": {"type": "boolean"},
          "statements": {"type": "boolean"}
        }
      },
      "labels": {"type": "object", "additionalProperties": {"type": "string"}}
    }
  }
})";

[[noreturn]] void refuse(const char* text) { throw sdk::Failure(GBD_E_INVALID, text); }

std::string pushgateway_url(const hooks::Json& config) {
  hooks::allow_only(config, {"url", "urlEnv", "urlFile", "job"});
  const std::string inline_url = hooks::text_of(config, "url");
  if (hooks::has_credentials(inline_url))
    refuse("pushgateway: a URL with a password belongs into urlEnv or urlFile");
  std::string url = inline_url.empty() ? hooks::outside_value(config, "url") : inline_url;
  if (hooks::origin_of(url).empty()) refuse("pushgateway: its url is no http or https URL");
  while (url.back() == '/') url.pop_back();
  return url;
}

bool is_label(const std::string& name) {
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") ==
             std::string::npos &&
         !name.empty() && name.find_first_of("0123456789") != 0 && name.rfind("__", 0) != 0;
}

void read_labels(const hooks::Json& config, Labels& labels) {
  if (!config.is_object()) refuse("labels is not a mapping");
  for (const auto& [name, value] : config.items()) {
    if (!is_label(name) || !value.is_string()) refuse("labels: a name is letters, digits and _");
    for (const char* ours : {"app", "environment", "severity", "version", "dialect", "job"})
      if (name == ours)
        refuse("labels: app, environment, severity, version, dialect and job are taken");
    labels.emplace_back(name, value.get<std::string>());
  }
}

}  // namespace

std::string describe() { return std::string(description); }

Settings read_settings(std::string_view config_text) {
  const hooks::Json config = hooks::read_config(config_text);
  hooks::allow_only(config, {"textFile", "pushgateway", "otlp", "labels"});
  Settings settings;
  settings.text_file = hooks::text_of(config, "textFile");
  if (config.contains("pushgateway")) {
    settings.pushgateway = pushgateway_url(config["pushgateway"]);
    settings.job = hooks::text_of(config["pushgateway"], "job", settings.job);
  }
  if (config.contains("otlp")) {
    hooks::allow_only(config["otlp"], {"traces", "metrics", "statements"});
    settings.sends_traces = hooks::flag_of(config["otlp"], "traces", true);
    settings.sends_metrics = hooks::flag_of(config["otlp"], "metrics", true);
    settings.has_statements = hooks::flag_of(config["otlp"], "statements", false);
  }
  if (config.contains("labels")) read_labels(config["labels"], settings.labels);
  if (settings.sends_nothing()) refuse("say where to: textFile, pushgateway or otlp");
  return settings;
}

Labels labels_of(const Settings& settings, const Figures& figures) {
  Labels labels{{"app", figures.app}};
  if (!figures.environment.empty()) labels.emplace_back("environment", figures.environment);
  labels.insert(labels.end(), settings.labels.begin(), settings.labels.end());
  return labels;
}

std::string text_file_of(const Settings& settings, const std::string& app) {
  std::string name = app;
  std::replace(name.begin(), name.end(), '/', '_');
  std::string path = settings.text_file;
  constexpr std::string_view placeholder = "{app}";
  if (const auto at = path.find(placeholder); at != std::string::npos)
    path.replace(at, placeholder.size(), name);
  return path;
}

std::string push_url(const Settings& settings, const std::string& app) {
  return settings.pushgateway + "/metrics/job/" + hooks::percent_encoded(settings.job) + "/app/" +
         hooks::percent_encoded(app);
}

}  // namespace garboard::metrics
