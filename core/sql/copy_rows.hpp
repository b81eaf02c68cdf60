// SPDX-License-Identifier: Apache-2.0
// CopyRows: the rows that follow COPY .. FROM stdin in a script, as psql finds them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/byte_source.hpp"
#include "model/dialect.hpp"
#include "sql/seen.hpp"
#include "sql/text_window.hpp"

namespace garboard::sql {

/// Follows one statement and says whether it is a COPY that reads rows from its client.
class CopyStatement {
 public:
  void start() noexcept { *this = CopyStatement(); }
  void see(const Seen& token) noexcept;
  [[nodiscard]] bool takes_rows() const noexcept { return phase_ == Phase::found; }
  /// The same of a whole text.
  [[nodiscard]] static bool takes_rows(std::string_view statement,
                                       const model::LexicalTraits& traits);

 private:
  enum class Phase : std::uint8_t { first, target, source, found, other };
  Phase phase_ = Phase::first;
  std::uint32_t parentheses_ = 0;
  bool is_after_dot_ = false;
};

/// Streams raw rows up to the line "\." (which it reads over) or the end of the text.
class CopyRows final : public base::ByteSource {
 public:
  explicit CopyRows(TextWindow& window) : window_(window) {}
  /// The window's cursor stands at the first row.
  void begin() noexcept;
  [[nodiscard]] bool is_at_end() const noexcept { return is_at_end_; }
  /// True when a row has been read through this object.
  [[nodiscard]] bool was_read() const noexcept { return was_read_; }
  base::Result<std::size_t> read(std::span<char> buffer) override;
  /// Reads over what is left.
  base::Result<void> skip();
  /// Offset in the text of what follows the last row, once all are read.
  [[nodiscard]] std::uint64_t end_byte() const noexcept { return end_byte_; }

 private:
  [[nodiscard]] std::string_view next_part(std::size_t limit);
  [[nodiscard]] bool skip_end_line();

  TextWindow& window_;
  bool is_at_line_start_ = true;
  bool is_at_end_ = true;
  bool was_read_ = false;
  std::uint64_t end_byte_ = 0;
};

}  // namespace garboard::sql
