// SPDX-License-Identifier: Apache-2.0
// Splitter: cuts a script into the statements that its server takes one by one, while it streams
// by. What counts is the grammar of the server; where only the command-line client knows a notation
// (DELIMITER, psql's backslash commands, rows after COPY), the client's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_source.hpp"
#include "base/result.hpp"
#include "model/dialect.hpp"
#include "sql/copy_rows.hpp"
#include "sql/lexer.hpp"
#include "sql/statement_shape.hpp"
#include "sql/text_window.hpp"

namespace garboard::sql {

struct Piece {
  enum class Kind : std::uint8_t {
    statement,
    copy_data,  ///< rows that nobody read; no text
    client,     ///< a command of the command-line client, never for the server
  };
  Kind kind = Kind::statement;
  /// From the first byte of the first token to one past the last. Valid until the next `next()`.
  std::string_view text = {};
  std::uint64_t byte = 0;      ///< of the first byte, from 0
  std::uint64_t end_byte = 0;  ///< one past the last
  std::uint32_t line = 0;      ///< 1-based; a line ends at LF
  std::uint32_t column = 0;    ///< 1-based, in code points
  bool has_rows = false;       ///< COPY .. FROM stdin, whose rows `copy_rows()` gives
};

/// Takes linear time, and memory for the longest single statement. Not to be moved: `copy_rows()`
/// refers to it.
class Splitter {
 public:
  /// `source` outlives the splitter.
  Splitter(const model::LexicalTraits& traits, base::ByteSource& source);
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;

  /// The next piece; false at the end. An error of the text is bad_input with line and column but
  /// no file; after an error there is no going on.
  base::Result<bool> next(Piece& piece);

  /// After a piece with `has_rows`: its rows as they stand, without the line "\.". May be read
  /// until the next `next()`, which skips what is left; the piece's text stays valid meanwhile.
  /// When nothing is read, `next()` gives the rows as a copy_data piece.
  [[nodiscard]] base::ByteSource& copy_rows() noexcept { return rows_; }

  /// How many bytes of memory the text takes.
  [[nodiscard]] std::size_t capacity() const noexcept { return window_.capacity(); }

 private:
  base::Result<bool> next_statement(Piece& piece);
  base::Result<bool> read_statement(Piece& piece);
  base::Result<bool> see(const Token& token, Piece& piece);
  base::Result<bool> see_backslash(Piece& piece);
  base::Result<bool> end_of_text(Piece& piece);
  bool end_nothing() noexcept;
  bool finish(Piece& piece);
  base::Result<bool> client_command(Piece& piece);
  [[nodiscard]] bool is_at_delimiter_command();
  base::Result<bool> delimiter_command(Piece& piece);
  void fill(Piece& piece, Piece::Kind kind, std::uint64_t end);
  void begin_rows();
  base::Result<bool> end_rows(Piece& piece);
  [[nodiscard]] bool is_first_on_line(const Token& token) const;

  model::LexicalTraits traits_;
  TextWindow window_;
  Lexer lexer_;
  StatementShape shape_;
  CopyRows rows_;
  bool has_rows_ = false;
  std::string copy_text_;  // of a COPY, while its rows are read
  std::string held_line_;  // what follows a COPY on its line; it runs after the rows
  Place held_place_;
  Place rows_place_;
  std::uint64_t begin_ = 0;  // of the statement, as of TextWindow::index
  std::uint64_t end_ = 0;    // of its last token so far
  bool has_delimiter_line_ = false;
  bool is_nothing_ = false;  // a delimiter came, and no statement was before it
};

}  // namespace garboard::sql
