// SPDX-License-Identifier: Apache-2.0
// The values that references between a seed's rows stand for: taken from the seed itself, or read
// from the database where it makes them.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "execution/seed_catalog.hpp"
#include "model/seed.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

class SeedReferences {
 public:
  /// All borrowed.
  SeedReferences(ports::Session& session, const model::Seed& seed, const SeedCatalog& catalog);

  /// The row that has to be in its table before the value can be told: its table and its number.
  /// nullopt when the seed itself holds the value.
  Result<std::optional<std::pair<std::size_t, std::size_t>>> needed_row(
      const model::SeedValue& value) const;
  /// Text, or nullopt for NULL.
  Result<std::optional<std::string>> value_of(const model::SeedValue& value);

 private:
  struct Home {
    std::size_t table, row;
  };
  /// Follows references from row to row, to a value or to a column that the seed does not fill.
  struct Target {
    const model::SeedValue* value = nullptr;
    Home home = {};
    const model::SeedReference* last = nullptr;
  };
  Result<Target> follow(const model::SeedValue& value) const;
  Result<std::optional<std::string>> read_back(const Target& target);

  ports::Session& session_;
  const model::Seed& seed_;
  const SeedCatalog& catalog_;
  std::map<std::string_view, Home> homes_;
  std::map<std::pair<std::string, std::string>, std::optional<std::string>> known_;
};

}  // namespace garboard::execution
