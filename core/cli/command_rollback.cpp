// SPDX-License-Identifier: Apache-2.0
// rollback and redo: undoing what is applied.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "cli/progress.hpp"
#include "cli/report_rollback.hpp"
#include "cli/run_hooks.hpp"
#include "cli/run_identity.hpp"
#include "cli/run_world.hpp"
#include "cli/situation.hpp"
#include "execution/rollback.hpp"
#include "planning/planner.hpp"
#include "planning/rollback.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using execution::Undo;
using model::LedgerEntry;

/// For downs that were kept: the values that the plan gives, and those of --set before them.
model::Placeholders placeholders_of(const CommandContext& context, const model::Changes& changes) {
  model::Placeholders placeholders;
  for (const model::Change& change : changes.items)
    for (const std::vector<model::Step>* steps : {&change.up, &change.down})
      for (const model::Step& step : *steps)
        if (step.placeholders != nullptr)
          placeholders.insert(step.placeholders->begin(), step.placeholders->end());
  for (const std::string& given : context.settings.list("set"))
    if (const std::size_t equals = given.find('='); equals != std::string::npos)
      placeholders.insert_or_assign(given.substr(0, equals),
                                    model::Placeholder{.value = given.substr(equals + 1)});
  return placeholders;
}

Result<std::vector<Undo>> decide(CommandContext& context, Situation& situation, DiskFiles& files,
                                 const planning::RollbackScope& scope) {
  const execution::LedgerOptions options = ledger_options(context.settings);
  if (!scope.steps && scope.last_kept_id.empty()) {
    auto checked = execution::check_last_run(*situation.session, options, situation.ledger);
    if (!checked) return std::move(checked).error();
  }
  Result<std::vector<LedgerEntry>> entries =
      planning::choose_rollback(situation.ledger, scope, planning::staying_ids(situation.changes));
  if (!entries) return std::move(entries).error();
  return execution::find_downs(*situation.session, files, options, *entries, situation.changes,
                               placeholders_of(context, situation.changes));
}

/// A command at work; what hooks are told of lives to its end.
struct Work {
  CommandContext& context;
  DiskFiles& files;
  RunHooks& hooks;
  std::optional<Situation> situation = {};
  std::vector<Undo> undos = {};
};

Result<void> ask(Work& work) {
  std::vector<HookedMigration> migrations;
  for (const Undo& each : work.undos)
    migrations.push_back({.change = &each.change, .is_rollback = true});
  return work.hooks.before_run(std::move(migrations), *work.situation->database,
                               *work.situation->session, work.files);
}

execution::RunOptions options_of(const Work& work) {
  execution::RunOptions options = run_options(work.context);
  options.run_id = work.hooks.run_id();
  return options;
}

model::RunReport undo(Work& work) {
  Progress progress(work.context.log, work.undos.size());
  const RunWorld world(work.context, *work.situation->database, work.files,
                       work.hooks.observer(progress), work.hooks.gate());
  model::RunReport report =
      execution::roll_back(work.undos, work.situation->ledger, std::move(work.situation->session),
                           world.context(), options_of(work));
  work.hooks.remember(report);
  return report;
}

/// All of them must be in the plan, or they would be undone and not come back.
Result<void> check_redo(const std::vector<Undo>& undos, const model::Changes& changes) {
  for (const Undo& each : undos) {
    if (std::ranges::find(changes.items, each.entry.id, &model::Change::id) == changes.items.end())
      return Error{.code = Code::ahead,
                   .message = "migration '" + each.entry.id +
                              "' is not in the plan, so it could not be applied again",
                   .hint = "use the plan that has it; nothing was undone"};
  }
  return {};
}

/// Applies again what was undone, and nothing else that is pending.
Result<model::RunReport> apply_again(Work& work) {
  Situation& situation = *work.situation;
  Result<execution::OpenLedger> open = situation.database->open_ledger(execution::Detail::brief);
  if (!open) return std::move(open).error();
  model::Plan plan =
      planning::make_plan(situation.changes, open->ledger, situation.database->dialect().name);
  std::unordered_set<std::string_view> ids;
  for (const Undo& each : work.undos) ids.insert(each.entry.id);
  std::size_t count = 0;
  for (model::PlanItem& item : plan.items) {
    item.is_selected = ids.contains(item.change->id);
    count += item.is_to_run() ? 1U : 0U;
  }
  Progress progress(work.context.log, count);
  const RunWorld world(work.context, *situation.database, work.files, work.hooks.observer(progress),
                       work.hooks.gate());
  model::RunReport report =
      execution::run(plan, std::move(open->session), world.context(), options_of(work));
  work.hooks.remember(report);
  return report;
}

/// The error that ended a rollback of the last few or of the last run: once some are undone, the
/// same command chooses others. So it is final, for whoever tries again by the code alone.
Error final_once_undone(Error error, const model::RunReport& run, std::size_t chosen,
                        const std::string& next) {
  const auto undone = static_cast<std::size_t>(
      std::ranges::count_if(run.migrations, [](const model::MigrationReport& migration) {
        return migration.outcome == model::Outcome::rolled_back ||
               migration.outcome == model::Outcome::rolled_back_elsewhere;
      }));
  const bool may_be_more =
      std::ranges::any_of(run.migrations, &model::MigrationReport::may_be_done);
  if ((undone == 0 && !may_be_more) || !base::is_retryable_exit(error.code)) return error;
  error.code = Code::half_applied;
  error.reason = "rollback-incomplete";
  error.message = std::to_string(undone) + " of " + std::to_string(chosen) + " undone" +
                  (may_be_more ? ", perhaps one more" : "") + ", and then: " + error.message;
  error.hint = "do not repeat the command, which would undo others; " + next;
  return error;
}

/// Looks at the database, and decides what is to be undone.
Result<void> begin(Work& work, const planning::RollbackScope& scope) {
  Result<Situation> situation = look(work.context, work.files, Access::read_write);
  if (!situation) return std::move(situation).error();
  work.situation.emplace(*std::move(situation));
  Result<std::vector<Undo>> undos = decide(work.context, *work.situation, work.files, scope);
  if (!undos) return std::move(undos).error();
  work.undos = *std::move(undos);
  return {};
}

Result<int> rollback(Work& work) {
  CommandContext& context = work.context;
  const Settings& settings = context.settings;
  planning::RollbackScope scope{.last_kept_id = settings.text("to")};
  if (settings.is_given("steps")) {
    scope.steps = settings.number("steps");
    if (!scope.last_kept_id.empty())
      return Error{.code = Code::usage,
                   .message = "--steps and --to are both given, expected one",
                   .hint = "see garboard help rollback"};
  }
  if (auto begun = begin(work, scope); !begun) return std::move(begun).error();
  const std::string name = work.situation->database->dialect().name;
  if (auto asked = ask(work); !asked) return std::move(asked).error();
  if (settings.is_on("dry-run") || work.undos.empty()) {
    fill_rollback_outlook(context.report, work.undos, name, settings.is_on("dry-run"));
    return 0;
  }
  model::RunReport run = undo(work);
  fill_rollback(context.report, work.undos, {&run}, name);
  if (!run.error) return 0;
  if (!scope.last_kept_id.empty()) return *std::move(run.error);
  return final_once_undone(*std::move(run.error), run, work.undos.size(),
                           "see `garboard status`, and name the last one to keep with --to");
}

Result<int> redo(Work& work) {
  CommandContext& context = work.context;
  auto begun = begin(work, {.steps = context.settings.number("steps").value_or(1)});
  if (!begun) return std::move(begun).error();
  if (auto checked = check_redo(work.undos, work.situation->changes); !checked)
    return checked.error();
  const std::string name = work.situation->database->dialect().name;
  if (auto asked = ask(work); !asked) return std::move(asked).error();
  if (context.settings.is_on("dry-run") || work.undos.empty()) {
    fill_rollback_outlook(context.report, work.undos, name, context.settings.is_on("dry-run"));
    return 0;
  }
  const model::RunReport undone = undo(work);
  fill_rollback(context.report, work.undos, {&undone}, name);
  const auto final_error = [&](Error error) {
    return final_once_undone(std::move(error), undone, work.undos.size(),
                             "`garboard migrate` applies again what is undone");
  };
  if (undone.error) return final_error(*undone.error);
  Result<model::RunReport> done = apply_again(work);
  if (!done) return final_error(std::move(done).error());
  fill_rollback(context.report, work.undos, {&undone, &*done}, name);
  if (done->error) return final_error(*std::move(done->error));
  return 0;
}

template <class Body>
Result<int> with_hooks(CommandContext& context, const Body& body) {
  DiskFiles files;
  auto hooks = RunHooks::load(context, files);
  if (!hooks) return std::move(hooks).error();
  Work work{.context = context, .files = files, .hooks = **hooks};
  return (*hooks)->end(body(work));
}

}  // namespace

Result<int> run_rollback(CommandContext& context) { return with_hooks(context, rollback); }
Result<int> run_redo(CommandContext& context) { return with_hooks(context, redo); }

}  // namespace garboard::cli
