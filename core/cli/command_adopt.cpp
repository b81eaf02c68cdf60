// SPDX-License-Identifier: Apache-2.0
// adopt: takes over another tool's history.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "cli/progress.hpp"
#include "cli/report_adopt.hpp"
#include "cli/run_identity.hpp"
#include "cli/run_world.hpp"
#include "cli/situation.hpp"
#include "execution/foreign_history.hpp"
#include "execution/record.hpp"
#include "loading/foreign_checksums.hpp"
#include "model/correction.hpp"
#include "planning/adoption.hpp"
#include "planning/planner.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using model::Correction;
using model::ForeignHistory;
using planning::Adoption;
using planning::AdoptionItem;

Result<model::ForeignTool> named_tool(const Settings& settings) {
  const std::string& name = settings.text("from");
  if (name.empty())
    return Error{.code = Code::usage,
                 .message = "--from is missing, which says whose history is to be taken over",
                 .hint = "as in --from flyway; `garboard help adopt` lists the tools"};
  const auto* const found = std::ranges::find(model::foreign_tool_names, name);
  return static_cast<model::ForeignTool>(found - model::foreign_tool_names.begin());
}

std::string detail_of(const ForeignHistory& history, const AdoptionItem& item) {
  const Json detail = {{"from", name_of(history.tool)},
                       {"table", history.table},
                       {"entry", item.entry->id},
                       {"verified", item.is_verified}};
  return dumped(detail);
}

std::vector<Correction> corrections_of(const Adoption& adoption, const ForeignHistory& history) {
  std::vector<Correction> corrections;
  for (const AdoptionItem* item : adoption.to_record) {
    const model::Change& change = *item->item->change;
    corrections.push_back({.kind = Correction::Kind::add,
                           .action = "adopted",
                           .change = &change,
                           .entry = {.id = change.id,
                                     .name = change.name,
                                     .started_at = item->entry->started_at,
                                     .finished_at = item->entry->finished_at},
                           .detail = detail_of(history, *item)});
  }
  return corrections;
}

/// Under the lock the tracking table is read again, and what it says by then counts.
Result<void> record(CommandContext& context, Situation& situation, DiskFiles& files,
                    const ForeignHistory& history, const loading::ForeignChecksums& checksums) {
  const execution::RunOptions options = run_options(context);
  context.report.document["runId"] = options.run_id;
  const std::string database = situation.database->dialect().name;
  Progress progress(context.log, 0);
  const RunWorld world(context, *situation.database, files, progress);
  auto written = execution::record(
      [&](const model::Ledger& ledger, ports::Session&) -> Result<std::vector<Correction>> {
        const model::Plan plan = planning::make_plan(situation.changes, ledger, database);
        const Result<Adoption> adoption = planning::make_adoption(history, plan, checksums);
        if (!adoption) return adoption.error();
        return corrections_of(*adoption, history);
      },
      std::move(situation.session), world.context(), options);
  if (!written) return std::move(written).error();
  return {};
}

}  // namespace

Result<int> run_adopt(CommandContext& context) {
  const Result<model::ForeignTool> tool = named_tool(context.settings);
  if (!tool) return tool.error();
  const bool is_dry = context.settings.is_on("dry-run");
  DiskFiles files;
  if (!has_plan(context.settings)) return named_source(context, files).error();
  Result<Situation> situation =
      look(context, files, is_dry ? Access::read_only : Access::read_write);
  if (!situation) return std::move(situation).error();
  const Result<ForeignHistory> history = execution::read_foreign_history(
      *situation->session, *tool, context.settings.text("from-table"));
  if (!history) return history.error();
  const auto checksums = loading::foreign_checksums(files, situation->changes, *history);
  if (!checksums) return checksums.error();
  const std::string name = situation->database->dialect().name;
  const model::Plan plan = planning::make_plan(situation->changes, situation->ledger, name);
  if (!plan.written_for.empty())
    return planning::check_plan(plan, {.allows_out_of_order = true}).error();
  const Result<Adoption> adoption = planning::make_adoption(*history, plan, *checksums);
  if (!adoption) return adoption.error();
  if (!is_dry && !adoption->to_record.empty()) {
    if (auto done = record(context, *situation, files, *history, *checksums); !done)
      return std::move(done).error();
  }
  fill_adopt(context.report, *adoption, *history, name, !is_dry);
  return 0;
}

}  // namespace garboard::cli
