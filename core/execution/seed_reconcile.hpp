// SPDX-License-Identifier: Apache-2.0
// One table on its way to what its seed says: rows are loaded into temporary tables and compared
// there, by the database, so that memory does not grow with their number.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "execution/seed_load.hpp"
#include "execution/seed_sql.hpp"
#include "execution/worker.hpp"
#include "model/seed.hpp"
#include "model/seed_report.hpp"

namespace garboard::execution {

class Reconciliation {
 public:
  /// All borrowed. `shown_rows`: how many changes of each kind are kept in the report.
  Reconciliation(Worker& worker, const model::SeedTable& table, SeedLoader& loader,
                 std::size_t shown_rows, std::size_t& stage_number)
      : worker_(worker),
        table_(table),
        loader_(loader),
        shown_rows_(shown_rows),
        stage_number_(stage_number) {}

  /// Inserts what the table lacks of these rows and updates what it has otherwise.
  Result<void> merge(const std::vector<std::string>& columns, RowSource& rows,
                     model::SeedTableReport& report);
  /// Deletes what no merged row has, when the seed says so, and drops the temporary tables.
  Result<void> finish(model::SeedTableReport& report);

 private:
  Result<StageSql*> stage_for(const std::vector<std::string>& columns);
  Result<void> run_all(const std::vector<std::string>& statements);
  Result<void> check_keys(const StageSql& stage);
  Result<void> show_changes(const StageSql& stage, model::SeedTableReport& report);
  Result<void> show_deletes(std::span<const StageSql* const> stages,
                            model::SeedTableReport& report);
  [[nodiscard]] bool is_key(const std::string& column) const;

  Worker& worker_;
  const model::SeedTable& table_;
  SeedLoader& loader_;
  std::size_t shown_rows_;
  std::size_t& stage_number_;
  std::deque<StageSql> stages_ = {};
};

}  // namespace garboard::execution
