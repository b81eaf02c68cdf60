// SPDX-License-Identifier: Apache-2.0
// Reads a database's schema through the connection that is going to change it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/operations.hpp>

namespace garboard::sqlite {

using Row = std::vector<std::optional<std::string>>;

/// Runs a query; throws sdk::Failure.
void for_each_row(sqlite3* handle, const std::string& sql, const std::vector<std::string>& params,
                  const std::function<void(const Row&)>& take);

/// A name between double quotes.
[[nodiscard]] std::string quoted_name(std::string_view name);

struct ColumnFact {
  std::string name;
  bool is_generated = false;
};

struct TableFacts {
  std::string schema;                 ///< `main` or `temp`
  std::string prefix;                 ///< what stands before its name in SQL: empty or `"temp".`
  std::string name;                   ///< as it is written in the schema
  std::string sql;                    ///< its CREATE TABLE
  std::vector<ColumnFact> columns;    ///< the hidden ones of virtual tables are none
  std::vector<std::string> indexes;   ///< their CREATE INDEX
  std::vector<std::string> triggers;  ///< their CREATE TRIGGER
};

class Catalog {
 public:
  explicit Catalog(sqlite3* handle) : handle_(handle) {}

  /// Of an ordinary table; throws sdk::Failure when there is none or it is of another kind.
  [[nodiscard]] TableFacts table(const sdk::TableName& name) const;
  /// The CREATE TRIGGERs of a view; none when there is no such view.
  [[nodiscard]] std::vector<std::string> triggers_of_view(const sdk::TableName& view) const;
  /// Whether there is a unique index, not one that a constraint made.
  [[nodiscard]] bool has_unique_index(const TableFacts& table, const std::string& name) const;
  [[nodiscard]] bool has_object(const std::string& schema, const std::string& name) const;
  [[nodiscard]] std::int64_t number(const std::string& sql) const;

 private:
  [[nodiscard]] std::vector<std::string> texts(const std::string& sql,
                                               const std::vector<std::string>& params) const;
  [[nodiscard]] std::string schema_of(const sdk::TableName& name) const;

  sqlite3* handle_;
};

}  // namespace garboard::sqlite
