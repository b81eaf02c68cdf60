// SPDX-License-Identifier: Apache-2.0
#include "cli/situation.hpp"

#include <utility>

#include "cli/connection.hpp"
#include "cli/migrations.hpp"
#include "execution/ledger.hpp"

namespace garboard::cli {

bool has_plan(const Settings& settings) {
  return !settings.list("plan").empty() || !settings.text("dir").empty();
}

Result<Situation> look(CommandContext& context, DiskFiles& files, Access access) {
  Result<Connection> connection = named_connection(context);
  if (!connection) return std::move(connection).error();
  Situation situation;
  if (has_plan(context.settings)) {
    Result<model::Changes> changes = load_named_plans(context, files);
    if (!changes) return std::move(changes).error();
    situation.changes = *std::move(changes);
  }
  Result<std::unique_ptr<Database>> database =
      Database::load(context, std::move(connection).value(), access);
  if (!database) return std::move(database).error();
  situation.database = *std::move(database);
  Result<execution::OpenLedger> open = situation.database->open_ledger(execution::Detail::full);
  if (!open) return std::move(open).error();
  situation.session = std::move(open->session);
  situation.ledger = std::move(open->ledger);
  return situation;
}

}  // namespace garboard::cli
