// SPDX-License-Identifier: Apache-2.0
#include "fingerprint.hpp"

#include <algorithm>
#include <array>

#include "lexer.hpp"

namespace garboard::mysql {
namespace {

constexpr std::array<std::string_view, 7> named_kinds{"TABLE",    "VIEW",  "TRIGGER", "PROCEDURE",
                                                      "FUNCTION", "EVENT", "SEQUENCE"};

// Reads one statement from left to right; a method that returns false has met something else.
class StatementReader {
 public:
  explicit StatementReader(std::string_view sql) : sql_(sql), lexer_(sql), token_(lexer_.next()) {}

  [[nodiscard]] const Token& token() const noexcept { return token_; }
  void advance() noexcept { token_ = lexer_.next(); }
  [[nodiscard]] bool is_at_end() const noexcept {
    return token_.kind == Token::Kind::end || token_.is_symbol(';');
  }
  bool take(std::string_view word) noexcept { return advance_if(token_.is_word(word)); }
  bool take(char symbol) noexcept { return advance_if(token_.is_symbol(symbol)); }
  template <class Words>
  bool take_any(const Words& words) noexcept {
    return std::any_of(words.begin(), words.end(), [this](std::string_view w) { return take(w); });
  }

  /// DEFINER = user, ALGORITHM = word, SQL SECURITY word, UNIQUE and the like.
  void skip_modifiers() noexcept {
    constexpr std::array<std::string_view, 8> single{"UNIQUE", "FULLTEXT", "SPATIAL",   "VECTOR",
                                                     "ONLINE", "OFFLINE",  "AGGREGATE", "IGNORE"};
    for (;;) {
      if (take_any(single)) continue;
      if (take("DEFINER")) {
        skip_user();
      } else if (take("ALGORITHM")) {
        take('=');
        advance();
      } else if (take("SQL")) {
        advance();
        advance();
      } else {
        return;
      }
    }
  }

  void skip_if_exists() noexcept {
    if (!take("IF")) return;
    take("NOT");
    take("EXISTS");
  }

  /// A name as it is written, with its database when it has one; empty when there is none.
  [[nodiscard]] std::string name() {
    if (!token_.is_name()) return {};
    std::string text(token_.text);
    advance();
    if (!take('.')) return text;
    if (!token_.is_name()) return {};
    text.append(".").append(token_.text);
    advance();
    return text;
  }

 private:
  bool advance_if(bool matches) noexcept {
    if (matches) advance();
    return matches;
  }
  void skip_user() noexcept {
    take('=');
    advance();
    if (take('(')) take(')');
    if (take('@')) advance();
  }

  std::string_view sql_;
  Lexer lexer_;
  Token token_;
};

struct Target {
  std::string_view kind;  // as SHOW CREATE wants it; empty = cannot tell
  std::string name;
};

// CREATE|DROP INDEX i ON t: what changes is the table
Target table_of_index(StatementReader& in) {
  while (!in.is_at_end() && !in.token().is_word("ON")) in.advance();
  in.advance();
  return {"TABLE", in.name()};
}

Target target(StatementReader& in) {
  in.skip_modifiers();
  if (in.take("INDEX")) return table_of_index(in);
  for (const std::string_view kind : named_kinds) {
    if (!in.take(kind)) continue;
    in.skip_if_exists();
    return {kind, in.name()};
  }
  return {};
}

std::string inspection(std::string_view kind, const std::string& name) {
  return "SHOW CREATE " + std::string(kind) + " " + name;
}

using Inspections = std::vector<std::string>;

Inspections inspect_one(const Target& target) {
  if (target.kind.empty() || target.name.empty()) return {};
  return {inspection(target.kind, target.name)};
}

// A loadable function has no definition to show.
bool names_a_library(StatementReader& in) {
  for (; !in.is_at_end(); in.advance())
    if (in.token().is_word("SONAME")) return true;
  return false;
}

Inspections inspect_create(StatementReader& in) {
  const Target created = target(in);
  if (created.kind == "FUNCTION" && names_a_library(in)) return {};
  return inspect_one(created);
}

Inspections inspect_drop(StatementReader& in) {
  const Target dropped = target(in);
  return in.take(',') ? Inspections{} : inspect_one(dropped);
}

// RENAME [TO|AS|=] name, at the top level of ALTER TABLE or ALTER EVENT; other renames are of parts
std::optional<std::string> new_name(StatementReader& in) {
  constexpr std::array<std::string_view, 3> parts{"COLUMN", "INDEX", "KEY"};
  if (!in.take("RENAME") || in.take_any(parts)) return std::nullopt;
  if (!in.take("TO") && !in.take("AS")) in.take('=');
  return in.name();
}

Inspections inspect_alter(StatementReader& in) {
  constexpr std::array<std::string_view, 3> untold{"EXCHANGE", "DISCARD", "IMPORT"};
  const Target altered = target(in);
  Inspections found = inspect_one(altered);
  if (altered.kind != "TABLE" && altered.kind != "EVENT") return found;
  std::size_t depth = 0;
  while (!found.empty() && in.token().kind != Token::Kind::end) {
    if (depth == 0 && in.token().is_word("RENAME")) {
      if (const auto name = new_name(in))
        found = name->empty() ? Inspections{}
                              : Inspections{found.front(), inspection(altered.kind, *name)};
      continue;
    }
    if (altered.kind == "EVENT" && in.token().is_word("DO")) break;
    if (depth == 0 && in.take_any(untold)) return {};
    if (in.token().is_symbol('(')) ++depth;
    if (in.token().is_symbol(')') && depth > 0) --depth;
    in.advance();
  }
  return found;
}

Inspections inspect_rename(StatementReader& in) {
  if (!in.take("TABLE") && !in.take("TABLES")) return {};
  in.skip_if_exists();
  const std::string from = in.name();
  while (!in.is_at_end() && !in.token().is_word("TO")) in.advance();
  in.advance();
  const std::string to = in.name();
  if (from.empty() || to.empty() || in.take(',')) return {};
  return {inspection("TABLE", from), inspection("TABLE", to)};
}

}  // namespace

Inspections inspections_of(std::string_view sql) {
  StatementReader in(sql);
  if (in.take("CREATE")) return inspect_create(in);
  if (in.take("ALTER")) return inspect_alter(in);
  if (in.take("DROP")) return inspect_drop(in);
  if (in.take("RENAME")) return inspect_rename(in);
  return {};
}

bool means_absent(std::int64_t native_code) noexcept {
  // unknown database, table, routine, trigger, event, sequence; a table where a view was asked for
  constexpr std::array<std::int64_t, 9> codes{1049, 1051, 1109, 1146, 1305, 1347, 1360, 1539, 4091};
  return std::find(codes.begin(), codes.end(), native_code) != codes.end();
}

void Digest::mix(std::string_view bytes) noexcept {
  for (const char c : bytes) {
    state_ ^= static_cast<unsigned char>(c);
    state_ *= 0x100000001b3U;
  }
}

void Digest::add(std::optional<std::string_view> cell) noexcept {
  if (!cell) return mix(std::string_view("\0N", 2));
  constexpr std::string_view options = "\n) ENGINE=", counter = " AUTO_INCREMENT=";
  const std::size_t end_of_columns = cell->find(options);
  const std::size_t at = end_of_columns == std::string_view::npos
                             ? std::string_view::npos
                             : cell->find(counter, end_of_columns);
  mix(cell->substr(0, at));
  if (at != std::string_view::npos) {
    const std::size_t rest = cell->find_first_not_of("0123456789", at + counter.size());
    if (rest != std::string_view::npos) mix(cell->substr(rest));
  }
  mix(std::string_view("\0", 1));
}

std::string Digest::hex() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += digits[(state_ >> shift) & 15];
  return text;
}

}  // namespace garboard::mysql
