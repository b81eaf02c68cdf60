// SPDX-License-Identifier: Apache-2.0
// baseline, mark and repair: corrections of the record, which run nothing.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "cli/progress.hpp"
#include "cli/report_record.hpp"
#include "cli/run_identity.hpp"
#include "cli/run_world.hpp"
#include "cli/situation.hpp"
#include "execution/record.hpp"
#include "execution/repair.hpp"
#include "planning/corrections.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using model::Correction;

/// A decision on the plan that is at hand.
using Deciding = std::function<Result<std::vector<Correction>>(
    const Situation& situation, const model::Ledger& ledger, ports::Session& session)>;

/// Under the lock the decision is made anew, from what the tracking table says then.
Result<std::vector<Correction>> write(CommandContext& context, Situation& situation,
                                      DiskFiles& files, const Deciding& deciding,
                                      const execution::RunOptions& options) {
  Progress progress(context.log, 0);
  const RunWorld world(context, *situation.database, files, progress);
  return execution::record(
      [&](const model::Ledger& ledger, ports::Session& session) {
        return deciding(situation, ledger, session);
      },
      std::move(situation.session), world.context(), options);
}

Result<int> correct(CommandContext& context, const Deciding& deciding) {
  DiskFiles files;
  Result<Situation> situation = look(context, files, Access::read_write);
  if (!situation) return std::move(situation).error();
  const std::string name = situation->database->dialect().name;
  Result<std::vector<Correction>> corrections =
      deciding(*situation, situation->ledger, *situation->session);
  if (!corrections) return std::move(corrections).error();
  const bool is_dry_run = context.settings.is_on("dry-run");
  const execution::RunOptions options = run_options(context);
  if (!is_dry_run && !corrections->empty()) {
    corrections = write(context, *situation, files, deciding, options);
    if (!corrections) return std::move(corrections).error();
  }
  fill_corrections(context.report, *corrections, name, is_dry_run ? "" : options.run_id);
  return 0;
}

Result<int> show_repairs(CommandContext& context) {
  DiskFiles files;
  Result<Situation> situation = look(context, files, Access::read_only);
  if (!situation) return std::move(situation).error();
  Result<std::vector<execution::Finding>> findings =
      execution::find_repairs(*situation->session, files, ledger_options(context.settings),
                              situation->ledger, situation->changes);
  if (!findings) return std::move(findings).error();
  fill_repairs(context.report, *findings, situation->database->dialect().name,
               has_plan(context.settings));
  return 0;
}

Result<int> settle(CommandContext& context) {
  const Settings& settings = context.settings;
  const std::vector<std::string>& ids = context.arguments.words;
  if (ids.size() > 1)
    return Error{.code = Code::usage,
                 .message = "--statement is for one migration at a time",
                 .hint = "see garboard help repair"};
  const std::string id = ids.empty() ? std::string() : ids.front();
  const bool is_done = settings.text("statement") == "done";
  return correct(context, [&, is_done](const Situation&, const model::Ledger& ledger,
                                       ports::Session& session) {
    return execution::settle_statement(session, ledger_options(settings), ledger, id, is_done,
                                       settings.text("reason"));
  });
}

}  // namespace

Result<int> run_baseline(CommandContext& context) {
  return correct(context, [&](const Situation& situation, const model::Ledger& ledger,
                              ports::Session& session) {
    return planning::plan_baseline(situation.changes, ledger, session.dialect().name,
                                   context.arguments.words.front());
  });
}

Result<int> run_mark(CommandContext& context) {
  const std::string& reason = context.settings.text("reason");
  const std::string& state = context.arguments.words.at(1);
  if (state != "applied" && state != "pending")
    return Error{.code = Code::usage,
                 .message = "a migration can be marked `applied` or `pending`",
                 .hint = "see garboard help mark"};
  if (reason.empty())
    return Error{.code = Code::usage,
                 .message = "--reason is missing: why is the record corrected by hand?",
                 .hint = "as in --reason 'applied by hand on Monday, ticket 12'; it is kept"};
  return correct(
      context, [&](const Situation& situation, const model::Ledger& ledger, ports::Session&) {
        return planning::plan_mark(situation.changes, ledger, context.arguments.words.front(),
                                   state == "applied", reason);
      });
}

Result<int> run_repair(CommandContext& context) {
  const Settings& settings = context.settings;
  const bool is_accepting = settings.is_on("accept-changed");
  const bool is_settling = settings.is_given("statement");
  if (is_accepting && is_settling)
    return Error{.code = Code::usage,
                 .message = "--statement and --accept-changed are both given, expected one",
                 .hint = "see garboard help repair"};
  if (is_settling) return settle(context);
  if (!is_accepting) {
    if (!context.arguments.words.empty())
      return Error{.code = Code::usage,
                   .message = "what is to be done with these migrations?",
                   .hint =
                       "pass --statement done|not-done or --accept-changed; without ids and "
                       "options, repair shows what needs it"};
    return show_repairs(context);
  }
  if (!has_plan(settings))
    return Error{.code = Code::usage,
                 .message = "the new checksums are those of a plan, and none is named",
                 .hint = "pass --plan FILE or --dir PATH"};
  return correct(context,
                 [&](const Situation& situation, const model::Ledger& ledger, ports::Session&) {
                   return planning::plan_accept(situation.changes, ledger, context.arguments.words,
                                                settings.text("reason"));
                 });
}

}  // namespace garboard::cli
