// SPDX-License-Identifier: Apache-2.0
// ForeignHistory: what another tool's table says of one database, in one form for all tools.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

enum class ForeignTool : std::uint8_t {
  dbmate,
  golang_migrate,
  goose,
  flyway,
  knex,
  atlas,
  liquibase,
  alembic,
  prisma,
  refinery,
  diesel,
  sqlx,
};

/// In the order of ForeignTool, as --from names them.
inline constexpr std::array<std::string_view, 12> foreign_tool_names{
    "dbmate",    "golang-migrate", "goose",  "flyway",   "knex",   "atlas",
    "liquibase", "alembic",        "prisma", "refinery", "diesel", "sqlx"};

[[nodiscard]] inline std::string name_of(ForeignTool tool) {
  return std::string(foreign_tool_names.at(static_cast<std::size_t>(tool)));
}

/// What an entry says is applied.
enum class Reach : std::uint8_t {
  itself,
  up_to,      ///< and everything with a lower version
  ancestors,  ///< and everything that it is built upon
};

struct ForeignEntry {
  std::string id;                ///< the tool's own: version, file name, change set
  std::string name = {};         ///< for people
  std::string checksum = {};     ///< as the table has it; empty = it has none
  std::string started_at = {};   ///< UTC; empty = not known
  std::string finished_at = {};  ///< the same
  Reach reach = Reach::itself;
  bool is_repeatable = false;
  bool is_code = false;    ///< was a program, not SQL: a checksum says nothing of a file here
  bool needs_file = true;  ///< false for a mark that never had one
  std::vector<std::string> aliases = {};  ///< what else identifies it, the surest first
};

struct ForeignHistory {
  ForeignTool tool = ForeignTool::dbmate;
  std::string table = {};                  ///< for people
  std::vector<ForeignEntry> applied = {};  ///< in the order of application, where that is known
  std::vector<base::Error> problems = {};  ///< states to be settled with the tool first
};

}  // namespace garboard::model
