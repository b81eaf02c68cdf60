// SPDX-License-Identifier: Apache-2.0
#include "hooks/hooks.hpp"

#include <algorithm>
#include <utility>

#include "hooks/findings.hpp"

namespace garboard::hooks {

namespace {

using base::Code;
using base::Error;
using model::Event;
using model::EventKind;
using model::Finding;
using model::Severity;

/// What docs/events.md calls it; empty for what is told to nobody.
std::string_view type_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::before_migration:
      return "before_migration";
    case EventKind::before_statement:
      return "before_statement";
    case EventKind::statement_finished:
      return "after_statement";
    case EventKind::migration_finished:
      return "after_migration";
    case EventKind::migration_failed:
      return "migration.failed";
    case EventKind::lock_waiting:
    case EventKind::statement_blocked:
      return "lock.waiting";
    default:
      return {};
  }
}

Json waiting_json(const Event& event) {
  Json json = {{"for", event.kind == EventKind::lock_waiting ? "run" : "statement"},
               {"waitedMs", event.duration_ms},
               {"blockers", Json::array()}};
  for (const model::Blocker& blocker : event.blockers)
    json["blockers"].push_back(blocker_json(blocker));
  return json;
}

Error of_finding(const Finding& finding) {
  return {.code = Code::policy_refused,
          .message = finding.rule + ": " + finding.message +
                     (finding.why.empty() ? "" : " (" + finding.why + ")"),
          .hint = finding.safe,
          .where = finding.where};
}

Error as_required(Error error) {
  error.code = Code::plugin;
  error.message += "; the hooks file says that it is required";
  return error;
}

bool denies(const Finding& finding) noexcept {
  return finding.severity == Severity::error && !finding.suppressed;
}

}  // namespace

Result<std::unique_ptr<Hooks>> Hooks::make(std::vector<model::HookSpec> specs, HookWorld world) {
  std::unique_ptr<Hooks> hooks(new Hooks(std::move(world)));
  for (model::HookSpec& spec : specs) {
    auto hook = Hook::make(std::move(spec), hooks->world_);
    if (!hook) return std::move(hook).error();
    hooks->hooks_.push_back(std::move(*hook));
  }
  for (const auto& hook : hooks->hooks_)
    if (hook->is_told_in_any_case()) hook->start_ahead();
  hooks->is_about_statements_ = hooks->wants("before_statement") || hooks->wants("after_statement");
  return hooks;
}

bool Hooks::wants(std::string_view event, bool is_idle) const noexcept {
  return std::ranges::any_of(hooks_, [=](const auto& hook) { return hook->wants(event, is_idle); });
}

void Hooks::begin(RunFacts facts, std::function<std::string(std::string_view)> redact) {
  writer_ = std::make_unique<EventWriter>(std::move(facts), std::move(redact));
}

void Hooks::tell(std::string_view type, std::string_view subject, const Json& data, bool is_idle) {
  if (!writer_ || !wants(type, is_idle)) return;
  const std::string event = writer_->event(type, subject, data);
  for (const auto& hook : hooks_)
    if (hook->wants(type, is_idle)) hook->tell(event);
}

void Hooks::plan_ready(std::span<const Subject> subjects) {
  Json migrations = Json::array();
  for (Subject subject : subjects) {
    subject.outline = nullptr;
    migrations.push_back(migration_json(subject));
    subjects_.push_back(subject);
  }
  tell("plan.ready", {}, {{"migrations", std::move(migrations)}}, subjects.empty());
}

/// So that what is wrong with their configs is known before anything is begun. Who is asked at once
/// is started by that.
Result<void> Hooks::start_all() {
  for (const auto& hook : hooks_)
    if (!hook->wants("before_run")) hook->start_ahead();
  for (const auto& hook : hooks_)
    if (auto started = hook->wait_for_start(); !started) return as_required(started.error());
  return {};
}

Result<void> Hooks::before_run(std::span<const Subject> subjects, const QueryRows& query) {
  if (auto started = start_all(); !started) return started;
  if (!wants("before_run")) return {};
  Json migrations = Json::array();
  for (const Subject& subject : subjects) migrations.push_back(migration_json(subject));
  return ask_all("before_run", {}, {{"migrations", std::move(migrations)}}, query);
}

/// Of a migration among those of the run.
Json Hooks::place_of(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      subjects_, [id](const Subject& subject) { return subject.change->id == id; });
  if (found == subjects_.end()) return Json::object();
  return {{"migration", migration_json(*found)},
          {"index", found - subjects_.begin() + 1},
          {"total", subjects_.size()}};
}

Result<void> Hooks::ask(const Event& event) {
  const std::string_view type = type_of(event.kind);
  if (event.kind == EventKind::before_migration) {  // of a redo, which goes both ways
    const std::lock_guard lock(mutex_);
    for (Subject& subject : subjects_)
      if (subject.change->id == event.id) subject.is_rollback = event.is_rollback;
  }
  if (!wants(type)) return {};
  Json data = place_of(event.id);
  if (event.statement != nullptr) data["statement"] = statement_json(*event.statement);
  return ask_all(type, event.id, data, {});
}

/// Asks every hook, also after one has denied, so that all findings are known at once.
Result<void> Hooks::ask_all(std::string_view type, std::string_view subject, const Json& data,
                            const QueryRows& query) {
  const std::string event = writer_->event(type, subject, data);
  const std::size_t first = findings_.size();
  std::optional<Error> failure;
  bool is_denied = false;
  for (const auto& hook : hooks_) {
    if (!hook->wants(type)) continue;
    auto allowed = allows(*hook, event, query);
    if (allowed) {
      is_denied = is_denied || !*allowed;
    } else if (!failure) {
      failure = std::move(allowed).error();
    }
  }
  for (std::size_t i = first; i < findings_.size(); ++i) {
    if (!findings_[i].suppressed) continue;
    ++overrides_;
    tell("override.used", findings_[i].migration, {{"override", override_json(findings_[i])}});
  }
  if (is_denied) return denial(first);
  if (failure) return *std::move(failure);
  return {};
}

/// False when the hook denies. An error when it cannot be asked, unless that is to be ignored.
Result<bool> Hooks::allows(Hook& hook, std::string_view event_json, const QueryRows& query) {
  auto answer = hook.ask(event_json, query);
  Result<std::vector<Finding>> findings =
      answer ? read_findings(answer->findings_json, hook.spec().name)
             : Result<std::vector<Finding>>(answer.error());
  if (!findings) {
    Error error = std::move(findings).error();
    if (error.code == Code::terminated) return error;
    if (hook.spec().allows_on_error) {
      if (world_.log) world_.log(2, error.message + "; ignored, as the hooks file says");
      return true;
    }
    error.code = Code::policy_refused;
    error.message += ", so nobody knows whether this may be done";
    return std::move(error).hinted("mend the hook, or say `on_error: ignore` in the hooks file");
  }
  const bool has_error = std::ranges::any_of(*findings, denies);
  std::ranges::move(*findings, std::back_inserter(findings_));
  const bool is_verdict = answer->verdict == GBD_ALLOW || answer->verdict == GBD_WARN;
  if (is_verdict && has_error && world_.log)
    world_.log(2, "the hook " + hook.spec().name + " found an error and allows it all the same");
  return is_verdict;
}

Error Hooks::denial(std::size_t first_finding) const {
  std::vector<Error> reasons;
  for (std::size_t i = first_finding; i < findings_.size(); ++i)
    if (denies(findings_[i])) reasons.push_back(of_finding(findings_[i]));
  if (reasons.empty())
    return {.code = Code::policy_refused, .message = "a hook denies this, and does not say why"};
  Error first = std::move(reasons.front());
  first.others.assign(std::make_move_iterator(reasons.begin() + 1),
                      std::make_move_iterator(reasons.end()));
  return first;
}

void Hooks::notice(const Event& event) {
  if (next_ != nullptr) next_->notice(event);
  {
    const std::lock_guard lock(mutex_);
    if (event.kind == EventKind::retrying) ++lock_retries_;
    if (event.kind == EventKind::lock_waiting || event.kind == EventKind::statement_blocked)
      lock_wait_ms_ = std::max(lock_wait_ms_, event.duration_ms);
  }
  const std::string_view type = type_of(event.kind);
  if (type.empty() || !wants(type)) return;
  Json data = place_of(event.id);
  if (type == "lock.waiting") data["waiting"] = waiting_json(event);
  if (event.statement != nullptr) data["statement"] = statement_json(*event.statement);
  if (event.error != nullptr) data["error"] = event_error_json(*event.error);
  if (event.kind == EventKind::migration_finished || event.kind == EventKind::migration_failed)
    data["durationMs"] = event.duration_ms;
  tell(type, event.id, data);
}

Json Hooks::summary(const RunEnd& how) const {
  const auto is_done = [](const Subject& subject) {
    return subject.report != nullptr && (subject.report->outcome == model::Outcome::applied ||
                                         subject.report->outcome == model::Outcome::rolled_back);
  };
  const auto count = [this](Severity severity) {
    return std::ranges::count_if(findings_, [severity](const Finding& finding) {
      return finding.severity == severity && !finding.suppressed;
    });
  };
  return {{"durationMs", how.duration_ms},
          {"applied", std::ranges::count_if(how.subjects, is_done)},
          {"pending", how.pending},
          {"lockWaitMs", lock_wait_ms_},
          {"lockRetries", lock_retries_},
          {"findings",
           {{"error", count(Severity::error)},
            {"warning", count(Severity::warning)},
            {"info", count(Severity::info)}}},
          {"overrides", overrides_}};
}

Result<void> Hooks::end(const RunEnd& how) {
  const bool is_cancelled = how.error != nullptr && how.error->code == Code::terminated;
  const std::string_view type = how.error == nullptr ? "run.succeeded"
                                : is_cancelled       ? "run.cancelled"
                                                     : "run.failed";
  if (wants(type)) {
    Json data = {{"summary", summary(how)}, {"migrations", Json::array()}};
    for (const Subject& subject : how.subjects)
      data["migrations"].push_back(migration_json(subject));
    if (how.error != nullptr) data["error"] = event_error_json(*how.error);
    tell(type, {}, data, how.error == nullptr && data["summary"]["applied"] == 0);
  }
  for (const auto& hook : hooks_) hook->begin_end();
  Result<void> ended;
  for (const auto& hook : hooks_) {
    auto finished = hook->finish();
    if (finished || !hook->spec().is_required || !ended) continue;
    ended = as_required(std::move(finished).error());
  }
  hooks_.clear();
  return ended;
}

}  // namespace garboard::hooks
