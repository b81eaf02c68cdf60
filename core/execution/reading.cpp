// SPDX-License-Identifier: Apache-2.0
#include "execution/reading.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

namespace garboard::execution {

namespace {

constexpr std::size_t max_rows = 10'000;

bool only_reads(std::string_view sql) {
  constexpr std::array<std::string_view, 6> words{"select",  "with",   "show",
                                                  "explain", "pragma", "values"};
  const std::size_t first = sql.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  sql.remove_prefix(first);
  return std::ranges::any_of(words, [sql](std::string_view word) {
    return sql.size() > word.size() &&
           std::ranges::equal(sql.substr(0, word.size()), word, {}, [](char c) {
             return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
           });
  });
}

}  // namespace

base::Result<std::string> read_rows_json(ports::Session& session, std::string_view sql) {
  if (!only_reads(sql))
    return base::Error{.code = base::Code::usage,
                       .message = "a hook may ask, as in SELECT or SHOW, and do nothing else"};
  const bool has_transaction = session.dialect().lock_scope != model::LockScope::begin;
  if (has_transaction) {
    if (auto begun = session.begin(); !begun) return std::move(begun).error();
  }
  nlohmann::json rows = nlohmann::json::array();
  auto read = session.exec(sql, {}, [&](std::span<const ports::Cell> cells) {
    nlohmann::json row = nlohmann::json::array();
    for (const ports::Cell& cell : cells)
      row.push_back(cell ? nlohmann::json(*cell) : nlohmann::json());
    rows.push_back(std::move(row));
    return rows.size() < max_rows;
  });
  if (has_transaction && (read || !read.error().is_connection_lost)) (void)session.rollback();
  if (!read) return std::move(read).error();
  return rows.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace garboard::execution
