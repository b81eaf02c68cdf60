// SPDX-License-Identifier: Apache-2.0
// The SQL of seeding for one dialect: the table that keeps track of seeds, the tables that are
// filled, and the temporary ones that rows are compared through.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "execution/ledger.hpp"
#include "model/dialect.hpp"
#include "model/seed.hpp"

namespace garboard::execution {

/// A template's `{name}`s and what they stand for.
using Replacements = std::span<const std::pair<std::string_view, std::string_view>>;
/// In one pass: what is put in is not looked at again.
[[nodiscard]] std::string expanded(std::string_view text, Replacements replacements);

/// "?" or "$n".
[[nodiscard]] std::string parameter(const model::Dialect& dialect, std::size_t number);

/// The table that keeps track of seeds. Parameters in the order of the comment beside each.
class SeedLedgerSql {
 public:
  SeedLedgerSql(const model::Dialect& dialect, const LedgerOptions& options);
  [[nodiscard]] std::vector<std::string> create() const;
  [[nodiscard]] std::string read() const;  ///< app, id -> checksum, applied_at
  /// name, mode, checksum, run_id, applied_by, tool_version, inserted, updated, deleted, app, id
  [[nodiscard]] std::string insert() const;
  [[nodiscard]] std::string update() const;  ///< the same

 private:
  const model::Dialect& dialect_;
  std::string schema_, table_;
};

/// A table that is filled.
class SeedTableSql {
 public:
  SeedTableSql(const model::Dialect& dialect, const model::SeedTable& table);
  /// key values -> the column
  [[nodiscard]] std::string read_back(const std::string& column) const;
  /// Qualified.
  [[nodiscard]] const std::string& table() const noexcept { return table_; }

 private:
  const model::Dialect& dialect_;
  const model::SeedTable& seed_;
  std::string table_;
};

/// For copy_in; empty when the dialect has no such statement.
[[nodiscard]] std::string copy_statement(const model::Dialect& dialect, std::string_view table,
                                         std::span<const std::string> columns);
/// `rows` rows of parameters.
[[nodiscard]] std::string insert_statement(const model::Dialect& dialect, std::string_view table,
                                           std::span<const std::string> columns, std::size_t rows);

/// A temporary table with some of a table's columns, its key among them, and what is done with it.
class StageSql {
 public:
  /// `number` makes its name unique in the session. Borrows the dialect and the table.
  StageSql(const model::Dialect& dialect, const model::SeedTable& table,
           std::vector<std::string> columns, std::size_t number);

  [[nodiscard]] std::vector<std::string> create() const;
  [[nodiscard]] std::vector<std::string> ready() const;
  [[nodiscard]] std::string drop() const { return fill(dialect_.seeds.drop_stage); }
  /// -> the key's columns of rows without a key, or with one that another row has; at most one.
  [[nodiscard]] std::string unusable() const;
  [[nodiscard]] std::string insert_missing() const;
  /// Empty when there are no columns beside the key.
  [[nodiscard]] std::string update_differing() const;
  /// -> columns(); at most `limit` rows.
  [[nodiscard]] std::string missing(std::size_t limit) const;
  /// -> for each of columns(), what the table has and what the stage has; at most `limit` rows.
  [[nodiscard]] std::string differing(std::size_t limit) const;

  [[nodiscard]] const std::string& name() const noexcept { return stage_; }
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  /// No row of the stage has the key of the table's row.
  [[nodiscard]] std::string lacks_row() const;

 private:
  [[nodiscard]] std::string fill(std::string_view text) const;
  [[nodiscard]] std::string in_table(const std::string& column) const;
  [[nodiscard]] std::string in_stage(const std::string& column) const;
  [[nodiscard]] bool is_key(const std::string& column) const;

  const model::Dialect& dialect_;
  const model::SeedTable& seed_;
  std::vector<std::string> columns_;
  std::string table_, name_, stage_, index_, column_list_, key_list_, match_, differs_,
      assignments_;
};

/// Deletes the table's rows, as far as its `delete` says, that no stage has. -> none
[[nodiscard]] std::string delete_rest(const model::Dialect& dialect, const model::SeedTable& table,
                                      std::span<const StageSql* const> stages);
/// The same rows -> the key's columns; at most `limit`.
[[nodiscard]] std::string rest(const model::Dialect& dialect, const model::SeedTable& table,
                               std::span<const StageSql* const> stages, std::size_t limit);

}  // namespace garboard::execution
