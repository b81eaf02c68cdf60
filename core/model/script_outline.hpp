// SPDX-License-Identifier: Apache-2.0
// ScriptOutline: what a migration's script would do, fit to be told to others: no data, no secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

/// A comment "policy: .." of the author's.
struct Directive {
  std::string text;
  std::uint32_t line = 0;  ///< in the author's file; 0 = unknown
};

struct OutlinedStatement {
  std::size_t number = 0;  ///< 1-based in the migration
  std::string sql = {};    ///< see sql::without_literals
  bool is_cut = false;
  base::SourcePosition where = {};
  std::vector<Directive> directives = {};  ///< before it, or in it
};

struct ScriptOutline {
  static constexpr std::size_t max_statements = 10'000;
  static constexpr std::size_t max_statement_bytes = std::size_t{64} << 10U;

  std::vector<OutlinedStatement> statements = {};
  std::size_t left_out = 0;  ///< how many more there are
  bool is_one_transaction = false;
};

}  // namespace garboard::model
