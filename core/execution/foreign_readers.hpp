// SPDX-License-Identifier: Apache-2.0
// One reader for each tool's table. The table is there and has the tool's columns.
#pragma once

#include <string>
#include <string_view>

#include "execution/foreign_table.hpp"
#include "model/foreign_history.hpp"

namespace garboard::execution {

struct ForeignReading {
  ports::Session& session;
  ForeignTable& table;
  model::ForeignHistory& history;
};

Result<void> read_versions(ForeignReading& reading);  ///< dbmate and whoever has a version alone
Result<void> read_golang_migrate(ForeignReading& reading);
Result<void> read_goose(ForeignReading& reading);
Result<void> read_diesel(ForeignReading& reading);
Result<void> read_alembic(ForeignReading& reading);
Result<void> read_knex(ForeignReading& reading);
Result<void> read_liquibase(ForeignReading& reading);
Result<void> read_prisma(ForeignReading& reading);
Result<void> read_flyway(ForeignReading& reading);
Result<void> read_atlas(ForeignReading& reading);
Result<void> read_refinery(ForeignReading& reading);
Result<void> read_sqlx(ForeignReading& reading);

/// Why a migration that the tool began and did not finish is in the way.
[[nodiscard]] base::Error failed_state(std::string message, std::string hint);
/// Why nothing is read while the tool may be at work.
[[nodiscard]] base::Error locked_state(std::string message, std::string hint);

}  // namespace garboard::execution
