// SPDX-License-Identifier: Apache-2.0
// wait: until the database answers, and until migrations are applied.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/comparison.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "cli/retry.hpp"
#include "execution/history.hpp"
#include "execution/ledger.hpp"
#include "planning/planner.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using std::chrono::milliseconds;

std::string half_rolled_back(const std::string& id) {
  return "migration '" + id + "' is half rolled back, and `garboard rollback` has to finish it";
}

/// Nothing when the database lacks no selected migration.
std::optional<std::string> lacking_of(const model::Plan& plan) {
  std::size_t count = 0;
  for (const model::PlanItem& item : plan.items) {
    if (!item.is_lacking()) continue;
    if (item.state == model::ItemState::reverting) return half_rolled_back(item.change->id);
    ++count;
  }
  if (count == 0) return std::nullopt;
  return std::to_string(count) + " migration(s) not applied";
}

std::optional<std::string> lacking_of(const model::Ledger& ledger, const std::string& id) {
  const auto found = std::ranges::find(ledger.entries, id, &model::LedgerEntry::id);
  if (found == ledger.entries.end() || found->state == model::LedgerState::partial)
    return "migration '" + id + "' is not applied";
  if (found->state == model::LedgerState::reverting) return half_rolled_back(id);
  return std::nullopt;
}

/// The text of a repeatable migration that the log says was replaced by another: a newer release's.
bool was_replaced(const model::Change& change, const std::vector<model::HistoryEvent>& history) {
  return std::ranges::any_of(history, [&change](const model::HistoryEvent& event) {
    if (event.id != change.id || event.action != "reapplied") return false;
    const auto detail = nlohmann::json::parse(event.detail_json, nullptr, false);
    return detail.is_object() && detail.contains("checksum") &&
           detail["checksum"] == change.checksum;
  });
}

class Waiter {
 public:
  Waiter(CommandContext& context, Database& database, const model::Changes& changes)
      : context_(context),
        database_(database),
        changes_(changes),
        clock_(*context.interrupt),
        applied_(context.settings.text("applied")) {}

  Result<int> wait();

 private:
  // Nothing when all that is waited for is there; else what is still lacking.
  Result<std::optional<std::string>> look();
  Result<std::optional<std::string>> look_at_ledger();
  void let_go_of_replaced(model::Plan& plan);

  CommandContext& context_;
  Database& database_;
  const model::Changes& changes_;
  InterruptibleClock clock_;
  const std::string& applied_;
  std::unique_ptr<ports::Session> session_;
};

Result<std::optional<std::string>> Waiter::look() {
  if (!session_) {
    Result<std::unique_ptr<ports::Session>> session = database_.connect();
    if (!session) return std::move(session).error();
    session_ = std::move(session).value();
  }
  if (applied_.empty()) return std::optional<std::string>{};
  Result<std::optional<std::string>> seen = look_at_ledger();
  if (!seen) session_.reset();
  return seen;
}

Result<std::optional<std::string>> Waiter::look_at_ledger() {
  Result<model::Ledger> ledger = execution::read_ledger(
      *session_, ledger_options(context_.settings), execution::Detail::brief);
  if (!ledger) return std::move(ledger).error();
  if (applied_ != "all") return lacking_of(*ledger, applied_);
  model::Plan plan =
      planning::make_plan(changes_, *ledger, database_.dialect().name, selection_of(context_));
  let_go_of_replaced(plan);
  return lacking_of(plan);
}

/// Pods of an older release do not wait for a text that nobody will apply again.
void Waiter::let_go_of_replaced(model::Plan& plan) {
  const auto is_outdated = [](const model::PlanItem& item) {
    return item.is_selected && item.state == model::ItemState::outdated;
  };
  if (std::ranges::none_of(plan.items, is_outdated)) return;
  const auto history = execution::read_history(*session_, ledger_options(context_.settings));
  if (!history) return;  // who may not read the log waits
  for (model::PlanItem& item : plan.items)
    if (is_outdated(item)) item.is_selected = !was_replaced(*item.change, *history);
}

Result<int> Waiter::wait() {
  const milliseconds deadline = clock_.now() + context_.settings.duration("timeout");
  const milliseconds interval = std::max(context_.settings.duration("interval"), milliseconds{10});
  std::string last;
  std::string shown;
  bool has_answered = false;
  for (std::size_t attempts = 1;; ++attempts) {
    const milliseconds left = deadline - clock_.now();
    database_.limit_connect_timeout(
        std::clamp(left, milliseconds{100}, context_.settings.duration("connect-timeout")));
    Result<std::optional<std::string>> seen = look();
    if (seen && !*seen) {
      context_.report.document["attempts"] = attempts;
      context_.report.text =
          applied_.empty() ? "the database answers\n" : "the database is ready\n";
      return 0;
    }
    if (!seen && !may_pass(seen.error())) return std::move(seen).error();
    has_answered = seen.has_value();
    last = seen ? **seen : seen.error().message;
    if (last != shown)
      context_.log.write(LogLevel::info, "waiting: " + last, {{"event", "waiting"}});
    shown = last;
    if (clock_.now() + interval >= deadline) break;
    clock_.sleep(interval);
    if (context_.interrupt->is_requested())
      return Error{.code = Code::terminated, .message = "interrupted while waiting: " + last};
  }
  const std::string timeout = base::duration_text(context_.settings.duration("timeout"));
  return Error{
      .code = Code::unreachable,
      .message = "waited " + timeout + " for " + database_.shown() + ": " + last,
      .reason = "wait-expired",
      .hint = has_answered
                  ? "see what the migrating Job says, and `garboard status`; or raise --timeout"
                  : "see that the database is up and reachable from here, or raise --timeout"};
}

}  // namespace

Result<int> run_wait(CommandContext& context) {
  Result<Connection> connection = named_connection(context);
  if (!connection) return std::move(connection).error();
  DiskFiles files;
  model::Changes changes;
  if (context.settings.text("applied") == "all") {
    Result<model::Changes> loaded = load_named_plans(context, files);
    if (!loaded) return std::move(loaded).error();
    changes = std::move(loaded).value();
    if (auto checked = planning::check_selection(changes, selection_of(context)); !checked)
      return std::move(checked).error();
  }
  Result<std::unique_ptr<Database>> database =
      Database::load(context, std::move(connection).value(), Access::read_only);
  if (!database) return std::move(database).error();
  return Waiter(context, **database, changes).wait();
}

}  // namespace garboard::cli
