// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_apply.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/sha256.hpp"
#include "execution/seed_load.hpp"
#include "execution/seed_reconcile.hpp"
#include "execution/seed_references.hpp"
#include "execution/seed_rows.hpp"
#include "execution/seed_sql.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::Seed;
using model::SeedMode;
using model::SeedRow;
using model::SeedTable;
using model::SeedTableReport;

std::string checksum_text(const Seed& seed, const std::map<std::size_t, std::string>& digests) {
  base::Sha256 sha;
  sha.update(seed.declaration);
  for (const auto& [table, digest] : digests) {
    sha.update(std::string_view("\0", 1));
    sha.update(digest);
  }
  return "1:" + sha.hex();
}

/// Keeps the first rows for the report.
class ShownRows final : public RowSource {
 public:
  ShownRows(RowSource& rows, const std::vector<std::string>& columns, std::size_t limit,
            SeedTableReport& report)
      : rows_(rows), columns_(columns), limit_(limit), report_(report) {}
  Result<bool> next() override {
    auto found = rows_.next();
    if (!found || !*found || report_.changes.size() >= limit_) return found;
    model::SeedRowChange change;
    const auto values = rows_.values();
    for (std::size_t i = 0; i < columns_.size(); ++i)
      change.cells.push_back(
          {.column = columns_[i],
           .after = values[i] ? std::optional<std::string>(*values[i]) : std::nullopt});
    report_.changes.push_back(std::move(change));
    return found;
  }
  [[nodiscard]] std::span<const ports::Param> values() const noexcept override {
    return rows_.values();
  }
  [[nodiscard]] base::SourcePosition position_of(std::uint64_t n) override {
    return rows_.position_of(n);
  }

 private:
  RowSource& rows_;
  const std::vector<std::string>& columns_;
  std::size_t limit_;
  SeedTableReport& report_;
};

/// Rows of one table in a row that fill the same columns.
struct Batch {
  std::vector<std::string> columns;
  std::vector<ListRows::Row> rows;
};

class SeedApplier {
 public:
  SeedApplier(Worker& worker, const Seed& seed, const SeedHow& how, const SeedCatalog& catalog)
      : worker_(worker),
        seed_(seed),
        how_(how),
        catalog_(catalog),
        references_(*worker.session, seed, catalog),
        loader_(worker, [this](std::uint64_t rows) { tell(rows); }) {}

  Result<SeedFilled> apply();

 private:
  Result<void> fill(std::size_t index);
  Result<void> fill_from_csv(std::size_t index);
  Result<void> fill_from_list(std::size_t index);
  Result<void> check_columns(std::size_t index);
  Result<void> flush(Batch& batch);
  Result<void> put(const std::vector<std::string>& columns, RowSource& rows);
  Result<bool> needs_flush(std::size_t index, std::size_t row, std::size_t flushed) const;
  void tell(std::uint64_t rows) const {
    worker_.notice({.kind = model::EventKind::progress,
                    .id = seed_.id,
                    .message = filled_.tables.back().table,
                    .done = rows});
  }

  Worker& worker_;
  const Seed& seed_;
  const SeedHow& how_;
  const SeedCatalog& catalog_;
  SeedReferences references_;
  SeedLoader loader_;
  SeedFilled filled_;
  std::deque<Reconciliation> reconciliations_;
  std::map<std::size_t, std::string> digests_;  // of CSV files, by table
  const SeedTable* table_ = nullptr;            // that is being filled
};

Result<SeedFilled> SeedApplier::apply() {
  for (const std::size_t index : catalog_.order()) {
    if (auto go = worker_.go_on(); !go) return std::move(go).error();
    table_ = &seed_.tables[index];
    filled_.tables.push_back({.table = table_->shown()});
    if (seed_.mode == SeedMode::reconcile)
      reconciliations_.emplace_back(worker_, *table_, loader_, how_.shown_rows, how_.stage_number);
    if (auto done = fill(index); !done)
      return std::move(done).error().in("table " + table_->shown());
  }
  // children before parents
  for (std::size_t i = reconciliations_.size(); i-- > 0;) {
    if (auto done = reconciliations_[i].finish(filled_.tables[i]); !done)
      return std::move(done).error().in("table " + filled_.tables[i].table);
  }
  filled_.checksum = checksum_text(seed_, digests_);
  return std::move(filled_);
}

Result<void> SeedApplier::fill(std::size_t index) {
  return table_->csv ? fill_from_csv(index) : fill_from_list(index);
}

Result<void> SeedApplier::fill_from_csv(std::size_t index) {
  auto rows = CsvRows::open(worker_.context.files, *table_->csv);
  if (!rows) return std::move(rows).error();
  const std::vector<std::string>& columns = (*rows)->columns();
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (auto known = catalog_.check_column(index, columns[i], (*rows)->header_position(i)); !known)
      return known;
  for (const std::string& column : table_->key) {
    if (std::ranges::find(columns, column) == columns.end()) {
      return Error{.code = Code::bad_input,
                   .message = "the header has no '" + column + "', which is part of the key",
                   .where = (*rows)->header_position(0)};
    }
  }
  if (auto done = put(columns, **rows); !done) return done;
  digests_[index] = (*rows)->digest();
  return {};
}

Result<void> SeedApplier::put(const std::vector<std::string>& columns, RowSource& rows) {
  SeedTableReport& report = filled_.tables.back();
  if (seed_.mode == SeedMode::reconcile)
    return reconciliations_.back().merge(columns, rows, report);
  ShownRows shown(rows, columns, how_.shown_rows, report);
  const std::string table = SeedTableSql(worker_.dialect(), *table_).table();
  auto loaded = loader_.load(table, columns, how_.shown_rows > 0 ? shown : rows);
  if (!loaded) return std::move(loaded).error();
  report.inserted += static_cast<std::int64_t>(*loaded);
  return {};
}

Result<void> SeedApplier::check_columns(std::size_t index) {
  for (const SeedRow& row : table_->rows)
    for (const auto& [column, value] : row.values)
      if (auto known = catalog_.check_column(index, column, row.where); !known) return known;
  return {};
}

/// Whether the row needs one of its own table that has not been sent yet.
Result<bool> SeedApplier::needs_flush(std::size_t index, std::size_t row,
                                      std::size_t flushed) const {
  for (const auto& [column, value] : table_->rows[row].values) {
    if (!value.reference) continue;
    auto needed = references_.needed_row(value);
    if (!needed) return std::move(needed).error();
    if (!*needed || (*needed)->first != index) continue;
    if ((*needed)->second >= row) {
      return Error{.code = Code::bad_input,
                   .message = "the row '" + value.reference->alias +
                              "' stands below, and the database makes its '" +
                              value.reference->column + "'",
                   .hint = "rows of one table are inserted as they are written: put it above",
                   .where = value.reference->where};
    }
    if ((*needed)->second >= flushed) return true;
  }
  return false;
}

Result<void> SeedApplier::fill_from_list(std::size_t index) {
  if (auto known = check_columns(index); !known) return known;
  Batch batch;
  std::size_t flushed = 0;
  for (std::size_t i = 0; i < table_->rows.size(); ++i) {
    const SeedRow& row = table_->rows[i];
    // one order of columns, however each row writes them, so that rows share statements
    std::map<std::string, const model::SeedValue*> by_column;
    for (const auto& [column, value] : row.values) by_column.emplace(column, &value);
    std::vector<std::string> columns;
    columns.reserve(by_column.size());
    for (const auto& [column, value] : by_column) columns.push_back(column);
    auto is_cut = needs_flush(index, i, flushed);
    if (!is_cut) return std::move(is_cut).error();
    if (*is_cut || columns != batch.columns) {
      if (auto done = flush(batch); !done) return done;
      flushed = i;
      batch.columns = std::move(columns);
    }
    ListRows::Row ready{.values = {}, .where = row.where};
    for (const auto& [column, value] : by_column) {
      auto text = references_.value_of(*value);
      if (!text) return std::move(text).error();
      ready.values.push_back(*std::move(text));
    }
    batch.rows.push_back(std::move(ready));
  }
  return flush(batch);
}

Result<void> SeedApplier::flush(Batch& batch) {
  if (batch.rows.empty()) return {};
  ListRows rows(batch.rows);
  auto done = put(batch.columns, rows);
  batch.rows.clear();
  return done;
}

}  // namespace

Result<SeedFilled> apply_seed(Worker& worker, const Seed& seed, const SeedHow& how) {
  auto catalog = SeedCatalog::read(*worker.session, seed, how.order);
  if (!catalog) return std::move(catalog).error();
  return SeedApplier(worker, seed, how, *catalog).apply();
}

Result<std::string> checksum_of(const Seed& seed, ports::Files& files) {
  std::map<std::size_t, std::string> digests;
  std::vector<char> buffer(std::size_t{64} << 10U);
  for (std::size_t i = 0; i < seed.tables.size(); ++i) {
    if (!seed.tables[i].csv) continue;
    auto source = files.open(seed.tables[i].csv->file);
    if (!source) return std::move(source).error();
    DigestingSource digesting(*std::move(source));
    while (true) {
      auto n = digesting.read(buffer);
      if (!n) return std::move(n).error();
      if (*n == 0) break;
    }
    digests[i] = digesting.hex();
  }
  return checksum_text(seed, digests);
}

}  // namespace garboard::execution
