// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_catalog.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::SeedParent;
using model::SeedTable;
using ports::Cell;

struct Columns {
  std::vector<std::string> names;
  bool can_roll_back = true;
};

Result<Columns> columns_of(ports::Session& session, const SeedTable& table) {
  const std::array<ports::Param, 2> params{table.schema, table.name};
  Columns columns;
  auto read =
      session.exec(session.dialect().seeds.columns, params, [&](std::span<const Cell> cells) {
        columns.names.emplace_back(cells[0].value_or(""));
        columns.can_roll_back &= cells[1] == Cell("t");
        return true;
      });
  if (!read) return std::move(read).error().in("reading the columns of " + table.shown());
  return columns;
}

Result<std::vector<SeedParent>> parents_of(ports::Session& session, const SeedTable& table) {
  const std::array<ports::Param, 2> params{table.schema, table.name};
  std::vector<SeedParent> parents;
  auto read =
      session.exec(session.dialect().seeds.foreign_keys, params, [&](std::span<const Cell> cells) {
        parents.push_back({.schema = std::string(cells[0].value_or("")),
                           .name = std::string(cells[1].value_or(""))});
        return true;
      });
  if (!read) return std::move(read).error().in("reading the foreign keys of " + table.shown());
  return parents;
}

Result<void> check_table(const SeedTable& table, const Columns& columns,
                         const model::Dialect& dialect) {
  if (columns.names.empty()) {
    return Error{.code = Code::bad_input,
                 .message = "the database has no table '" + table.shown() + "'",
                 .hint =
                     "run `garboard migrate` first; names are case-sensitive, and 'schema' says "
                     "where else to look",
                 .where = table.where};
  }
  if (!columns.can_roll_back) {
    return Error{.code = Code::unsafe_environment,
                 .message = "the table '" + table.shown() +
                            "' takes no part in transactions, so that a failure would leave half "
                            "of the seed in it",
                 .reason = "not-transactional",
                 .hint = "give it a transactional engine (" + dialect.display_name + ": InnoDB)",
                 .where = table.where};
  }
  return {};
}

bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

Result<SeedCatalog> SeedCatalog::read(ports::Session& session, const model::Seed& seed,
                                      const TableOrder& order_of) {
  SeedCatalog catalog(seed);
  std::vector<std::vector<SeedParent>> parents;
  for (std::size_t i = 0; i < seed.tables.size(); ++i) {
    const SeedTable& table = seed.tables[i];
    auto columns = columns_of(session, table);
    if (!columns) return std::move(columns).error();
    if (auto checked = check_table(table, *columns, session.dialect()); !checked)
      return std::move(checked).error();
    catalog.columns_.push_back(std::move(columns->names));
    for (const std::string& column : table.key)
      if (auto checked = catalog.check_column(i, column, table.where); !checked)
        return std::move(checked).error();
    auto found = parents_of(session, table);
    if (!found) return std::move(found).error();
    parents.push_back(*std::move(found));
  }
  auto order = order_of(seed, parents);
  if (!order) return std::move(order).error();
  catalog.order_ = *std::move(order);
  return catalog;
}

Result<void> SeedCatalog::check_column(std::size_t table, std::string_view column,
                                       const base::SourcePosition& where) const {
  const std::vector<std::string>& known = columns_[table];
  // whether case matters is the database's to say
  if (std::ranges::any_of(known, [&](const auto& name) { return is_same_name(name, column); }))
    return {};
  const std::vector<std::string_view> names(known.begin(), known.end());
  const std::string_view guess = base::closest_of(column, names);
  return Error{.code = Code::bad_input,
               .message = "the table '" + seed_->tables[table].shown() + "' has no column '" +
                          std::string(column) + "'",
               .hint = guess.empty() ? "" : "did you mean '" + std::string(guess) + "'?",
               .where = where};
}

}  // namespace garboard::execution
