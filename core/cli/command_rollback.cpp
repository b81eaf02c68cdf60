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

model::RunReport undo(CommandContext& context, Situation& situation, DiskFiles& files,
                      const std::vector<Undo>& undos) {
  Progress progress(context.log, undos.size());
  const RunWorld world(context, *situation.database, files, progress);
  return execution::roll_back(undos, situation.ledger, std::move(situation.session),
                              world.context(), run_options(context));
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
Result<model::RunReport> apply_again(CommandContext& context, Situation& situation,
                                     DiskFiles& files, const std::vector<Undo>& undos) {
  Result<execution::OpenLedger> open = situation.database->open_ledger(execution::Detail::brief);
  if (!open) return std::move(open).error();
  model::Plan plan =
      planning::make_plan(situation.changes, open->ledger, situation.database->dialect().name);
  std::unordered_set<std::string_view> ids;
  for (const Undo& each : undos) ids.insert(each.entry.id);
  std::size_t count = 0;
  for (model::PlanItem& item : plan.items) {
    item.is_selected = ids.contains(item.change->id);
    count += item.is_to_run() ? 1U : 0U;
  }
  Progress progress(context.log, count);
  const RunWorld world(context, *situation.database, files, progress);
  return execution::run(plan, std::move(open->session), world.context(), run_options(context));
}

}  // namespace

Result<int> run_rollback(CommandContext& context) {
  const Settings& settings = context.settings;
  planning::RollbackScope scope{.last_kept_id = settings.text("to")};
  if (settings.is_given("steps")) {
    scope.steps = settings.number("steps");
    if (!scope.last_kept_id.empty())
      return Error{.code = Code::usage,
                   .message = "--steps and --to are both given, expected one",
                   .hint = "see garboard help rollback"};
  }
  DiskFiles files;
  Result<Situation> situation = look(context, files, Access::read_write);
  if (!situation) return std::move(situation).error();
  Result<std::vector<Undo>> undos = decide(context, *situation, files, scope);
  if (!undos) return std::move(undos).error();
  const std::string name = situation->database->dialect().name;
  if (settings.is_on("dry-run") || undos->empty()) {
    fill_rollback_outlook(context.report, *undos, name, settings.is_on("dry-run"));
    return 0;
  }
  model::RunReport run = undo(context, *situation, files, *undos);
  fill_rollback(context.report, *undos, {&run}, name);
  if (run.error) return *std::move(run.error);
  return 0;
}

Result<int> run_redo(CommandContext& context) {
  const std::size_t steps = context.settings.number("steps").value_or(1);
  DiskFiles files;
  Result<Situation> situation = look(context, files, Access::read_write);
  if (!situation) return std::move(situation).error();
  Result<std::vector<Undo>> undos = decide(context, *situation, files, {.steps = steps});
  if (!undos) return std::move(undos).error();
  if (auto checked = check_redo(*undos, situation->changes); !checked) return checked.error();
  const std::string name = situation->database->dialect().name;
  if (context.settings.is_on("dry-run") || undos->empty()) {
    fill_rollback_outlook(context.report, *undos, name, context.settings.is_on("dry-run"));
    return 0;
  }
  const model::RunReport undone = undo(context, *situation, files, *undos);
  fill_rollback(context.report, *undos, {&undone}, name);
  if (undone.error) return *undone.error;
  Result<model::RunReport> done = apply_again(context, *situation, files, *undos);
  if (!done) return std::move(done).error();
  fill_rollback(context.report, *undos, {&undone, &*done}, name);
  if (done->error) return *std::move(done->error);
  return 0;
}

}  // namespace garboard::cli
