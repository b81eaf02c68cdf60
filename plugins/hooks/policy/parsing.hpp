// SPDX-License-Identifier: Apache-2.0
// From SQL to facts, whatever the dialect: PostgreSQL's by the worker, and by words where the
// worker cannot; the others' by words.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "facts.hpp"

namespace garboard::policy {

struct WorkerLimits {
  int memory_mb = 512;
  std::chrono::milliseconds timeout{5000};  ///< for one statement
  std::size_t max_statement_bytes = std::size_t{4096} << 10U;
};

struct SqlText {
  std::string_view sql;
  bool is_cut = false;
};

/// One for each text, in order. Never throws for what is in them.
[[nodiscard]] std::vector<Facts> parse(const std::vector<SqlText>& texts, Dialect dialect,
                                       const WorkerLimits& limits);

}  // namespace garboard::policy
