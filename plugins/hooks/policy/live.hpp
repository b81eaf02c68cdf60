// SPDX-License-Identifier: Apache-2.0
// Facts that only the database knows. Every answer is empty where there is no connection, or where
// it could not say; why not, is kept for those who want to fail closed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts.hpp"

namespace garboard::policy {

class Live {
 public:
  struct Table {
    bool is_there = false;
    bool is_partitioned = false;
    std::int64_t rows = -1, bytes = -1;  ///< -1 = not known
    std::string engine;
  };
  using Rows = std::vector<std::vector<std::optional<std::string>>>;

  explicit Live(Dialect dialect) : dialect_(dialect) {}
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  /// Asks for these tables at once.
  void load(const std::vector<Name>& tables);
  [[nodiscard]] std::optional<Table> table(const Name& name);
  [[nodiscard]] std::optional<bool> is_empty(const Name& table);
  /// As the dialect writes it: "character varying(20)", "varchar(20)".
  [[nodiscard]] std::optional<std::string> column_type(const Name& table, std::string_view column);
  /// PostgreSQL: NOT NULL already, or a validated CHECK says so.
  [[nodiscard]] std::optional<bool> is_never_null(const Name& table, std::string_view column);
  [[nodiscard]] std::optional<bool> is_index_invalid(const Name& index);
  [[nodiscard]] std::optional<bool> is_volatile(std::string_view function);
  /// PostgreSQL's; SHOW.
  [[nodiscard]] std::optional<std::string> setting(std::string_view name);
  /// SQLite: some other table's foreign key refers to it.
  [[nodiscard]] std::optional<bool> is_referenced(const Name& table);
  /// Rows of any statement that reads.
  [[nodiscard]] std::optional<Rows> ask(const std::string& sql);

  /// Of the first question that was refused by the database; empty when none was.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  [[nodiscard]] bool is_offline() const noexcept { return is_offline_; }
  [[nodiscard]] std::string quoted(const Name& name) const;

 private:
  [[nodiscard]] std::string tables_sql(const std::vector<Name>& tables) const;
  [[nodiscard]] std::optional<bool> yes(const std::string& sql);
  [[nodiscard]] std::optional<std::string> cell(const std::string& sql);
  [[nodiscard]] std::string identifier(std::string_view name) const;
  [[nodiscard]] std::string literal(std::string_view text) const;
  [[nodiscard]] std::string schema_of(const Name& name) const;

  Dialect dialect_;
  bool is_offline_ = false;
  std::string trouble_;
  std::map<std::string, Table, std::less<>> tables_;
  std::map<std::string, std::optional<Rows>, std::less<>> answers_;
};

}  // namespace garboard::policy
