// SPDX-License-Identifier: Apache-2.0
// history: what ran when, by whom, how long.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/report_record.hpp"
#include "execution/history.hpp"

namespace garboard::cli {

Result<int> run_history(CommandContext& context) {
  Result<Connection> connection = named_connection(context);
  if (!connection) return std::move(connection).error();
  Result<std::unique_ptr<Database>> database =
      Database::load(context, std::move(connection).value(), Access::read_only);
  if (!database) return std::move(database).error();
  Result<std::unique_ptr<ports::Session>> session = (*database)->connect_patiently();
  if (!session) return std::move(session).error();
  Result<std::vector<model::HistoryEvent>> events =
      execution::read_history(**session, ledger_options(context.settings));
  if (!events) return std::move(events).error();
  const std::size_t limit = context.settings.number("limit").value_or(events->size());
  events->resize(std::min(limit, events->size()));
  fill_history(context.report, *events, (*database)->dialect().name);
  return 0;
}

}  // namespace garboard::cli
