// SPDX-License-Identifier: Apache-2.0
#include "verdict.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "common/event.hpp"

namespace garboard::exec {
namespace {

using Json = nlohmann::json;

[[noreturn]] void nonsense(const std::string& what) {
  throw sdk::Failure(GBD_E_INVALID, "the program's answer is no verdict: " + what);
}

std::int32_t verdict_named(const std::string& name) {
  if (name == "allow") return GBD_ALLOW;
  if (name == "warn") return GBD_WARN;
  if (name == "deny") return GBD_DENY;
  nonsense("\"verdict\" is none of allow, warn, deny");
}

bool is_finding(const Json& finding) {
  const auto severity = hooks::member<std::string>(finding, "severity", "");
  return !hooks::member<std::string>(finding, "rule", "").empty() &&
         !hooks::member<std::string>(finding, "message", "").empty() &&
         (severity == "error" || severity == "warning" || severity == "info");
}

}  // namespace

sdk::Answer read_verdict(std::string_view output) {
  Json answer = Json::parse(output, nullptr, false);
  if (!answer.is_object()) nonsense("not one JSON object");
  sdk::Answer read{verdict_named(hooks::member<std::string>(answer, "verdict", ""))};
  const auto findings = answer.find("findings");
  if (findings == answer.end()) return read;
  if (!findings->is_array() || !std::all_of(findings->begin(), findings->end(), is_finding))
    nonsense("each of \"findings\" needs rule, message, and severity error, warning or info");
  read.findings_json = Json{{"findings", std::move(*findings)}}.dump();
  return read;
}

}  // namespace garboard::exec
