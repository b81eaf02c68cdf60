// SPDX-License-Identifier: Apache-2.0
// Rows on their way into a table: from a seed's list or from a CSV file, one at a time, and as the
// text that bulk loading takes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/csv_reader.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "model/seed.hpp"
#include "ports/files.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

using base::Result;

class RowSource {
 public:
  RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;
  virtual ~RowSource() = default;
  /// The next row; false at the end.
  virtual Result<bool> next() = 0;
  /// Of the last row, by column; valid until the next call.
  [[nodiscard]] virtual std::span<const ports::Param> values() const noexcept = 0;
  /// Where row number `n`, from 1, stands; may read the file again.
  [[nodiscard]] virtual base::SourcePosition position_of(std::uint64_t n) = 0;
};

/// Rows that are in memory.
class ListRows final : public RowSource {
 public:
  struct Row {
    std::vector<std::optional<std::string>> values;
    base::SourcePosition where;
  };
  /// Borrowed.
  explicit ListRows(const std::vector<Row>& rows) : rows_(rows) {}
  Result<bool> next() override;
  [[nodiscard]] std::span<const ports::Param> values() const noexcept override { return values_; }
  [[nodiscard]] base::SourcePosition position_of(std::uint64_t n) override;

 private:
  const std::vector<Row>& rows_;
  std::size_t at_ = 0;
  std::vector<ports::Param> values_;
};

/// Passes a file's bytes on and digests them.
class DigestingSource final : public base::ByteSource {
 public:
  explicit DigestingSource(std::unique_ptr<base::ByteSource> source) : source_(std::move(source)) {}
  Result<std::size_t> read(std::span<char> buffer) override;
  /// Of everything read, with normalised line ends; once.
  [[nodiscard]] std::string hex() { return digest_.hex(); }

 private:
  std::unique_ptr<base::ByteSource> source_;
  base::ScriptDigest digest_;
};

/// A CSV file whose first record names the columns.
class CsvRows final : public RowSource {
 public:
  /// Opens the file and reads its header. Both borrowed.
  static Result<std::unique_ptr<CsvRows>> open(ports::Files& files, const model::SeedCsv& csv);
  /// Those that are loaded, in the order of the values.
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  /// Where a column's name stands.
  [[nodiscard]] base::SourcePosition header_position(std::size_t column) const {
    return places_[column];
  }
  Result<bool> next() override;
  [[nodiscard]] std::span<const ports::Param> values() const noexcept override { return values_; }
  [[nodiscard]] base::SourcePosition position_of(std::uint64_t n) override;
  /// After next() has answered false.
  [[nodiscard]] std::string digest() { return source_.hex(); }

 private:
  CsvRows(ports::Files& files, const model::SeedCsv& csv, std::unique_ptr<base::ByteSource> source);
  Result<void> read_header();
  [[nodiscard]] base::Error wrong_count(std::size_t found) const;

  ports::Files& files_;
  const model::SeedCsv& csv_;
  DigestingSource source_;
  base::CsvReader reader_;
  std::size_t width_ = 0;
  std::vector<std::string> columns_;
  std::vector<std::size_t> kept_;  ///< which field each column has
  std::vector<base::SourcePosition> places_;
  std::vector<ports::Param> values_;
};

/// Rows in the form that a dialect's bulk statement reads: fields between tabs, one row to a line,
/// `\N` for NULL, and a backslash before tab (`\t`), line feed (`\n`), carriage return (`\r`) and
/// backslash.
class CopyText final : public base::ByteSource {
 public:
  explicit CopyText(RowSource& rows) : rows_(rows) {}
  Result<std::size_t> read(std::span<char> buffer) override;
  [[nodiscard]] std::uint64_t rows() const noexcept { return count_; }

 private:
  void append(std::span<const ports::Param> values);

  RowSource& rows_;
  std::string held_;
  std::size_t sent_ = 0;  ///< of what is held
  std::uint64_t count_ = 0;
  bool is_at_end_ = false;
};

}  // namespace garboard::execution
