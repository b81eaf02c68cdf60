// SPDX-License-Identifier: Apache-2.0
#include "cli/run_hooks.hpp"

#include <algorithm>
#include <utility>

#include "cli/run_identity.hpp"
#include "cli/version.hpp"
#include "execution/reading.hpp"
#include "execution/script_outline.hpp"
#include "loading/hooks_file.hpp"

namespace garboard::cli {

namespace {

using base::Error;
using hooks::Subject;
using model::Finding;
using model::Severity;

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : static_cast<char>(c);
  });
  return text;
}

struct ServerName {
  std::string dialect, version;
};

/// The product, where it is another than the driver's own, as MariaDB is.
ServerName name_of(ports::Session& session) {
  const model::Dialect& dialect = session.dialect();
  ServerName name{.dialect = dialect.name, .version = {}};
  const auto info = session.server_info();
  const Json json = info ? Json::parse(*info, nullptr, false) : Json();
  if (!json.is_object()) return name;
  name.version = json.value("version", "");
  const std::string product = lowered(json.value("product", ""));
  if (!product.empty() && product != lowered(dialect.display_name)) name.dialect = product;
  return name;
}

LogLevel level_of(Severity severity) noexcept {
  return severity == Severity::info ? LogLevel::info : LogLevel::warn;
}

std::string text_of(const Finding& finding) {
  std::string text = finding.rule + ": " + finding.message;
  if (!finding.where.file.empty()) text = finding.where.text() + ": " + text;
  if (finding.suppressed) text += " (suppressed: " + finding.suppressed->reason + ")";
  return text;
}

}  // namespace

std::vector<HookedMigration> hooked_migrations(const model::Plan& plan) {
  std::vector<HookedMigration> migrations;
  for (const model::PlanItem& item : plan.items)
    if (item.is_to_run()) migrations.push_back({.change = item.change});
  return migrations;
}

Json findings_json(std::span<const Finding> findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    Json json = {{"hook", finding.hook},
                 {"rule", finding.rule},
                 {"severity", model::name_of(finding.severity)},
                 {"message", finding.message}};
    const auto add = [&json](const char* key, const std::string& value) {
      if (!value.empty()) json[key] = value;
    };
    add("why", finding.why);
    add("safe", finding.safe);
    add("url", finding.url);
    add("migration", finding.migration);
    if (finding.statement != 0) json["statement"] = finding.statement;
    if (!finding.where.file.empty()) json["where"] = place_json(finding.where);
    if (finding.suppressed) {
      json["suppressed"] = {{"reason", finding.suppressed->reason}};
      if (!finding.suppressed->until.empty())
        json["suppressed"]["until"] = finding.suppressed->until;
    }
    list.push_back(std::move(json));
  }
  return list;
}

RunHooks::RunHooks(CommandContext& context) : context_(context), run_id_(new_run_id()) {}

Result<std::unique_ptr<RunHooks>> RunHooks::load(CommandContext& context, ports::Files& files) {
  const std::string& path = context.settings.text("hooks");
  if (path.empty()) return make(context, {});
  Result<std::vector<model::HookSpec>> specs = loading::load_hooks(files, path);
  if (!specs) return std::move(specs).error();
  return make(context, *std::move(specs));
}

Result<std::unique_ptr<RunHooks>> RunHooks::make(CommandContext& context,
                                                 std::vector<model::HookSpec> specs) {
  std::unique_ptr<RunHooks> made(new RunHooks(context));
  if (!specs.empty()) made->host_ = make_host(context);
  auto hooks = hooks::Hooks::make(std::move(specs),
                                  {.host = made->host_.get(),
                                   .executable = executable_path(),
                                   .environment = context.environment.all(),
                                   .log =
                                       [&log = context.log](int level, std::string_view message) {
                                         log.write(static_cast<LogLevel>(std::clamp(level, 0, 3)),
                                                   message, {{"source", "hook"}});
                                       },
                                   .is_cancelled =
                                       [interrupt = context.interrupt] {
                                         return interrupt != nullptr && interrupt->is_requested();
                                       }});
  if (!hooks) return std::move(hooks).error();
  made->hooks_ = std::move(*hooks);
  return made;
}

void RunHooks::begin(std::string dialect, std::string version, std::string address) {
  if (std::exchange(has_begun_, true)) return;
  const Settings& settings = context_.settings;
  hooks_->begin(
      {.run_id = run_id_,
       .command = std::string(spec_of(context_.arguments.command).name),
       .app = settings.text("app"),
       .environment = settings.text("environment"),
       .version = version_text(),
       .applied_by = runner_name(context_.environment),
       .dialect = std::move(dialect),
       .server_version = std::move(version),
       .address = std::move(address)},
      [&log = context_.log](std::string_view text) { return log.redactor().apply(text); });
}

Result<void> RunHooks::before_run(std::vector<HookedMigration> migrations, const Database& database,
                                  ports::Session& session, ports::Files& files) {
  migrations_ = std::move(migrations);
  if (hooks_->empty()) return {};
  ServerName name = name_of(session);
  begin(std::move(name.dialect), std::move(name.version), database.shown());
  return ask(
      session.dialect(), files,
      [&](const std::string& operation) { return session.outline(operation); },
      [&](std::string_view sql) { return execution::read_rows_json(session, sql); });
}

Result<void> RunHooks::before_run(std::vector<HookedMigration> migrations,
                                  const plugin_host::Driver& driver, ports::Files& files) {
  migrations_ = std::move(migrations);
  if (hooks_->empty()) return {};
  begin(driver.dialect().name, {}, {});
  return ask(driver.dialect(), files,
             [&](const std::string& operation) { return driver.outline(operation); }, {});
}

Result<void> RunHooks::ask(
    const model::Dialect& dialect, ports::Files& files,
    const std::function<Result<model::Rendered>(const std::string&)>& outline,
    const hooks::QueryRows& query) {
  const bool wants_scripts = hooks_->wants("before_run") && !migrations_.empty();
  const std::int64_t lock_timeout = context_.settings.duration("lock-timeout").count();
  std::vector<model::ScriptOutline> outlines;
  outlines.reserve(migrations_.size());
  std::vector<Subject> subjects;
  for (const HookedMigration& each : migrations_) {
    const model::Change& change = *each.change;
    Subject subject{
        .change = &change,
        .is_rollback = each.is_rollback,
        .lock_timeout_ms = change.lock_timeout ? change.lock_timeout->count() : lock_timeout};
    if (wants_scripts) {
      auto made = execution::outline_script(
          change, each.is_rollback ? change.down : change.up, files, dialect,
          [&](const model::Step& step) { return outline(step.sql); });
      if (!made) return std::move(made).error().in("migration '" + change.id + "'");
      outlines.push_back(std::move(*made));
      subject.outline = &outlines.back();
    }
    subjects.push_back(subject);
  }
  hooks_->plan_ready(subjects);
  if (subjects.empty()) return {};
  auto asked = hooks_->before_run(subjects, query);
  for (const Finding& finding : hooks_->findings())
    if (asked || finding.severity != Severity::error || finding.suppressed)
      context_.log.write(level_of(finding.severity), text_of(finding),
                         {{"event", "finding"}, {"hook", finding.hook}, {"rule", finding.rule}});
  return asked;
}

ports::Observer& RunHooks::observer(ports::Observer& observer) noexcept {
  if (hooks_->empty()) return observer;
  hooks_->pass_on_to(&observer);
  return *hooks_;
}

void RunHooks::remember(const model::RunReport& report) { reports_.push_back(report); }

hooks::RunEnd RunHooks::how_it_ended(const Result<int>& ended) const {
  hooks::RunEnd how{.error = ended ? nullptr : &ended.error()};
  for (const model::RunReport& report : reports_) {
    how.duration_ms += report.duration_ms;
    for (const model::MigrationReport& each : report.migrations) {
      const auto found = std::ranges::find_if(migrations_, [&](const HookedMigration& migration) {
        return migration.change->id == each.id;
      });
      if (found == migrations_.end()) continue;
      how.subjects.push_back(
          {.change = found->change, .is_rollback = found->is_rollback, .report = &each});
      const bool is_left =
          each.outcome == model::Outcome::failed || each.outcome == model::Outcome::not_started;
      how.pending += is_left ? 1U : 0U;
    }
  }
  if (reports_.empty()) how.pending = migrations_.size();
  return how;
}

Result<int> RunHooks::end(Result<int> ended) {
  if (hooks_->empty()) return ended;
  begin(context_.settings.text("database").empty() ? "unknown" : context_.settings.text("database"),
        {}, {});
  if (!hooks_->findings().empty())
    context_.report.document["findings"] = findings_json(hooks_->findings());
  auto told = hooks_->end(how_it_ended(ended));
  if (!ended || told) return ended;
  return std::move(told).error();
}

}  // namespace garboard::cli
