// SPDX-License-Identifier: Apache-2.0
#include "cli/comparison.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "cli/migrations.hpp"
#include "planning/planner.hpp"

namespace garboard::cli {

namespace {

// Below this, starting a thread costs more than it saves.
constexpr std::uintmax_t large_plan_bytes = std::uintmax_t{64} << 10U;

/// The plans on their way from the files: read at once, or by a thread beside the caller.
class PlanReading {
 public:
  PlanReading(const CommandContext& context, ports::Files& files) {
    const auto read = [this, &context, &files] { changes_ = load_named_plans(context, files); };
    if (size_of_source(context) >= large_plan_bytes) {
      thread_ = std::thread(read);
    } else {
      read();
    }
  }
  PlanReading(const PlanReading&) = delete;
  PlanReading& operator=(const PlanReading&) = delete;
  ~PlanReading() { join(); }

  /// True when the plans are known to be wrong already.
  [[nodiscard]] bool has_failed() const { return !thread_.joinable() && !*changes_; }
  Result<model::Changes> take() {
    join();
    return *std::exchange(changes_, std::nullopt);
  }
  /// The plans' own error if there is one, or else this one.
  base::Error error_before(base::Error error) {
    Result<model::Changes> changes = take();
    return changes ? std::move(error) : std::move(changes).error();
  }

 private:
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::optional<Result<model::Changes>> changes_;
  std::thread thread_;
};

}  // namespace

planning::Selection selection_of(const CommandContext& context) {
  const Settings& settings = context.settings;
  planning::Selection selection;
  if ((selecting_commands & bit(context.arguments.command)) == 0) return selection;
  selection.last_id = settings.text("to");
  selection.tags = settings.list("tags");
  if (!settings.text("phase").empty())
    selection.phase = settings.text("phase") == "pre-deploy" ? model::Phase::pre_deploy
                                                             : model::Phase::post_deploy;
  return selection;
}

Result<Comparison> compare_with_database(CommandContext& context, ports::Files& files,
                                         Access access, execution::Detail detail) {
  Result<Connection> connection = named_connection(context);
  if (!connection) return std::move(connection).error();
  PlanReading plans(context, files);
  if (plans.has_failed()) return plans.take().error();
  Result<std::unique_ptr<Database>> database =
      Database::load(context, std::move(connection).value(), access);
  if (!database) return plans.error_before(std::move(database).error());
  Result<execution::OpenLedger> open = (*database)->open_ledger(detail);
  if (!open) return plans.error_before(std::move(open).error());
  Result<model::Changes> changes = plans.take();
  if (!changes) return std::move(changes).error();

  Comparison comparison{.database = std::move(*database),
                        .session = std::move(open->session),
                        .changes = std::move(*changes),
                        .plan = {}};
  const planning::Selection selection = selection_of(context);
  if (auto checked = planning::check_selection(comparison.changes, selection); !checked)
    return checked.error();
  comparison.plan = planning::make_plan(comparison.changes, open->ledger,
                                        comparison.database->dialect().name, selection);
  return comparison;
}

}  // namespace garboard::cli
