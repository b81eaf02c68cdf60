// SPDX-License-Identifier: Apache-2.0
#include "execution/foreign_history.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "execution/foreign_readers.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::ForeignHistory;
using model::ForeignTool;
using std::string;
using std::string_view;

constexpr std::size_t max_columns = 8;

/// By which columns a tool's table is known, and where it is.
struct Shape {
  ForeignTool tool;
  string_view table;
  string_view other_table;  ///< where it may be instead
  std::array<string_view, max_columns> columns;
  string_view absent;  ///< a column that it would have if it were another tool's
  Result<void> (*read)(ForeignReading&);
};

constexpr std::array shapes{
    Shape{ForeignTool::dbmate, "schema_migrations", "", {"version"}, "dirty", read_versions},
    Shape{ForeignTool::golang_migrate,
          "schema_migrations",
          "",
          {"version", "dirty"},
          "",
          read_golang_migrate},
    Shape{ForeignTool::goose,
          "goose_db_version",
          "",
          {"id", "version_id", "is_applied", "tstamp"},
          "",
          read_goose},
    Shape{ForeignTool::flyway,
          "flyway_schema_history",
          "",
          {"installed_rank", "version", "description", "type", "script", "checksum", "installed_on",
           "success"},
          "",
          read_flyway},
    Shape{ForeignTool::knex,
          "knex_migrations",
          "",
          {"id", "name", "batch", "migration_time"},
          "",
          read_knex},
    Shape{ForeignTool::atlas,
          "atlas_schema_revisions",
          "atlas_schema_revisions.atlas_schema_revisions",
          {"version", "description", "applied", "total", "executed_at", "error", "hash"},
          "",
          read_atlas},
    Shape{ForeignTool::liquibase,
          "databasechangelog",
          "DATABASECHANGELOG",
          {"id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum"},
          "",
          read_liquibase},
    Shape{ForeignTool::alembic, "alembic_version", "", {"version_num"}, "", read_alembic},
    Shape{ForeignTool::prisma,
          "_prisma_migrations",
          "",
          {"id", "checksum", "finished_at", "migration_name", "rolled_back_at", "started_at"},
          "",
          read_prisma},
    Shape{ForeignTool::refinery,
          "refinery_schema_history",
          "",
          {"version", "name", "applied_on", "checksum"},
          "",
          read_refinery},
    Shape{ForeignTool::diesel,
          "__diesel_schema_migrations",
          "",
          {"version", "run_on"},
          "",
          read_diesel},
    Shape{ForeignTool::sqlx,
          "_sqlx_migrations",
          "",
          {"version", "description", "installed_on", "success", "checksum"},
          "",
          read_sqlx},
};

std::span<const string_view> columns_of(const Shape& shape) {
  const auto end = std::ranges::find_if(shape.columns, &string_view::empty);
  return {shape.columns.begin(), static_cast<std::size_t>(end - shape.columns.begin())};
}

Result<bool> fits(ForeignTable& table, const Shape& shape) {
  Result<bool> has_all = table.has_columns(columns_of(shape));
  if (!has_all || !*has_all || shape.absent.empty()) return has_all;
  Result<bool> has_other = table.has_column(shape.absent);
  if (!has_other) return has_other;
  return !*has_other;
}

/// The tool whose table has most columns in common with this one.
Result<const Shape*> most_alike(ForeignTable& table) {
  const Shape* best = nullptr;
  for (const Shape& shape : shapes) {
    const Result<bool> is_like = fits(table, shape);
    if (!is_like) return is_like.error();
    const bool is_better = best == nullptr || columns_of(shape).size() > columns_of(*best).size();
    if (*is_like && is_better) best = &shape;
  }
  return best;
}

string list_of(std::span<const string_view> names) {
  string text;
  for (const string_view name : names) text += (text.empty() ? "" : ", ") + string(name);
  return text;
}

Result<void> check_shape(ForeignTable& table, const Shape& shape) {
  const Result<bool> is_right = fits(table, shape);
  if (!is_right) return is_right.error();
  // a column or two are no shape: others have them too
  const bool is_telling = columns_of(shape).size() > 2 || shape.tool == ForeignTool::golang_migrate;
  if (*is_right && is_telling) return {};
  const auto alike = most_alike(table);
  if (!alike) return alike.error();
  if (*is_right && *alike == &shape) return {};
  Error error{.code = Code::bad_input,
              .message = "the table " + table.name() + " is not in the shape that " +
                         name_of(shape.tool) + " gives it (columns " + list_of(columns_of(shape)) +
                         ")",
              .reason = "foreign-shape",
              .hint = "--from-table says where the history is, if it is another table"};
  if (*alike != nullptr) {
    error.message += "; it looks like one of " + name_of((*alike)->tool);
    error.hint = "pass --from " + name_of((*alike)->tool) + " if that is what made it";
  }
  return error;
}

Result<std::optional<ForeignTable>> find_table(ports::Session& session, const Shape& shape,
                                               string_view named) {
  std::vector<string_view> names{named};
  if (named.empty()) names = {shape.table, shape.other_table};
  for (const string_view name : names) {
    if (name.empty()) continue;
    ForeignTable table(session, name);
    const Result<bool> is_there = table.exists();
    const bool is_guess = name == shape.other_table;
    if (!is_there && is_guess && is_there.error().code == Code::permission) continue;
    if (!is_there) return is_there.error();
    if (*is_there) return std::optional(std::move(table));
  }
  return std::optional<ForeignTable>();
}

}  // namespace

Error failed_state(string message, string hint) {
  return {.code = Code::half_applied,
          .message = std::move(message),
          .reason = "foreign-failed",
          .hint = std::move(hint)};
}

Error locked_state(string message, string hint) {
  return {.code = Code::locked,
          .message = std::move(message),
          .reason = "foreign-locked",
          .hint = std::move(hint)};
}

Result<ForeignHistory> read_foreign_history(ports::Session& session, ForeignTool tool,
                                            string_view named) {
  const Shape& shape = shapes.at(static_cast<std::size_t>(tool));
  auto table = find_table(session, shape, named);
  if (!table) return std::move(table).error();
  if (!*table) {
    return Error{.code = Code::bad_input,
                 .message = "there is no table " + string(named.empty() ? shape.table : named) +
                            ", where " + name_of(tool) + " keeps its history",
                 .reason = "foreign-table-missing",
                 .hint = named.empty() ? "is it the right database? --from-table NAME or "
                                         "--from-table SCHEMA.NAME says where it is"
                                       : "is it the right database, and the right case?"};
  }
  if (auto checked = check_shape(**table, shape); !checked) return checked.error();
  ForeignHistory history{.tool = tool, .table = (*table)->name()};
  ForeignReading reading{session, **table, history};
  if (auto read = shape.read(reading); !read) return std::move(read).error();
  return history;
}

}  // namespace garboard::execution
