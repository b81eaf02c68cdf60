// SPDX-License-Identifier: Apache-2.0
// Reports of migrate and status, as JSON (schema/report.schema.json) and as text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "model/ledger.hpp"
#include "model/plan.hpp"
#include "model/run_report.hpp"

namespace garboard::cli {

/// How far a half-applied migration got, by id: "statement 3 failed: ...".
struct PartialNote {
  std::int64_t statement = 0;  ///< 1-based, the first that is not done; 0 = unknown
  std::string state = {};      ///< of that statement: "intent" or "failed"
  std::string note = {};
};
using PartialNotes = std::map<std::string, PartialNote, std::less<>>;

void fill_status(Report& report, const model::Plan& plan, const PartialNotes& partial,
                 std::string_view database);

/// What a run without --dry-run did. `plan` gives what needed nothing.
void fill_migrate(Report& report, const model::Plan& plan, const model::RunReport& run,
                  std::string_view database);
/// What a run would do.
void fill_dry_run(Report& report, const model::Plan& plan, std::string_view database);

inline constexpr std::size_t outcome_count = 6;
/// For JSON, and for people.
[[nodiscard]] std::string outcome_name(model::Outcome outcome);
[[nodiscard]] std::string outcome_words(model::Outcome outcome);
/// One migration of a run: an object of the document, a row of the table.
[[nodiscard]] Json migration_json(const model::MigrationReport& each);
[[nodiscard]] std::vector<std::string> migration_row(const model::MigrationReport& each);
/// Empty when the name only repeats the id.
[[nodiscard]] std::string shown_name(std::string_view id, std::string_view name);

/// Columns as wide as their widest cell; the last is not padded.
[[nodiscard]] std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace garboard::cli
