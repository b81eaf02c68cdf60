// SPDX-License-Identifier: Apache-2.0
// wait: until the database answers, and until migrations are applied.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/comparison.hpp"
#include "cli/database.hpp"
#include "cli/disk_files.hpp"
#include "cli/migrations.hpp"
#include "cli/retry.hpp"
#include "execution/ledger.hpp"
#include "planning/planner.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using std::chrono::milliseconds;

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
  // Nothing when all that is waited for is there; else what is still missing.
  Result<std::optional<std::string>> look();
  Result<std::optional<std::string>> look_at_ledger();

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
  if (applied_ != "all") {
    const auto is_it = [&](const model::LedgerEntry& entry) {
      return entry.id == applied_ && entry.state == model::LedgerState::applied;
    };
    if (std::ranges::any_of(ledger->entries, is_it)) return std::optional<std::string>{};
    return std::optional("migration '" + applied_ + "' is not applied");
  }
  const model::Plan plan =
      planning::make_plan(changes_, *ledger, database_.dialect().name, selection_of(context_));
  const std::size_t pending = plan.pending_count();
  if (pending == 0) return std::optional<std::string>{};
  return std::optional(std::to_string(pending) + " migration(s) not applied");
}

Result<int> Waiter::wait() {
  const milliseconds deadline = clock_.now() + context_.settings.duration("timeout");
  const milliseconds interval = std::max(context_.settings.duration("interval"), milliseconds{10});
  std::string last;
  std::string shown;
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
  return Error{.code = Code::unreachable,
               .message = "waited " + timeout + " for " + database_.shown() + ": " + last,
               .reason = "wait-expired",
               .hint = "see that the database is up and reachable from here, or raise --timeout"};
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
  }
  Result<std::unique_ptr<Database>> database =
      Database::load(context, std::move(connection).value(), Access::read_only);
  if (!database) return std::move(database).error();
  return Waiter(context, **database, changes).wait();
}

}  // namespace garboard::cli
