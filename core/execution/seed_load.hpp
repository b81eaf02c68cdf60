// SPDX-License-Identifier: Apache-2.0
// Gets rows into a table the fastest way that its database has, in memory that does not grow with
// their number.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "execution/seed_rows.hpp"
#include "execution/worker.hpp"

namespace garboard::execution {

class SeedLoader {
 public:
  /// `said` is called now and then with the number of rows so far. Borrows the worker.
  SeedLoader(Worker& worker, std::function<void(std::uint64_t)> said)
      : worker_(worker), said_(std::move(said)) {}

  /// In the open transaction; returns how many rows. `table` is quoted and qualified. An error of
  /// one row has its place, where the server tells which it is.
  Result<std::uint64_t> load(const std::string& table, const std::vector<std::string>& columns,
                             RowSource& rows);

 private:
  Result<std::uint64_t> copy(const std::string& sql, RowSource& rows);
  Result<std::uint64_t> insert(const std::string& table, const std::vector<std::string>& columns,
                               RowSource& rows);

  Worker& worker_;
  std::function<void(std::uint64_t)> said_;
  bool is_copy_refused_ = false;  ///< the server does not take it
};

}  // namespace garboard::execution
