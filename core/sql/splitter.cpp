// SPDX-License-Identifier: Apache-2.0
#include "sql/splitter.hpp"

#include <utility>

#include "sql/characters.hpp"
#include "sql/client_command.hpp"

namespace garboard::sql {

Splitter::Splitter(const model::LexicalTraits& traits, base::ByteSource& source)
    : traits_(traits), window_(source), lexer_(traits_, window_), shape_(traits_), rows_(window_) {}

base::Result<bool> Splitter::next(Piece& piece) {
  window_.release();
  if (has_rows_) {
    base::Result<bool> ended = end_rows(piece);
    if (!ended || *ended) return ended;
  }
  for (;;) {
    base::Result<bool> found = next_statement(piece);
    if (!found || !*found || !is_nothing_) return found;
    window_.release();
  }
}

base::Result<bool> Splitter::next_statement(Piece& piece) {
  is_nothing_ = false;
  for (;;) {
    lexer_.start_statement();
    if (base::Result<void> skipped = lexer_.skip_space(); !skipped)
      return std::move(skipped.error());
    if (traits_.has_delimiter_command && is_at_delimiter_command()) return delimiter_command(piece);
    const bool is_psql_separator =
        traits_.has_meta_commands && window_.peek() == '\\' && window_.peek(1) == ';';
    if (!is_psql_separator && (window_.peek() != ';' || lexer_.has_own_delimiter())) break;
    window_.skip(is_psql_separator ? 2 : 1);
  }
  return read_statement(piece);
}

base::Result<bool> Splitter::read_statement(Piece& piece) {
  window_.keep();
  begin_ = end_ = window_.index();
  has_delimiter_line_ = false;
  shape_.start();
  for (;;) {
    base::Result<Token> token = lexer_.read();
    if (!token) {
      if (window_.failure()) return *window_.failure();
      return std::move(token.error());
    }
    base::Result<bool> is_done = see(*token, piece);
    if (!is_done || *is_done) return is_done;
    if (token->kind == Token::Kind::end) return false;
    if (base::Result<void> skipped = lexer_.skip_space(); !skipped)
      return std::move(skipped.error());
  }
}

base::Result<bool> Splitter::see(const Token& token, Piece& piece) {
  const bool is_empty = end_ == begin_;
  switch (token.kind) {
    case Token::Kind::end:
      return end_of_text(piece);
    case Token::Kind::delimiter:
      return is_empty ? end_nothing() : finish(piece);
    case Token::Kind::backslash:
      return see_backslash(piece);
    case Token::Kind::guard:
      end_ = token.end;
      if (is_empty && is_sandbox_line(window_.view(token.begin, token.end))) {
        fill(piece, Piece::Kind::client, end_);
        return true;
      }
      return false;
    default:
      break;
  }
  if (token.is_symbol(';')) {
    if (!lexer_.has_own_delimiter() && !lexer_.is_in_guard() && !shape_.is_open())
      return finish(piece);
    shape_.see_semicolon();
    // "END;" before a delimiter of one's own: the server needs no ';' there.
    if (lexer_.has_own_delimiter() && !lexer_.is_in_guard()) return false;
  } else {
    shape_.see(token, window_.view(token.begin, token.end));
    if (shape_.expects_routine_text()) lexer_.allow_dollar_quote();
    if (lexer_.has_own_delimiter() && is_first_on_line(token)) has_delimiter_line_ = true;
  }
  end_ = token.end;
  return false;
}

bool Splitter::is_first_on_line(const Token& token) const {
  if (token.kind != Token::Kind::word ||
      !is_word(window_.view(token.begin, token.end), "delimiter"))
    return false;
  const std::string_view before = window_.view(begin_, token.begin);
  const std::size_t last = before.find_last_not_of(" \t");
  return last != std::string_view::npos && before[last] == '\n';
}

base::Result<bool> Splitter::end_of_text(Piece& piece) {
  if (window_.failure()) return *window_.failure();
  if (end_ == begin_) return false;
  if (lexer_.is_in_guard()) return lexer_.open_guard();
  if (lexer_.has_own_delimiter()) {
    if (has_delimiter_line_)
      return lexer_.error_at(begin_,
                             "the statement that begins here is not ended by the delimiter "
                             "set before it, and runs into a later DELIMITER line");
  } else if (const std::optional<Opening> opening = shape_.opening()) {
    std::string message("the block opened here with ");
    message.append(opening->opened).append(" is not closed; expected ").append(opening->expected);
    return lexer_.error_at(opening->index, std::move(message));
  }
  fill(piece, Piece::Kind::statement, end_);
  shape_.finish();
  return true;
}

/// Of a delimiter with no statement before it.
bool Splitter::end_nothing() noexcept {
  is_nothing_ = true;
  return true;
}

bool Splitter::finish(Piece& piece) {
  fill(piece, Piece::Kind::statement, end_);
  if (shape_.finish()) shape_.apply_mode(traits_);
  if (shape_.takes_copy_rows()) {
    piece.has_rows = true;
    copy_text_ = piece.text;
    piece.text = copy_text_;
    begin_rows();
  }
  return true;
}

void Splitter::fill(Piece& piece, Piece::Kind kind, std::uint64_t end) {
  const Place place = window_.locate(begin_);
  piece = Piece{kind,       window_.view(begin_, end),
                place.byte, place.byte + (end - begin_),
                place.line, place.column,
                false};
}

base::Result<bool> Splitter::see_backslash(Piece& piece) {
  const int command = window_.peek(1);
  if (!traits_.has_meta_commands) {
    const bool is_go = (command == 'g' || command == 'G') && !lexer_.is_in_guard();
    window_.skip(is_go ? 2 : 1);
    if (!is_go) {
      end_ = window_.index();
      return false;
    }
    return end_ == begin_ ? end_nothing() : finish(piece);
  }
  if (end_ == begin_) return client_command(piece);
  if (command == ';') {
    window_.skip(2);
    return finish(piece);
  }
  if (command == 'g') {
    // A plain \g is psql's other ';'. With more behind it, it is a command of its own.
    std::size_t ahead = 2;
    while (is_blank(window_.peek(ahead)) && window_.peek(ahead) != '\n') ++ahead;
    if (window_.peek(ahead) == '\n' || window_.peek(ahead) < 0) window_.skip(ahead);
    return finish(piece);
  }
  return lexer_.error_at(window_.index(),
                         "a client command inside a statement; expected ';' before it");
}

base::Result<bool> Splitter::client_command(Piece& piece) {
  const std::uint64_t end = skip_backslash_command(window_);
  fill(piece, Piece::Kind::client, end);
  if (CopyStatement::takes_rows(piece.text.substr(1), traits_)) {
    piece.has_rows = true;
    copy_text_ = piece.text;
    piece.text = copy_text_;
    begin_rows();
  }
  return true;
}

bool Splitter::is_at_delimiter_command() {
  constexpr std::string_view name = "delimiter";
  for (std::size_t i = 0; i < name.size(); ++i) {
    const int c = window_.peek(i);
    if (c < 0 || (c | 0x20) != name[i]) return false;
  }
  const int after = window_.peek(name.size());
  return after < 0 || is_blank(after);
}

base::Result<bool> Splitter::delimiter_command(Piece& piece) {
  window_.keep();
  begin_ = window_.index();
  end_ = skip_to_line_end(window_);
  fill(piece, Piece::Kind::client, end_);
  const std::string_view delimiter = delimiter_argument(piece.text);
  if (delimiter.empty() || delimiter.find('\\') != std::string_view::npos)
    return lexer_.error_at(begin_, "DELIMITER needs a delimiter without backslash behind it");
  lexer_.set_delimiter(delimiter);
  return true;
}

void Splitter::begin_rows() {
  has_rows_ = true;
  window_.release();
  held_place_ = window_.locate(window_.index());
  window_.keep();
  const std::uint64_t begin = window_.index();
  skip_to_line_end(window_);
  window_.skip(window_.peek() == '\n' ? 1 : 0);
  const std::string_view line = window_.view(begin, window_.index());
  const bool is_blank_line = line.find_first_not_of(" \t\r\n\f") == std::string_view::npos;
  held_line_ = is_blank_line ? std::string_view() : line;
  window_.release();
  rows_place_ = window_.locate(window_.index());
  rows_.begin();
}

base::Result<bool> Splitter::end_rows(Piece& piece) {
  has_rows_ = false;
  const bool was_read = rows_.was_read();
  if (base::Result<void> skipped = rows_.skip(); !skipped) return std::move(skipped.error());
  if (!held_line_.empty()) window_.put_back(held_line_, held_place_);
  held_line_.clear();
  if (was_read || rows_.end_byte() == rows_place_.byte) return false;
  piece = Piece{Piece::Kind::copy_data, {},   rows_place_.byte, rows_.end_byte(), rows_place_.line,
                rows_place_.column,     false};
  return true;
}

}  // namespace garboard::sql
