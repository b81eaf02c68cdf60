// SPDX-License-Identifier: Apache-2.0
#include "cli/findings_formats.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "cli/version.hpp"

namespace garboard::cli {

namespace {

using model::Finding;
using model::Severity;

bool denies(const Finding& finding) noexcept {
  return finding.severity == Severity::error && !finding.suppressed;
}

std::string_view sarif_level(Severity severity) noexcept {
  return severity == Severity::info ? "note" : model::name_of(severity);
}

/// The same for the same rule at the same statement, wherever its lines have moved to.
std::string fingerprint(const Finding& finding) {
  base::Sha256 digest;
  for (const std::string_view part :
       {std::string_view(finding.rule), std::string_view("\n"), std::string_view(finding.migration),
        std::string_view("\n"), std::string_view(finding.message)})
    digest.update(part);
  return digest.hex();
}

Json sarif_result(const Finding& finding) {
  Json result = {{"ruleId", finding.rule},
                 {"level", sarif_level(finding.severity)},
                 {"message", {{"text", finding.message}}},
                 {"partialFingerprints", {{"garboard/v1", fingerprint(finding)}}}};
  if (!finding.where.file.empty()) {
    Json place = {{"artifactLocation", {{"uri", finding.where.file}}}};
    if (finding.where.line != 0) place["region"]["startLine"] = finding.where.line;
    if (finding.where.column != 0) place["region"]["startColumn"] = finding.where.column;
    result["locations"] = Json::array({Json{{"physicalLocation", std::move(place)}}});
  }
  if (finding.suppressed)
    result["suppressions"] =
        Json::array({Json{{"kind", "inSource"}, {"justification", finding.suppressed->reason}}});
  return result;
}

Json sarif_rules(std::span<const Finding> findings) {
  Json rules = Json::array();
  std::vector<std::string_view> seen;
  for (const Finding& finding : findings) {
    if (std::ranges::find(seen, finding.rule) != seen.end()) continue;
    seen.push_back(finding.rule);
    Json rule = {{"id", finding.rule}};
    if (!finding.why.empty()) rule["shortDescription"] = {{"text", finding.why}};
    if (!finding.safe.empty()) rule["help"] = {{"text", finding.safe}};
    if (!finding.url.empty()) rule["helpUri"] = finding.url;
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::string replaced(std::string_view text,
                     std::initializer_list<std::pair<char, const char*>> with) {
  std::string out;
  for (const char c : text) {
    const auto* const found = std::ranges::find(with, c, &std::pair<char, const char*>::first);
    if (found == with.end()) {
      out += c;
    } else {
      out += found->second;
    }
  }
  return out;
}

std::string workflow_data(std::string_view text) {
  return replaced(text, {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}});
}

std::string workflow_property(std::string_view text) {
  return replaced(text, {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}, {':', "%3A"}, {',', "%2C"}});
}

std::string shown_place(const Finding& finding) {
  std::string place = finding.where.text();
  if (!place.empty()) return place;
  return finding.migration.empty() ? "the plan" : finding.migration;
}

}  // namespace

std::string findings_text(std::span<const Finding> findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += shown_place(finding) + ": " +
            std::string(finding.suppressed ? "suppressed" : model::name_of(finding.severity)) +
            ": " + finding.rule + " " + finding.message + "\n";
    if (finding.suppressed) {
      text += "  because: " + finding.suppressed->reason +
              (finding.suppressed->until.empty() ? "" : ", until " + finding.suppressed->until) +
              "\n";
      continue;
    }
    if (!finding.why.empty()) text += "  why: " + finding.why + "\n";
    if (!finding.safe.empty()) text += "  instead: " + finding.safe + "\n";
  }
  return text;
}

Json findings_sarif(std::span<const Finding> findings) {
  Json results = Json::array();
  for (const Finding& finding : findings) results.push_back(sarif_result(finding));
  Json driver = {
      {"name", "garboard"}, {"version", version_text()}, {"rules", sarif_rules(findings)}};
  Json run = {{"tool", {{"driver", std::move(driver)}}}, {"results", std::move(results)}};
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", Json::array({std::move(run)})}};
}

std::string findings_github(std::span<const Finding> findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (finding.suppressed) continue;
    text += finding.severity == Severity::info
                ? "::notice "
                : "::" + std::string(model::name_of(finding.severity)) + " ";
    if (!finding.where.file.empty()) text += "file=" + workflow_property(finding.where.file) + ",";
    if (finding.where.line != 0) text += "line=" + std::to_string(finding.where.line) + ",";
    if (finding.where.column != 0) text += "col=" + std::to_string(finding.where.column) + ",";
    text += "title=" + workflow_property(finding.rule) + "::" + workflow_data(finding.message);
    if (!finding.safe.empty()) text += workflow_data("\nInstead: " + finding.safe);
    text += "\n";
  }
  return text;
}

std::string findings_junit(std::span<const Finding> findings, std::size_t migrations) {
  const auto failures = std::ranges::count_if(findings, denies);
  const std::string counts = " tests=\"" +
                             std::to_string(std::max<std::size_t>(findings.size(), 1)) +
                             "\" failures=\"" + std::to_string(failures) + "\"";
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts +
                     ">\n<testsuite name=\"garboard lint\"" + counts + ">\n";
  for (const Finding& finding : findings) {
    text += "<testcase classname=\"" + base::xml_escaped(finding.migration) + "\" name=\"" +
            base::xml_escaped(finding.rule + " statement " + std::to_string(finding.statement)) +
            "\"";
    if (!denies(finding)) {
      text += "><system-out>" + base::xml_escaped(findings_text(std::span(&finding, 1))) +
              "</system-out></testcase>\n";
      continue;
    }
    text += "><failure message=\"" + base::xml_escaped(finding.message) + "\" type=\"" +
            base::xml_escaped(finding.rule) + "\">" +
            base::xml_escaped(findings_text(std::span(&finding, 1))) + "</failure></testcase>\n";
  }
  if (findings.empty())
    text += "<testcase classname=\"garboard\" name=\"" + std::to_string(migrations) +
            " migration(s)\"/>\n";
  return text + "</testsuite>\n</testsuites>\n";
}

}  // namespace garboard::cli
