// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet_report.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/time.hpp"
#include "cli/error_text.hpp"
#include "cli/report.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using fleet::Outcome;
using fleet::State;

constexpr std::size_t max_named = 10;
constexpr std::size_t max_failures = 20;  // in the error that ends the command

std::string state_name(State state) {
  constexpr std::array<std::string_view, 4> names{"skipped", "succeeded", "failed", "interrupted"};
  return std::string(names.at(static_cast<std::size_t>(state)));
}

/// "already applied" for "alreadyApplied".
std::string words_of(std::string_view key) {
  std::string text;
  for (const char c : key) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital) text += ' ';
    text += is_capital ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return text;
}

/// The first few, and how many more.
std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), max_named); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > max_named)
    text += " and " + std::to_string(names.size() - max_named) + " more";
  return text;
}

Json target_json(TargetResult result) {
  const Outcome& outcome = result.outcome;
  Json json = {{"name", result.target.name}, {"outcome", state_name(outcome.state)}};
  if (outcome.state == State::skipped) return json;
  json["exitCode"] = outcome.exit_code;
  json["durationMs"] = outcome.duration.count();
  if (!result.report.empty()) json["report"] = std::move(result.report);
  if (result.error) json["error"] = error_json(*result.error, {});
  return json;
}

std::vector<std::string> row_of(const TargetResult& result) {
  const Outcome& outcome = result.outcome;
  if (outcome.state == State::skipped) return {result.target.name, "skipped"};
  std::string words = summary_words(result);
  if (result.error)
    words = std::to_string(outcome.exit_code) + " " + reason_text(*result.error) +
            (words.empty() ? "" : ", ") + words;
  return {result.target.name, state_name(outcome.state), words,
          base::rounded_duration_text(outcome.duration)};
}

std::string count_words(const fleet::Tally& tally) {
  std::string text = std::to_string(tally.succeeded) + " succeeded";
  if (tally.failed != 0) text += ", " + std::to_string(tally.failed) + " failed";
  if (tally.interrupted != 0) text += ", " + std::to_string(tally.interrupted) + " interrupted";
  if (tally.skipped != 0) text += ", " + std::to_string(tally.skipped) + " skipped";
  return text;
}

fleet::Tally tally_of(std::span<const TargetResult> results) {
  std::vector<Outcome> outcomes;
  for (const TargetResult& result : results) outcomes.push_back({.state = result.outcome.state});
  return fleet::tally(outcomes);
}

/// Errors that differ in nothing, which a mistake in the plan brings to every target, are one.
std::vector<Error> failures_of(std::span<const TargetResult> results) {
  std::vector<Error> errors;
  std::vector<std::vector<std::string>> names;
  std::map<std::string, std::size_t> known;
  for (const TargetResult& result : results) {
    if (!result.error) continue;
    const auto [found, is_new] = known.emplace(dumped(error_json(*result.error, {})), known.size());
    if (is_new) errors.push_back(*result.error);
    if (is_new) names.emplace_back();
    names[found->second].push_back(result.target.name);
  }
  for (std::size_t i = 0; i < errors.size(); ++i)
    errors[i].message = names_text(names[i]) + ": " + errors[i].message;
  return errors;
}

}  // namespace

void read_output(TargetResult& result) {
  Outcome& outcome = result.outcome;
  Json report = Json::parse(outcome.output, nullptr, false);
  outcome.output.clear();
  const bool is_whole = report.is_object() && report.contains("exitCode");
  if (is_whole) {
    if (const auto error = report.find("error"); error != report.end())
      result.error = error_from_json(*error);
    for (const char* key : {"error", "exitCode", "command", "version"}) report.erase(key);
    result.report = std::move(report);
  }
  if (!result.error && (!is_whole || outcome.state != State::succeeded)) {
    const std::string end = outcome.crash.empty() ? "ended" : outcome.crash;
    result.error = Error{.code = Code::internal,
                         .message = "its process " + end + ", and left no report",
                         .reason = "target-process-lost",
                         .hint = "run it alone, and see the log above for what it said last"};
  }
  if (!result.error || outcome.state != State::succeeded) return;
  outcome.state = State::failed;
  outcome.exit_code = static_cast<int>(Code::internal);
}

std::string summary_words(const TargetResult& result) {
  std::string text;
  const auto summary = result.report.find("summary");
  if (summary == result.report.end() || !summary->is_object()) return text;
  for (const auto& [key, number] : summary->items())
    if (number.is_number_unsigned() && number != 0)
      text += (text.empty() ? "" : ", ") + number.dump() + " " + words_of(key);
  return text.empty() ? "nothing to do" : text;
}

void fill_fleet(Report& report, std::vector<TargetResult> results,
                std::chrono::milliseconds duration, const std::string& resume_command) {
  const fleet::Tally tally = tally_of(results);
  std::vector<std::vector<std::string>> rows;
  rows.reserve(results.size());
  for (const TargetResult& result : results) rows.push_back(row_of(result));
  report.text = table_text(rows) + (rows.empty() ? "" : "\n") + count_words(tally) + " in " +
                base::rounded_duration_text(duration) + "\n";
  for (const Error& error : failures_of(results))
    report.text += "\n" + error_text(error, {}, Colour::off);
  if (!resume_command.empty())
    report.text += "\nto run what is left alone:\n  " + resume_command + "\n";
  report.document["durationMs"] = duration.count();
  report.document["summary"] = {{"succeeded", tally.succeeded},
                                {"failed", tally.failed},
                                {"interrupted", tally.interrupted},
                                {"skipped", tally.skipped}};
  Json targets = Json::array();
  for (TargetResult& result : results) targets.push_back(target_json(std::move(result)));
  report.document["targets"] = std::move(targets);
}

Error fleet_error(std::span<const TargetResult> results, int code,
                  const std::string& resume_command) {
  const fleet::Tally tally = tally_of(results);
  Error error{.code = static_cast<Code>(code), .message = {}, .reason = "all-targets-failed"};
  if (code == static_cast<int>(Code::terminated)) error.reason = "terminated";
  if (code == static_cast<int>(Code::some_targets_failed)) error.reason = "some-targets-failed";
  error.message = std::to_string(tally.failed) + " of " + std::to_string(results.size());
  error.message += " targets failed";
  if (tally.interrupted != 0)
    error.message += ", " + std::to_string(tally.interrupted) + " interrupted";
  if (tally.skipped != 0) error.message += ", " + std::to_string(tally.skipped) + " not begun";
  std::vector<std::string> names;
  for (const TargetResult& result : results)
    if (result.error) names.push_back(result.target.name);
  if (!names.empty()) error.message += ": " + names_text(names);
  error.hint = resume_command.empty()
                   ? "see how far each is, and name the last migration to keep with --to: the same "
                     "command again would undo others"
                   : "run what is left alone: " + resume_command;
  error.others = failures_of(results);
  if (error.others.size() > max_failures) error.others.resize(max_failures);
  for (Error& other : error.others) other.others.clear();
  return error;
}

}  // namespace garboard::cli
