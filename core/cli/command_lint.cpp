// SPDX-License-Identifier: Apache-2.0
// lint: what the hooks would say to a plan, without a database.
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/disk_files.hpp"
#include "cli/findings_formats.hpp"
#include "cli/migrations.hpp"
#include "cli/run_hooks.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

Result<std::vector<HookedMigration>> chosen(const CommandContext& context,
                                            const model::Changes& changes,
                                            const std::string& database) {
  const std::string& after = context.settings.text("after");
  std::vector<HookedMigration> migrations;
  bool has_begun = after.empty();
  for (const model::Change& change : changes.items) {
    if (has_begun && model::is_for(change.databases, database))
      migrations.push_back({.change = &change});
    if (change.id == after) has_begun = true;
  }
  if (has_begun) return migrations;
  return Error{.code = Code::usage,
               .message = "--after names '" + after + "', which is no migration of the plan"};
}

Result<std::unique_ptr<RunHooks>> hooks_of(CommandContext& context, ports::Files& files) {
  if (context.settings.is_given("hooks")) return RunHooks::load(context, files);
  return RunHooks::make(context, {{.name = "policy"}});
}

void fill(CommandContext& context, std::span<const model::Finding> findings,
          std::size_t migrations) {
  Report& report = context.report;
  const std::string& format = context.settings.text("findings");
  report.document["migrations"] = migrations;
  if (format == "sarif") report.text = findings_sarif(findings).dump(2) + "\n";
  if (format == "github") report.text = findings_github(findings);
  if (format == "junit") report.text = findings_junit(findings, migrations);
  if (format != "text") return;
  report.text = findings_text(findings) + std::to_string(migrations) + " migration(s), " +
                std::to_string(findings.size()) + " finding(s)\n";
}

}  // namespace

Result<int> run_lint(CommandContext& context) {
  DiskFiles files;
  Result<ShownPlan> plan = load_shown_plan(context, files);
  if (!plan) return std::move(plan).error();
  auto migrations = chosen(context, plan->changes, plan->driver->dialect().name);
  if (!migrations) return std::move(migrations).error();
  auto hooks = hooks_of(context, files);
  if (!hooks) return std::move(hooks).error();
  const std::size_t count = migrations->size();
  auto allowed = (*hooks)->before_run(*std::move(migrations), *plan->driver, files);
  fill(context, (*hooks)->findings(), count);
  return (*hooks)->end(allowed ? Result<int>(0) : Result<int>(std::move(allowed).error()));
}

}  // namespace garboard::cli
