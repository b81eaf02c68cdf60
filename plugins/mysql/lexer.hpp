// SPDX-License-Identifier: Apache-2.0
// Cuts one statement into tokens as MySQL's server does: enough to find placeholders, the kind of a
// statement and the names in it, without taking the inside of a string or comment for code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace garboard::mysql {

struct Token {
  enum class Kind : std::uint8_t {
    word,           ///< keyword, bare identifier or number
    backticked,     ///< `identifier`
    string,         ///< '..'
    double_quoted,  ///< "..": a string, or an identifier under ANSI_QUOTES
    symbol,         ///< any other single character
    end,
  };
  Kind kind = Kind::end;
  std::size_t offset = 0;
  std::string_view text = {};  ///< quotes included

  [[nodiscard]] bool is_word(std::string_view upper_case) const noexcept;
  [[nodiscard]] bool is_symbol(char c) const noexcept {
    return kind == Kind::symbol && text[0] == c;
  }
  [[nodiscard]] bool is_name() const noexcept {
    return kind == Kind::word || kind == Kind::backticked || kind == Kind::double_quoted;
  }
};

/// Reads the tokens of `sql`, which must outlive it. Comments are skipped; what stands in an
/// executable comment (/*! .. */, /*M! .. */) is code.
class Lexer {
 public:
  explicit Lexer(std::string_view sql, bool has_backslash_escapes = true) noexcept
      : sql_(sql), has_backslash_escapes_(has_backslash_escapes) {}
  [[nodiscard]] Token next() noexcept;

 private:
  [[nodiscard]] char at(std::size_t i) const noexcept { return i < sql_.size() ? sql_[i] : '\0'; }
  [[nodiscard]] bool starts(std::string_view text) const noexcept {
    return sql_.substr(pos_).starts_with(text);
  }
  bool skip_comment() noexcept;
  void skip_line() noexcept;
  void skip_quoted(char quote) noexcept;

  std::string_view sql_;
  std::size_t pos_ = 0;
  bool has_backslash_escapes_;
  bool is_in_executable_comment_ = false;
};

}  // namespace garboard::mysql
