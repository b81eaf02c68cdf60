// SPDX-License-Identifier: Apache-2.0
#include "planning/seed_order.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace garboard::planning {

namespace {

using model::SeedParent;
using model::SeedTable;

// Some databases do not tell names apart by case; an edge too many does no harm.
bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

using Needs = std::vector<std::set<std::size_t>>;

void add_foreign_keys(const model::Seed& seed, std::span<const std::vector<SeedParent>> parents,
                      Needs& needs) {
  for (std::size_t child = 0; child < parents.size(); ++child) {
    for (const SeedParent& parent : parents[child]) {
      for (std::size_t i = 0; i < seed.tables.size(); ++i) {
        const SeedTable& table = seed.tables[i];
        const bool is_meant = is_same_name(table.name, parent.name) &&
                              (table.schema.empty() || parent.schema.empty() ||
                               is_same_name(table.schema, parent.schema));
        if (is_meant && i != child) needs[child].insert(i);
      }
    }
  }
}

void add_references(const model::Seed& seed, Needs& needs) {
  std::map<std::string_view, std::size_t> homes;
  for (std::size_t i = 0; i < seed.tables.size(); ++i)
    for (const model::SeedRow& row : seed.tables[i].rows)
      if (!row.alias.empty()) homes.emplace(row.alias, i);
  for (std::size_t i = 0; i < seed.tables.size(); ++i) {
    for (const model::SeedRow& row : seed.tables[i].rows) {
      for (const auto& [column, value] : row.values) {
        if (!value.reference) continue;
        const auto home = homes.find(value.reference->alias);
        if (home != homes.end() && home->second != i) needs[i].insert(home->second);
      }
    }
  }
}

/// One circle among the tables that are left, each of which needs another one of them.
std::string circle_of(const model::Seed& seed, const Needs& needs, std::size_t start) {
  std::vector<std::size_t> path;
  std::size_t at = start;
  while (std::ranges::find(path, at) == path.end()) {
    path.push_back(at);
    at = *needs[at].begin();
  }
  std::string text;
  for (auto it = std::ranges::find(path, at); it != path.end(); ++it)
    text += seed.tables[*it].shown() + " -> ";
  return text + seed.tables[at].shown();
}

}  // namespace

Result<std::vector<std::size_t>> order_tables(const model::Seed& seed,
                                              std::span<const std::vector<SeedParent>> parents) {
  Needs needs(seed.tables.size());
  add_foreign_keys(seed, parents, needs);
  add_references(seed, needs);
  std::vector<std::size_t> order;
  std::vector<std::size_t> left(seed.tables.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  while (!left.empty()) {
    const auto next = std::ranges::find_if(left, [&](std::size_t i) { return needs[i].empty(); });
    if (next == left.end()) {
      return base::Error{
          .code = base::Code::bad_input,
          .message = "the tables of seed '" + seed.id +
                     "' need each other: " + circle_of(seed, needs, left.front()),
          .hint =
              "fill one of them in a seed of its own, with the column that closes the circle "
              "left out or null",
          .where = seed.tables[left.front()].where};
    }
    const std::size_t done = *next;
    left.erase(next);
    order.push_back(done);
    for (auto& needed : needs) needed.erase(done);
  }
  return order;
}

}  // namespace garboard::planning
