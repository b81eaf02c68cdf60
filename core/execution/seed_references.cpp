// SPDX-License-Identifier: Apache-2.0
#include "execution/seed_references.hpp"

#include <span>

#include "execution/seed_sql.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::SeedReference;
using model::SeedRow;
using model::SeedTable;
using model::SeedValue;

std::string shown(const SeedReference& reference) {
  return reference.alias + "." + reference.column;
}

}  // namespace

SeedReferences::SeedReferences(ports::Session& session, const model::Seed& seed,
                               const SeedCatalog& catalog)
    : session_(session), seed_(seed), catalog_(catalog) {
  for (std::size_t table = 0; table < seed.tables.size(); ++table) {
    const auto& rows = seed.tables[table].rows;
    for (std::size_t row = 0; row < rows.size(); ++row)
      if (!rows[row].alias.empty()) homes_.emplace(rows[row].alias, Home{table, row});
  }
}

Result<SeedReferences::Target> SeedReferences::follow(const SeedValue& value) const {
  Target target{.value = &value};
  for (std::size_t steps = 0; target.value != nullptr && target.value->reference; ++steps) {
    target.last = &*target.value->reference;
    const auto home = homes_.find(target.last->alias);
    if (home == homes_.end() || steps > homes_.size()) {
      return Error{.code = Code::bad_input,
                   .message = "the reference " + shown(*target.last) + " leads in a circle",
                   .where = value.reference->where};
    }
    target.home = home->second;
    const SeedRow& row = seed_.tables[target.home.table].rows[target.home.row];
    target.value = row.find(target.last->column);
  }
  return target;
}

Result<std::optional<std::pair<std::size_t, std::size_t>>> SeedReferences::needed_row(
    const SeedValue& value) const {
  using Needed = std::optional<std::pair<std::size_t, std::size_t>>;
  auto target = follow(value);
  if (!target) return std::move(target).error();
  if (target->value != nullptr) return Needed{};
  return Needed{std::pair(target->home.table, target->home.row)};
}

Result<std::optional<std::string>> SeedReferences::value_of(const SeedValue& value) {
  auto target = follow(value);
  if (!target) return std::move(target).error();
  if (target->value != nullptr) return target->value->text;
  const std::pair key(target->last->alias, target->last->column);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  auto read = read_back(*target);
  if (read) known_.emplace(key, *read);
  return read;
}

Result<std::optional<std::string>> SeedReferences::read_back(const Target& target) {
  const SeedReference& reference = *target.last;
  const SeedTable& table = seed_.tables[target.home.table];
  if (auto checked = catalog_.check_column(target.home.table, reference.column, reference.where);
      !checked)
    return std::move(checked).error();
  if (table.key.empty()) {
    return Error{.code = Code::bad_input,
                 .message = "the database makes the value of " + shown(reference) +
                            ", and the table '" + table.shown() + "' has no 'key' to read it by",
                 .hint = "say which columns a row is known by: `key: [..]`",
                 .where = reference.where};
  }
  const SeedRow& row = table.rows[target.home.row];
  std::vector<std::optional<std::string>> values;
  for (const std::string& column : table.key) {
    const SeedValue* part = row.find(column);
    auto value =
        part == nullptr ? Result<std::optional<std::string>>(std::nullopt) : value_of(*part);
    if (!value) return value;
    values.push_back(*std::move(value));
  }
  const std::vector<ports::Param> params(values.begin(), values.end());
  std::size_t count = 0;
  std::optional<std::string> found;
  auto read = session_.exec(SeedTableSql(session_.dialect(), table).read_back(reference.column),
                            params, [&](std::span<const ports::Cell> cells) {
                              ++count;
                              found =
                                  cells[0] ? std::optional<std::string>(*cells[0]) : std::nullopt;
                              return count < 2;
                            });
  if (!read) return std::move(read).error().in("reading " + shown(reference));
  if (count == 1) return found;
  return Error{.code = Code::bad_input,
               .message = count == 0 ? "the row '" + reference.alias + "' is not in the table '" +
                                           table.shown() + "'"
                                     : "the table '" + table.shown() +
                                           "' has several rows with the key "
                                           "of '" +
                                           reference.alias + "'",
               .hint = count == 0 ? "did a trigger leave it out or change its key?"
                                  : "'key' has to name the columns of a unique key",
               .where = reference.where};
}

}  // namespace garboard::execution
