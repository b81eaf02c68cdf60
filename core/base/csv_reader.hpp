// SPDX-License-Identifier: Apache-2.0
// CsvReader: the records of a CSV file as RFC 4180 has it, streamed: one record is in memory at a
// time, and every mistake has its line and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"
#include "base/result.hpp"

namespace garboard::base {

struct CsvField {
  std::string_view text;  ///< without quotes, doubled quotes as one
  bool is_quoted = false;
};

/// Lines end with LF or CRLF, also after the last record or not; a byte order mark at the start is
/// no data. A quote inside an unquoted field, text after a closing quote, a lone CR outside quotes,
/// a NUL byte and what is no UTF-8 are errors of Code::bad_input.
class CsvReader {
 public:
  static constexpr std::size_t max_record_bytes = std::size_t{16} << 20U;

  /// `source` is borrowed; `file` is the path as messages show it.
  CsvReader(ByteSource& source, std::string file, char delimiter);

  /// The next record; false at the end. An empty line is a record of one empty, unquoted field.
  Result<bool> next();
  /// Of the last record; valid until the next call.
  [[nodiscard]] std::span<const CsvField> fields() const noexcept { return fields_; }
  /// Where the last record begins.
  [[nodiscard]] SourcePosition position() const;
  /// Where a field of the last record begins.
  [[nodiscard]] SourcePosition position_of(std::size_t field) const;

 private:
  enum class Step { record, more /* bytes are needed */, end, wrong };
  struct Slice {
    std::size_t begin;  ///< of its first character in the record, quotes included
    std::size_t at;
    std::size_t size;
    bool is_unescaped;  ///< `at` counts in unescaped_, not in the record
    bool is_quoted;
  };

  Result<void> fill();
  Step parse();
  Step parse_quoted(std::size_t& at);
  Step parse_plain(std::size_t& at);
  /// What stands after a field: a delimiter, or the record's end.
  Step parse_end(std::size_t& at, bool& is_last);
  Step refuse(std::size_t at, std::string_view message, std::string_view hint = {});
  [[nodiscard]] std::string_view rest() const noexcept {
    return {buffer_.data() + begin_, end_ - begin_};
  }
  [[nodiscard]] SourcePosition position_at(std::size_t offset) const;
  Result<bool> finish(std::size_t size);

  ByteSource& source_;
  std::string file_;
  char delimiter_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< of the record that is next, or being parsed
  std::size_t end_ = 0;
  bool is_at_end_ = false;
  bool has_begun_ = false;
  std::size_t record_size_ = 0;  ///< of the last record with its line end
  std::uint32_t line_ = 1;       ///< where the last record begins
  std::uint32_t next_line_ = 1;
  std::vector<Slice> slices_;
  std::string unescaped_;
  std::vector<CsvField> fields_;
  Error error_ = {};
};

}  // namespace garboard::base
