// SPDX-License-Identifier: Apache-2.0
#include "hooks/findings.hpp"

#include <cstdint>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace garboard::hooks {

namespace {

using model::Finding;
using model::Severity;
using Json = nlohmann::json;

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint32_t number_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<std::uint32_t>() : 0;
}

Finding finding_of(const Json& json, std::string_view hook) {
  Finding finding{
      .hook = std::string(hook),
      .rule = text_of(json, "rule"),
      .message = text_of(json, "message"),
      .why = text_of(json, "why"),
      .safe = text_of(json, "safe"),
      .url = text_of(json, "url"),
      .migration = text_of(json, "migration"),
      .statement = number_of(json, "statement"),
      .where = {text_of(json, "file"), number_of(json, "line"), number_of(json, "column")}};
  const std::string severity = text_of(json, "severity");
  if (severity == "warning") finding.severity = Severity::warning;
  if (severity == "info") finding.severity = Severity::info;
  const auto suppressed = json.find("suppressed");
  if (suppressed != json.end() && suppressed->is_object())
    finding.suppressed = {text_of(*suppressed, "reason"), text_of(*suppressed, "until")};
  return finding;
}

base::Error nonsense(std::string_view hook) {
  return {.code = base::Code::plugin,
          .message = "the hook " + std::string(hook) + " answered nonsense",
          .hint = "its findings are not as docs/events.md says; ask its author for a correction"};
}

}  // namespace

base::Result<std::vector<Finding>> read_findings(std::string_view json, std::string_view hook) {
  std::vector<Finding> findings;
  if (json.empty()) return findings;
  const Json parsed = Json::parse(json, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("findings") || !parsed["findings"].is_array())
    return nonsense(hook);
  for (const Json& each : parsed["findings"]) {
    if (!each.is_object()) return nonsense(hook);
    findings.push_back(finding_of(each, hook));
    if (findings.back().rule.empty() || findings.back().message.empty()) return nonsense(hook);
  }
  return findings;
}

}  // namespace garboard::hooks
