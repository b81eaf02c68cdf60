// SPDX-License-Identifier: Apache-2.0
// The tracking table's row of one migration while it runs outside a transaction: how it is begun
// and how it ends, for each direction.
#pragma once

#include <chrono>

#include "base/result.hpp"
#include "execution/worker.hpp"

namespace garboard::execution {

class JobRow {
 public:
  /// Borrows both. Time counts from here.
  JobRow(Worker& worker, const Job& job);

  /// Says that the job is half-way. False when the row is not as the job knows it.
  Result<bool> begin();
  /// Another run goes on with it.
  Result<void> take_over();
  /// Clears the journal and says that the job is done: in the open transaction, or else in one of
  /// its own.
  Result<void> finish(bool is_in_transaction);

 private:
  Result<bool> claim();
  Result<void> send(std::span<const ports::Statement> statements, bool is_in_transaction);
  Result<void> finish_up(bool is_in_transaction);
  Result<void> finish_again(bool is_in_transaction);
  Result<void> finish_down(bool is_in_transaction);
  [[nodiscard]] std::chrono::milliseconds elapsed() const;

  Worker& worker_;
  const Job& job_;
  const std::chrono::milliseconds started_;
  std::array<ports::Param, 2> key_;
  std::string clear_;
};

}  // namespace garboard::execution
