// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_reconcile.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::SeedRowChange;
using ports::Cell;

std::optional<std::string> text_of(const Cell& cell) {
  return cell ? std::optional<std::string>(*cell) : std::nullopt;
}

}  // namespace

Result<StageSql*> Reconciliation::stage_for(const std::vector<std::string>& columns) {
  const auto found = std::ranges::find(stages_, columns, &StageSql::columns);
  if (found != stages_.end()) return &*found;
  StageSql stage(worker_.dialect(), table_, columns, ++stage_number_);
  if (auto made = run_all(stage.create()); !made) return std::move(made).error();
  stages_.push_back(std::move(stage));
  return &stages_.back();
}

Result<void> Reconciliation::run_all(const std::vector<std::string>& statements) {
  for (const std::string& statement : statements)
    if (auto run = worker_.session->exec(statement); !run) return std::move(run).error();
  return {};
}

bool Reconciliation::is_key(const std::string& column) const {
  return std::ranges::find(table_.key, column) != table_.key.end();
}

Result<void> Reconciliation::merge(const std::vector<std::string>& columns, RowSource& rows,
                                   model::SeedTableReport& report) {
  auto stage = stage_for(columns);
  if (!stage) return std::move(stage).error();
  auto loaded = loader_.load((*stage)->name(), columns, rows);
  if (!loaded) return std::move(loaded).error();
  if (auto ready = run_all((*stage)->ready()); !ready) return ready;
  if (auto checked = check_keys(**stage); !checked) return checked;
  if (shown_rows_ > 0) {
    if (auto shown = show_changes(**stage, report); !shown) return shown;
  }
  if (const std::string update = (*stage)->update_differing(); !update.empty()) {
    auto updated = worker_.session->exec(update);
    if (!updated) return std::move(updated).error().in("updating rows");
    report.updated += *updated;
  }
  auto inserted = worker_.session->exec((*stage)->insert_missing());
  if (!inserted) return std::move(inserted).error().in("inserting rows");
  report.inserted += *inserted;
  return {};
}

Result<void> Reconciliation::check_keys(const StageSql& stage) {
  std::string values;
  bool is_found = false;
  bool has_null = false;
  auto read = worker_.session->exec(stage.unusable(), {}, [&](std::span<const Cell> cells) {
    is_found = true;
    for (const Cell& cell : cells) {
      has_null |= !cell;
      values += (values.empty() ? "" : ", ") + text_of(cell).value_or("null");
    }
    return true;
  });
  if (!read) return std::move(read).error().in("checking the keys of the seed's rows");
  if (!is_found) return {};
  return Error{.code = Code::bad_input,
               .message = (has_null ? "a row of the seed has no value in its key: "
                                    : "two rows of the seed have the same key: ") +
                          values,
               .hint = "'key' tells rows apart, as the database compares them",
               .where = table_.csv ? table_.csv->where : table_.where};
}

Result<void> Reconciliation::show_changes(const StageSql& stage, model::SeedTableReport& report) {
  const std::vector<std::string>& columns = stage.columns();
  const auto read_missing = [&](std::span<const Cell> cells) {
    SeedRowChange change{.kind = SeedRowChange::Kind::insert};
    for (std::size_t i = 0; i < columns.size(); ++i)
      change.cells.push_back({.column = columns[i], .after = text_of(cells[i])});
    report.changes.push_back(std::move(change));
    return true;
  };
  const auto read_differing = [&](std::span<const Cell> cells) {
    SeedRowChange change{.kind = SeedRowChange::Kind::update};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool is_part = is_key(columns[i]);
      if (!is_part && cells[2 * i] == cells[2 * i + 1]) continue;
      change.cells.push_back({.column = columns[i],
                              .before = text_of(cells[2 * i]),
                              .after = text_of(cells[2 * i + 1]),
                              .is_key = is_part});
    }
    report.changes.push_back(std::move(change));
    return true;
  };
  auto missing = worker_.session->exec(stage.missing(shown_rows_), {}, read_missing);
  if (!missing) return std::move(missing).error().in("comparing rows");
  const std::string differing = stage.differing(shown_rows_);
  if (differing.empty()) return {};
  auto differ = worker_.session->exec(differing, {}, read_differing);
  if (!differ) return std::move(differ).error().in("comparing rows");
  return {};
}

Result<void> Reconciliation::show_deletes(std::span<const StageSql* const> stages,
                                          model::SeedTableReport& report) {
  auto read = worker_.session->exec(
      rest(worker_.dialect(), table_, stages, shown_rows_), {}, [&](std::span<const Cell> cells) {
        SeedRowChange change{.kind = SeedRowChange::Kind::remove};
        for (std::size_t i = 0; i < table_.key.size(); ++i)
          change.cells.push_back(
              {.column = table_.key[i], .before = text_of(cells[i]), .is_key = true});
        report.changes.push_back(std::move(change));
        return true;
      });
  if (!read) return std::move(read).error().in("comparing rows");
  return {};
}

Result<void> Reconciliation::finish(model::SeedTableReport& report) {
  if (table_.deletes) {
    std::vector<const StageSql*> stages;
    for (const StageSql& stage : stages_) stages.push_back(&stage);
    if (shown_rows_ > 0) {
      if (auto shown = show_deletes(stages, report); !shown) return shown;
    }
    auto deleted = worker_.session->exec(delete_rest(worker_.dialect(), table_, stages));
    if (!deleted) return std::move(deleted).error().in("deleting rows");
    report.deleted += *deleted;
  }
  for (const StageSql& stage : stages_)
    if (auto dropped = worker_.session->exec(stage.drop()); !dropped)
      return std::move(dropped).error();
  return {};
}

}  // namespace garboard::execution
