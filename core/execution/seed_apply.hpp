// SPDX-License-Identifier: Apache-2.0
// One seed inside an open transaction: its tables in order, inserted or reconciled.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "execution/seed_catalog.hpp"
#include "execution/worker.hpp"
#include "model/seed.hpp"
#include "model/seed_report.hpp"

namespace garboard::execution {

struct SeedFilled {
  std::vector<model::SeedTableReport> tables = {};  ///< in the order in which they were filled
  std::string checksum = {};
};

struct SeedHow {
  TableOrder order;
  /// How many changed rows of each kind and table are kept for the report; 0 = only counts.
  std::size_t shown_rows = 0;
  std::size_t& stage_number;  ///< counts the temporary tables of the session
};

/// Neither begins nor ends the transaction. After an error it can only be rolled back.
Result<SeedFilled> apply_seed(Worker& worker, const model::Seed& seed, const SeedHow& how);

/// The checksum that apply_seed would give, from the seed and its files; changes nothing.
Result<std::string> checksum_of(const model::Seed& seed, ports::Files& files);

}  // namespace garboard::execution
