// SPDX-License-Identifier: Apache-2.0
// seed: loads seed data.
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/progress.hpp"
#include "cli/run_identity.hpp"
#include "cli/run_world.hpp"
#include "cli/seed_report.hpp"
#include "execution/seed_run.hpp"
#include "loading/load_seeds.hpp"
#include "planning/seed_order.hpp"
#include "ports/observer.hpp"

namespace garboard::cli {

namespace {

using model::Event;
using model::EventKind;

/// Shows a run of seeds: one updating line on a terminal, log lines elsewhere.
class SeedProgress final : public ports::Observer {
 public:
  SeedProgress(Log& log, bool is_dry_run) : log_(log), is_dry_run_(is_dry_run) {}

  void notice(const Event& event) override {
    const std::string id(event.id);
    const std::string message(event.message);
    switch (event.kind) {
      case EventKind::migration_started:
        return log_.show_progress(id);
      case EventKind::progress:
        return log_.show_progress(id + ", " + message + ": " + std::to_string(event.done) +
                                  " rows");
      case EventKind::migration_finished:
        if (is_dry_run_) return;
        return log_.write(
            LogLevel::info,
            "finished seed " + id + " in " +
                base::rounded_duration_text(std::chrono::milliseconds(event.duration_ms)),
            {{"event", "seedFinished"}, {"id", id}});
      case EventKind::migration_failed:
        return log_.write(LogLevel::warn, "failed: seed " + id,
                          {{"event", "seedFailed"}, {"id", id}});
      case EventKind::lock_waiting:
        return log_waiting(log_, "lockWaiting", event);
      case EventKind::statement_blocked:
        return log_waiting(log_, "statementBlocked", event);
      case EventKind::retrying:
        return log_.write(LogLevel::warn, "retrying: " + message, {{"event", "retrying"}});
      case EventKind::run_finished:
        return log_.clear_progress();
      default:
        return;
    }
  }

 private:
  Log& log_;
  bool is_dry_run_;
};

}  // namespace

Result<int> run_seed(CommandContext& context) {
  const std::vector<std::filesystem::path> paths(context.arguments.words.begin(),
                                                 context.arguments.words.end());
  DiskFiles files;
  Result<std::vector<model::Seed>> seeds = loading::load_seeds(files, paths);
  if (!seeds) return std::move(seeds).error();
  Result<Connection> connection = named_connection(context);
  if (!connection) return std::move(connection).error();
  Result<std::unique_ptr<Database>> database =
      Database::load(context, std::move(connection).value(), Access::read_write);
  if (!database) return std::move(database).error();
  Result<std::unique_ptr<ports::Session>> session = (*database)->connect_patiently();
  if (!session) return std::move(session).error();

  const execution::SeedRunOptions options{.run = run_options(context),
                                          .environment = context.settings.text("seed-environment"),
                                          .is_dry_run = context.settings.is_on("dry-run"),
                                          .order = planning::order_tables};
  SeedProgress progress(context.log, options.is_dry_run);
  const RunWorld world(context, **database, files, progress);
  model::SeedRunReport run =
      execution::run_seeds(*seeds, *std::move(session), world.context(), options);
  fill_seed(context.report, run, (*database)->dialect().name, options.is_dry_run);
  if (run.error) return *std::move(run.error);
  return 0;
}

}  // namespace garboard::cli
