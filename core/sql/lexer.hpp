// SPDX-License-Identifier: Apache-2.0
// Lexer: cuts the text of a script into tokens as one server (or its command-line client) does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/dialect.hpp"
#include "sql/text_window.hpp"

namespace garboard::sql {

struct Token {
  enum class Kind : std::uint8_t {
    end,     ///< of the text
    word,    ///< keyword or plain identifier
    name,    ///< quoted identifier
    string,  ///< of any notation
    number,
    variable,   ///< SQLite's $x::y(z), @x, :x
    symbol,     ///< one byte of anything else; ';' too unless another delimiter is set
    delimiter,  ///< what a DELIMITER command has set
    guard,      ///< opens or closes an executable comment, or is one that no server executes
    backslash,  ///< begins a command of the command-line client; not read over
  };
  Kind kind = Kind::end;
  char symbol = '\0';
  std::uint64_t begin = 0;  ///< as of TextWindow::index
  std::uint64_t end = 0;

  [[nodiscard]] bool is_symbol(char c) const noexcept {
    return kind == Kind::symbol && symbol == c;
  }
};

class Lexer {
 public:
  /// Both outlive the lexer; `traits` may be changed between two statements.
  Lexer(const model::LexicalTraits& traits, TextWindow& window)
      : traits_(traits), window_(window) {}

  /// A new statement: what an earlier one left open is forgotten.
  void start_statement() noexcept;
  /// Skips white space and comments. Fails on a comment that is not closed.
  base::Result<void> skip_space();
  /// The token at the cursor, after skip_space. Fails on what is opened and not closed.
  base::Result<Token> read();

  /// `delimiter` ends statements instead of ';'. Not empty, no white space.
  void set_delimiter(std::string_view delimiter);
  [[nodiscard]] bool has_own_delimiter() const noexcept { return !delimiter_.empty(); }
  /// The next token may be $tag$..$tag$ though the dialect has no such strings elsewhere.
  void allow_dollar_quote() noexcept { may_dollar_quote_ = true; }
  /// True inside an executable comment, where nothing ends a statement.
  [[nodiscard]] bool is_in_guard() const noexcept { return guards_ > 0; }
  /// What is wrong when the text ends there.
  [[nodiscard]] base::Error open_guard();
  /// An error of the caller's about the text at `index`.
  [[nodiscard]] base::Error error_at(std::uint64_t index, std::string message) const;

 private:
  [[nodiscard]] bool is_space(int c) const noexcept;
  [[nodiscard]] bool begins_byte_order_mark();
  [[nodiscard]] bool begins_line_comment();
  [[nodiscard]] bool begins_guard();
  [[nodiscard]] bool is_at_delimiter();
  void skip_line();
  base::Result<void> skip_block_comment();
  bool skip_flat_comment();
  bool skip_nested_comment();

  base::Result<void> read_token(Token& token, int c);
  base::Result<void> read_unquoted(Token& token, int c);
  base::Result<void> read_string(char quote, bool knows_backslash);
  base::Result<void> read_escape_string();
  [[nodiscard]] std::size_t continuation_distance();
  base::Result<void> read_name(char quote);
  base::Result<void> read_dollar_quote(std::size_t tag_size);
  base::Result<void> read_guard();
  void read_word();
  void read_number();
  void read_digits_and_letters();
  void read_variable();
  [[nodiscard]] std::size_t dollar_tag_size();
  bool skip_past(char c);

  const model::LexicalTraits& traits_;
  TextWindow& window_;
  std::string delimiter_;  // empty = ';'
  Token::Kind last_ = Token::Kind::end;
  std::uint32_t guards_ = 0;
  std::uint64_t guard_begin_ = 0;
  bool is_first_ = true;  // nothing of the statement has been read
  bool may_dollar_quote_ = false;
};

}  // namespace garboard::sql
