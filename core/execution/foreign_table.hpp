// SPDX-License-Identifier: Apache-2.0
// A table of another tool, looked at with nothing but SELECT of quoted names, which every dialect
// has: whether it is there, which columns it has, and its rows as text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

using base::Result;

using ForeignRow = std::vector<std::optional<std::string>>;

class ForeignTable {
 public:
  /// `name`: "table", or "schema.table". Borrows the session.
  ForeignTable(ports::Session& session, std::string_view name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] Result<bool> exists();
  /// Of a table that exists.
  [[nodiscard]] Result<bool> has_column(std::string_view column);
  [[nodiscard]] Result<bool> has_columns(std::span<const std::string_view> columns);
  /// The cells of these columns in each row, in the order of one of them (empty = any order).
  [[nodiscard]] Result<std::vector<ForeignRow>> rows(std::span<const std::string_view> columns,
                                                     std::string_view order_by = {});

 private:
  Result<bool> answers(const std::string& sql);

  ports::Session& session_;
  std::string name_;  // for people
  std::string quoted_;
};

/// What databases write for a truth: t, true, 1, or a byte of value 1.
[[nodiscard]] bool is_true(const std::optional<std::string>& cell);
[[nodiscard]] std::string text_of(const std::optional<std::string>& cell);

}  // namespace garboard::execution
