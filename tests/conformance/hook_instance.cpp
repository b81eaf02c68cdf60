// SPDX-License-Identifier: Apache-2.0
#include "hook_instance.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugin_host/host_table.hpp"

namespace garboard::conformance {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 3> severities{"error", "warning", "info"};
constexpr std::array<const char*, 3> mandatory{"rule", "severity", "message"};
constexpr std::array<const char*, 6> texts{"why", "safe", "url", "migration", "file", "rule"};
constexpr std::array<const char*, 3> numbers{"statement", "line", "column"};

std::string wrong_in_finding(const json& finding) {
  if (!finding.is_object()) return "it is no object";
  for (const char* const key : mandatory)
    if (!finding.contains(key) || !finding[key].is_string() || finding[key] == "")
      return std::string(key) + " must be a text";
  for (const char* const key : texts)
    if (finding.contains(key) && !finding[key].is_string())
      return std::string(key) + " must be a text";
  for (const char* const key : numbers)
    if (finding.contains(key) && !finding[key].is_number_unsigned())
      return std::string(key) + " must be a number from 1";
  if (std::ranges::find(severities, finding["severity"].get<std::string>()) == severities.end())
    return "severity is none of error, warning, info";
  const auto suppressed = finding.find("suppressed");
  if (suppressed == finding.end()) return "";
  if (!suppressed->is_object() || !suppressed->contains("reason") ||
      !(*suppressed)["reason"].is_string())
    return "suppressed must be an object with a reason";
  return "";
}

}  // namespace

json hook_config(const Subject& subject) {
  return json::parse(subject.profile().hook_config_json.value_or("{}"));
}

json description_of(Subject& subject) {
  const std::string text = subject.describe();
  json description = json::parse(text, nullptr, false);
  expect(description.is_object(), "describe is not a JSON object: " + text);
  return description;
}

std::set<std::string> wanted_events(Subject& subject) {
  const json description = description_of(subject);
  std::set<std::string> wanted;
  const auto events = description.find("events");
  if (events == description.end() || !events->is_array()) return wanted;
  for (const json& name : *events)
    if (name.is_string()) wanted.insert(name.get<std::string>());
  return wanted;
}

std::string wrong_in_findings(std::string_view text) {
  if (text.empty()) return "";
  const json answer = json::parse(text, nullptr, false);
  if (answer.is_discarded()) return "they are no JSON: " + std::string(text);
  if (!answer.is_object() || !answer.contains("findings") || !answer["findings"].is_array())
    return "they are not {\"findings\":[..]}: " + std::string(text);
  for (const json& finding : answer["findings"])
    if (const std::string wrong = wrong_in_finding(finding); !wrong.empty())
      return wrong + ": " + finding.dump();
  return "";
}

HookInstance::HookInstance(Subject& subject) : table_(subject.hook()) {
  const std::string config = hook_config(subject).dump();
  HookAnswer made;
  made.status = table_.create(sdk::str(config), &raw_, &made.error);
  expect(made.is_ok(),
         "create: " + made.text() +
             (subject.profile().hook_config_json
                  ? ""
                  : "; say in the profile what it needs: \"hook\":{\"config\":{..}}"));
  expect(raw_ != nullptr, "create said GBD_OK and gave no hook");
}

HookAnswer HookInstance::try_create(Subject& subject, const json& config) {
  const std::string text = config.dump();
  HookAnswer made;
  gbd_hook_inst* raw = nullptr;
  made.status = subject.hook().create(sdk::str(text), &raw, &made.error);
  if (made.is_ok() && raw != nullptr) subject.hook().destroy(raw);
  return made;
}

HookAnswer HookInstance::tell(std::string_view text) {
  HookAnswer answer;
  plugin_host::TextSink findings;
  answer.status =
      table_.event(raw_, sdk::str(text), &answer.verdict, findings.sink(), &answer.error);
  answer.findings = findings.take();
  return answer;
}

void HookInstance::destroy() {
  if (gbd_hook_inst* const raw = std::exchange(raw_, nullptr); raw != nullptr) table_.destroy(raw);
}

}  // namespace garboard::conformance
