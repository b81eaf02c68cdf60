// SPDX-License-Identifier: Apache-2.0
#include "cli/fleet.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "base/time.hpp"
#include "cli/fleet_process.hpp"
#include "cli/fleet_report.hpp"
#include "cli/fleet_targets.hpp"
#include "cli/progress.hpp"
#include "cli/retry.hpp"
#include "fleet/pool.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using Clock = std::chrono::steady_clock;

constexpr std::size_t max_listed = 20;  // targets in a command that resumes

LogLevel level_named(const Json& line) {
  const auto level = line.find("level");
  const std::string name = level != line.end() && level->is_string() ? *level : "info";
  if (name == "debug") return LogLevel::debug;
  if (name == "warn") return LogLevel::warn;
  return name == "error" ? LogLevel::error : LogLevel::info;
}

/// Whether the command, run again, would undo other migrations.
bool chooses_anew(const CommandContext& context) {
  return context.arguments.command == Command::rollback && context.settings.text("to").empty();
}

class FleetRun {
 public:
  FleetRun(CommandContext& context, const Fleet& fleet, const fleet::Waves& waves)
      : context_(context),
        fleet_(fleet),
        command_(context, fleet),
        canaries_(waves.canaries.size()) {
    for (const auto* wave : {&waves.canaries, &waves.others})
      for (const model::Target& target : *wave) results_.push_back({.target = target});
    redactors_.resize(results_.size());
  }

  Result<int> run();

 private:
  Result<base::ProcessSpec> prepare(std::size_t index);
  void pass_on(std::size_t index, std::string_view line);
  void end(std::size_t index, const fleet::Outcome& outcome);
  void refuse(std::size_t index, const Error& error);
  void tell(const TargetResult& result);
  [[nodiscard]] bool has_failures() const;
  [[nodiscard]] std::string resume_command() const;

  CommandContext& context_;
  const Fleet& fleet_;
  TargetCommand command_;
  std::size_t canaries_;
  std::vector<TargetResult> results_;
  std::vector<base::Redactor> redactors_;  // of what runs: for what is no line of a log
  std::size_t done_ = 0;
};

Result<base::ProcessSpec> FleetRun::prepare(std::size_t index) {
  const model::Target& target = results_[index].target;
  Result<Connection> connection = connection_of(context_, fleet_, target);
  if (!connection) return std::move(connection).error();
  const std::string text = url_text(connection->url);
  for (const std::string& secret : connection->secrets) redactors_[index].add(secret);
  return command_.of(target, text);
}

void FleetRun::pass_on(std::size_t index, std::string_view line) {
  const std::string& name = results_[index].target.name;
  const bool is_text = context_.log.style().format == LogFormat::text;
  const auto say = [&](LogLevel level, const std::string& message, Json fields) {
    context_.log.write(level, is_text ? name + ": " + message : message, std::move(fields));
  };
  Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("message") || !json["message"].is_string())
    return say(LogLevel::warn, redactors_[index].apply(line), {{"target", name}});
  if (json.contains("code") && json.contains("reason") && json.contains("retryable"))
    return;  // its end, which its report has too
  const LogLevel level = level_named(json);
  const std::string message = json["message"];
  Json fields = {{"target", name}};
  for (const auto& [key, value] : json.items())
    if (key != "time" && key != "level" && key != "message") fields[key] = value;
  say(level, message, std::move(fields));
}

void FleetRun::end(std::size_t index, const fleet::Outcome& outcome) {
  TargetResult& result = results_[index];
  result.outcome = outcome;
  redactors_[index] = {};
  read_output(result);
  tell(result);
}

void FleetRun::refuse(std::size_t index, const Error& error) {
  TargetResult& result = results_[index];
  result.error = error;
  result.outcome.exit_code = static_cast<int>(error.code);
  result.outcome.state = fleet::State::failed;
  tell(result);
}

void FleetRun::tell(const TargetResult& result) {
  ++done_;
  const LogStyle style = context_.log.style();
  if (style.is_terminal && style.format == LogFormat::text) {
    const auto failed = std::ranges::count_if(
        results_, [](const TargetResult& each) { return each.error.has_value(); });
    context_.log.show_progress(progress_bar(done_, results_.size()) + " targets, " +
                               std::to_string(failed) + " failed");
    if (!result.error) return;
  }
  const std::string words =
      result.error ? "failed: " + result.error->message : summary_words(result);
  Json fields = {{"event", "targetFinished"},
                 {"target", result.target.name},
                 {"exitCode", result.outcome.exit_code},
                 {"durationMs", result.outcome.duration.count()}};
  if (result.error) fields["error"] = error_json(*result.error, {});
  context_.log.write(result.error ? LogLevel::error : LogLevel::info,
                     result.target.name + ": " + (words.empty() ? "done" : words) + ", in " +
                         base::rounded_duration_text(result.outcome.duration),
                     std::move(fields));
}

bool FleetRun::has_failures() const {
  return std::ranges::any_of(results_, [](const auto& each) { return each.error.has_value(); });
}

std::string FleetRun::resume_command() const {
  std::vector<std::string> left;
  for (const TargetResult& result : results_)
    if (result.outcome.state != fleet::State::succeeded) left.push_back(result.target.name);
  if (left.empty() || chooses_anew(context_)) return {};
  if (left.size() <= max_listed) return command_for(context_, left);
  return command_for(context_, {}) + " --only-failed=REPORT.json";
}

Result<int> FleetRun::run() {
  const Clock::time_point started = Clock::now();
  const auto is_interrupted = [this] { return context_.interrupt->is_requested(); };
  const fleet::PoolOwner owner{
      .prepare = [this](std::size_t index) { return prepare(index); },
      .on_line = [this](std::size_t index, std::string_view line) { pass_on(index, line); },
      .on_end = [this](std::size_t index, const auto& outcome) { end(index, outcome); },
      .on_refusal = [this](std::size_t index, const Error& error) { refuse(index, error); },
      .is_interrupted = is_interrupted};
  const std::size_t parallel = context_.settings.number("parallel").value_or(1);
  fleet::run_pool(owner, 0, canaries_, parallel);
  if (!has_failures()) fleet::run_pool(owner, canaries_, results_.size() - canaries_, parallel);
  context_.log.clear_progress();
  std::vector<fleet::Outcome> outcomes;
  for (const TargetResult& result : results_) outcomes.push_back(result.outcome);
  const int code = fleet::exit_code_of(outcomes, is_interrupted());
  const std::string resume = resume_command();
  const bool is_success = fleet::state_of(code) == fleet::State::succeeded;
  const Error error = is_success ? Error{} : fleet_error(results_, code, resume);
  fill_fleet(context_.report, std::move(results_),
             std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started), resume);
  if (is_success) return code;
  return error;
}

Result<void> check_settings(const CommandContext& context) {
  for (const char* option : {"url", "url-env", "env-prefix"}) {
    const Setting& setting = context.settings.setting(option);
    if (setting.origin != Origin::flag) continue;
    return Error{.code = Code::usage,
                 .message = "--targets and " + setting.place + " both name databases",
                 .hint = "the URLs of --targets stand in its file"};
  }
  if (context.settings.text("only-failed").empty()) return {};
  if (!context.settings.list("target").empty())
    return Error{.code = Code::usage,
                 .message = "--only-failed and --target both say which targets to run",
                 .hint = "leave one of them out"};
  if (chooses_anew(context))
    return Error{.code = Code::usage,
                 .message = "--only-failed would undo more where a part is undone already",
                 .hint = "name the last migration to keep with --to"};
  return {};
}

}  // namespace

bool is_for_fleet(const CommandContext& context) {
  const bool takes_targets =
      (find_option("parallel")->commands & bit(context.arguments.command)) != 0;
  return takes_targets && !context.settings.text("targets").empty();
}

Result<void> check_no_fleet(const CommandContext& context) {
  if (!context.settings.text("targets").empty()) return {};
  for (const std::string_view option : fleet_options) {
    const Setting& setting = context.settings.setting(option);
    if (setting.origin != Origin::flag) continue;
    return Error{.code = Code::usage,
                 .message = setting.place + " is for many databases, and no targets file is named",
                 .hint = "add --targets FILE, or leave it out"};
  }
  return {};
}

Result<int> run_for_fleet(CommandContext& context) {
  if (auto checked = check_settings(context); !checked) return std::move(checked).error();
  Result<Fleet> fleet = Fleet{};
  // schemas may have to be asked for at a server that is starting
  Result<int> loaded = run_with_retries(context, [&]() -> Result<int> {
    fleet = load_fleet(context);
    if (!fleet) return fleet.error();
    return 0;
  });
  if (!loaded) return loaded;
  Result<fleet::Waves> waves = choose_targets(context, *fleet);
  if (!waves) return std::move(waves).error();
  // from here on what is interrupted ends by itself
  context.interrupt->on_abandon({});
  return FleetRun(context, *fleet, *waves).run();
}

void end_with_parent(const std::string& parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  // to the process, not this thread: another one waits for signals
  if (std::to_string(getppid()) != parent) kill(getpid(), SIGTERM);
}

}  // namespace garboard::cli
