// SPDX-License-Identifier: Apache-2.0
#include "placeholders.hpp"

#include <algorithm>

#include <garboard/driver.hpp>

#include "lexer.hpp"

namespace garboard::mysql {
namespace {

// Bytes that mean the same in every client character set and in every sql_mode.
bool is_plain(char c) noexcept { return c >= ' ' && c < '\x7f' && c != '\'' && c != '\\'; }

}  // namespace

std::int64_t BoundStatement::original_position(std::int64_t position) const noexcept {
  if (position < 0) return -1;
  const auto bound = static_cast<std::size_t>(position);
  std::size_t original = bound;
  for (const Replacement& r : replacements) {
    if (r.bound_offset > bound) break;
    const std::size_t bound_end = r.bound_offset + r.bound_size;
    original = bound < bound_end ? r.original_offset : r.original_offset + 1 + (bound - bound_end);
  }
  return static_cast<std::int64_t>(original);
}

std::string literal(gbd_str value) {
  if (value.ptr == nullptr) return "NULL";
  const std::string_view text = sdk::view(value);
  std::string out = "_utf8mb4";
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    out.append("'").append(text).append("'");
    return out;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out.reserve(out.size() + 2 * text.size() + 4);
  out += " X'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  out += '\'';
  return out;
}

BoundStatement bind_params(std::string_view sql, std::span<const gbd_str> params,
                           bool has_backslash_escapes) {
  BoundStatement bound;
  Lexer lexer(sql, has_backslash_escapes);
  std::size_t copied = 0, used = 0;
  for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
    if (token.kind == Token::Kind::double_quoted && has_backslash_escapes &&
        token.text.find('\\') != std::string_view::npos)
      throw sdk::Failure(GBD_E_INVALID,
                         "a statement with parameters cannot hold a backslash between double "
                         "quotes: its meaning depends on the session's sql_mode");
    if (!token.is_symbol('?')) continue;
    if (used == params.size()) {
      ++used;
      break;
    }
    bound.sql.append(sql, copied, token.offset - copied);
    const std::string value = literal(params[used++]);
    bound.replacements.push_back({token.offset, bound.sql.size(), value.size()});
    bound.sql += value;
    copied = token.offset + 1;
  }
  if (used != params.size())
    throw sdk::Failure(GBD_E_INVALID, "the statement has " +
                                          std::string(used > params.size() ? "more" : "fewer") +
                                          " placeholders than the " +
                                          std::to_string(params.size()) + " parameters given");
  bound.sql.append(sql, copied);
  return bound;
}

}  // namespace garboard::mysql
