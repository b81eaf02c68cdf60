// SPDX-License-Identifier: Apache-2.0
// migrate and status: what holds plans against a tracking table.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "cli/command.hpp"
#include "cli/comparison.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/run_hooks.hpp"
#include "cli/run_identity.hpp"
#include "cli/run_world.hpp"
#include "execution/ledger.hpp"
#include "execution/run.hpp"
#include "planning/planner.hpp"

namespace garboard::cli {

namespace {

using base::Error;
using model::ItemState;
using model::LedgerEntry;
using model::Plan;

planning::IfAhead if_ahead(const Settings& settings) {
  const std::string& text = settings.text("if-ahead");
  if (text == "ok") return planning::IfAhead::ok;
  return text == "fail" ? planning::IfAhead::fail : planning::IfAhead::warn;
}

void warn_of_unknown(const std::vector<LedgerEntry>& entries, Log& log) {
  if (entries.empty()) return;
  std::string ids;
  for (const LedgerEntry& entry : entries) {
    if (ids.size() > 300) {
      ids += ", ...";
      break;
    }
    ids += (ids.empty() ? "" : ", ") + entry.id;
  }
  log.write(LogLevel::warn,
            "the database has " + std::to_string(entries.size()) +
                " migration(s) that the plan does not know: " + ids,
            {{"event", "databaseAhead"}, {"count", entries.size()}});
}

model::RunReport apply(CommandContext& context, const Plan& plan, Database& database,
                       std::unique_ptr<ports::Session> session, DiskFiles& files, RunHooks& hooks) {
  Progress progress(context.log, plan.pending_count());
  const RunWorld world(context, database, files, hooks.observer(progress), hooks.gate());
  execution::RunOptions options = run_options(context);
  options.run_id = hooks.run_id();
  return execution::run(plan, std::move(session), world.context(), options);
}

// The first statement of the journal that is not done.
Result<PartialNotes> read_partial_notes(const Plan& plan, ports::Session& session,
                                        const execution::LedgerOptions& options) {
  PartialNotes notes;
  for (const model::PlanItem& item : plan.items) {
    if (item.state != ItemState::partial) continue;
    Result<std::vector<model::JournalEntry>> journal =
        execution::read_journal(session, options, item.change->id);
    if (!journal) return std::move(journal).error();
    PartialNote& note = notes[item.change->id];
    for (const model::JournalEntry& entry : *journal) {
      note = {.statement = entry.seq, .state = entry.state, .note = entry.note};
      if (entry.state != "done") break;
      note = {.statement = entry.seq + 1};
    }
  }
  return notes;
}

/// A text changed since is nothing to wait for, but worth an exit code.
bool is_unsettled(const model::PlanItem& item) {
  return item.is_lacking() || (item.is_selected && item.state == ItemState::changed);
}

/// Leaves behind in `kept` what the hooks are told of to the end.
Result<int> migrate(CommandContext& context, DiskFiles& files, RunHooks& hooks,
                    std::optional<Comparison>& kept) {
  Result<Comparison> compared =
      compare_with_database(context, files, Access::read_write, execution::Detail::brief);
  if (!compared) return std::move(compared).error();
  Comparison* const comparison = &kept.emplace(*std::move(compared));
  const Plan& plan = comparison->plan;
  const std::string& name = comparison->database->dialect().name;
  if (context.settings.is_on("dry-run")) fill_dry_run(context.report, plan, name);
  const planning::PlanPolicy policy{
      .allows_out_of_order = context.settings.is_on("allow-out-of-order"),
      .if_ahead = if_ahead(context.settings)};
  const Result<void> checked = planning::check_plan(plan, policy);
  if (!checked) return checked.error();
  if (policy.if_ahead == planning::IfAhead::warn) {
    warn_of_unknown(plan.missing, context.log);
    warn_of_unknown(plan.ahead, context.log);
  }
  auto allowed =
      hooks.before_run(hooked_migrations(plan), *comparison->database, *comparison->session, files);
  if (!allowed) return std::move(allowed).error();
  if (context.settings.is_on("dry-run")) return 0;
  if (plan.pending_count() == 0) {
    fill_migrate(context.report, plan, {.run_id = hooks.run_id()}, name);
    return 0;
  }
  model::RunReport run =
      apply(context, plan, *comparison->database, std::move(comparison->session), files, hooks);
  hooks.remember(run);
  fill_migrate(context.report, plan, run, name);
  if (!run.error) return 0;
  Error error = *std::move(run.error);
  error.applied = static_cast<std::size_t>(std::ranges::count(
      run.migrations, model::Outcome::applied, &model::MigrationReport::outcome));
  return error;
}

}  // namespace

Result<int> run_migrate(CommandContext& context) {
  DiskFiles files;
  auto hooks = RunHooks::load(context, files);
  if (!hooks) return std::move(hooks).error();
  std::optional<Comparison> comparison;
  return (*hooks)->end(migrate(context, files, **hooks, comparison));
}

Result<int> run_status(CommandContext& context) {
  DiskFiles files;
  Result<Comparison> comparison =
      compare_with_database(context, files, Access::read_only, execution::Detail::full);
  if (!comparison) return std::move(comparison).error();
  const Plan& plan = comparison->plan;
  const std::string& name = comparison->database->dialect().name;
  Result<PartialNotes> notes =
      read_partial_notes(plan, *comparison->session, ledger_options(context.settings));
  if (!notes) return std::move(notes).error();
  fill_status(context.report, plan, *notes, name);
  const bool is_asked = context.settings.is_on("exit-code");
  const bool is_pending = is_asked && std::ranges::any_of(plan.items, is_unsettled);
  return is_pending ? static_cast<int>(base::Code::pending) : 0;
}

}  // namespace garboard::cli
