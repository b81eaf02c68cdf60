// SPDX-License-Identifier: Apache-2.0
#include "lexical_texts.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "connection.hpp"
#include "sql/splitter.hpp"

namespace garboard::conformance {
namespace {

using model::LexicalTraits;

/// A text of SELECTs, written S(values), and the cell that each is to give.
struct Text {
  std::string_view sql;
  std::vector<std::string_view> cells;
};

/// What a trait changes.
struct Trait {
  const char* name;
  bool LexicalTraits::*is_declared;
  Text with;     ///< a server that has it reads this so
  Text without;  ///< one that has it not; empty = there is no such text
};

const std::vector<Text>& texts_of_all() {
  static const std::vector<Text> texts{
      {"S('a;b'); S('c')", {"a;b", "c"}},
      {"S('it''s;'';'); S('c');", {"it's;';", "c"}},
      {"S(-- ;'\n 'a') ; S('b')", {"a", "b"}},
      {"S(/* ; ' \" */ 'a'); S('b' /* ; */)", {"a", "b"}},
      {"; S('a');; -- nothing\n ;S('b');\n/* nothing; */", {"a", "b"}},
      {"S('--a'); S('/*b'); S('*/')", {"--a", "/*b", "*/"}},
      {"S('a\n;\nb')", {"a\n;\nb"}},
      {"S('\xc3\xa4;\xe6\x96\x87'); S('\xf0\x9f\x98\x80;')",
       {"\xc3\xa4;\xe6\x96\x87", "\xf0\x9f\x98\x80;"}},
      {"S('a' AS \"b;'c\"); S('d')", {"a", "d"}}};
  return texts;
}

const std::vector<Trait>& traits() {
  using T = LexicalTraits;
  static const std::vector<Trait> all{
      {"nestedComments",
       &T::has_nested_comments,
       {"S(/* /* ; */ ; ' */ 'a'); S('b')", {"a", "b"}},
       {"S(/* /* ; */ 'a'); S('b')", {"a", "b"}}},
      {"hashComments", &T::has_hash_comments, {"S(# ; '\n 'a'); S('b')", {"a", "b"}}, {}},
      {"needsSpaceAfterDashes",
       &T::needs_space_after_dashes,
       {"S(5--3); S('b')", {"8", "b"}},
       {"S(5--3; ')\n); S('b')", {"5", "b"}}},
      {"lineCommentEndsAtCr",
       &T::ends_line_comment_at_cr,
       {"S(-- ;\r 'a'); S('b')", {"a", "b"}},
       {"S(-- ;\r '; \n 'a'); S('b')", {"a", "b"}}},
      {"executableComments",
       &T::has_executable_comments,
       {"S(/*! ';' */); S('b')", {";", "b"}},
       {"S(/*! ; ' */ 'a'); S('b')", {"a", "b"}}},
      {"dollarQuotes", &T::has_dollar_quotes, {"S($$a;'$$); S($x$b;$$$x$)", {"a;'", "b;$$"}}, {}},
      {"escapeStrings", &T::has_escape_strings, {"S(E'a\\';'); S('b')", {"a';", "b"}}, {}},
      {"backslashEscapes",
       &T::has_backslash_escapes,
       {"S('a\\';'); S('b')", {"a';", "b"}},
       {"S('a\\'); S('b')", {"a\\", "b"}}},
      {"backtickIdentifiers",
       &T::has_backtick_identifiers,
       {"S('a' AS `b;'c`); S('d')", {"a", "d"}},
       {}},
      {"bracketIdentifiers",
       &T::has_bracket_identifiers,
       {"S('a' AS [b;'c]); S('d')", {"a", "d"}},
       {}}};
  return all;
}

/// Traits that are seen where they are declared; another server may read the text alike.
const std::vector<Trait>& further_traits() {
  using T = LexicalTraits;
  static const std::vector<Trait> all{
      {"doubleQuotedStrings",
       &T::has_double_quoted_strings,
       {"S(\"a;'b\"); S('c')", {"a;'b", "c"}},
       {}},
      {"dollarInIdentifiers",
       &T::has_dollar_in_identifiers,
       {"S('a' AS b$$); S('c' AS d$$)", {"a", "c"}},
       {}},
      {"ignoresByteOrderMarks",
       &T::ignores_byte_order_marks,
       {"S(\xef\xbb\xbf'a'); S('b')", {"a", "b"}},
       {}},
      {"verticalTabIsSpace", &T::has_vertical_tab_space, {"S(\v'a'); S('b')", {"a", "b"}}, {}},
      {"commentEndsAtEnd", &T::ends_comment_at_end, {"S('a'); S('b') /* ; '", {"a", "b"}}, {}}};
  return all;
}

/// The text with each S(values) written as the profile's "select".
std::string written(const Subject& subject, std::string_view sql) {
  std::string text;
  while (!sql.empty()) {
    const auto at = sql.find("S(");
    text += sql.substr(0, at);
    if (at == std::string_view::npos) break;
    sql.remove_prefix(at + 2);
    // the texts are written so that what ends the values is no part of them
    auto end = sql.find("); S(");
    if (end == std::string_view::npos) end = sql.find(") ; S(");
    if (end == std::string_view::npos) end = sql.find(");");
    if (end == std::string_view::npos) end = sql.rfind(')');
    text += filled(subject.database().select, "values", sql.substr(0, end));
    sql.remove_prefix(end + 1);
  }
  return text;
}

/// The pieces that the host would send.
std::vector<std::string> pieces_of(Subject& subject, const std::string& text) {
  base::TextSource source(text);
  sql::Splitter splitter(subject.dialect().lexical, source);
  std::vector<std::string> pieces;
  sql::Piece piece;
  for (;;) {
    const auto more = splitter.next(piece);
    if (!more) throw Failed("the host cannot cut " + text + ": " + more.error().message);
    if (!*more) return pieces;
    pieces.emplace_back(piece.text);
  }
}

/// What differs from what was expected, or empty.
std::string difference(Subject& subject, Connection& connection, const Text& expected) {
  const std::string text = written(subject, expected.sql);
  std::vector<std::string> pieces;
  try {
    pieces = pieces_of(subject, text);
  } catch (const Failed& failure) {
    return failure.what();
  }
  if (pieces.size() != expected.cells.size())
    return "the host cuts it into " + std::to_string(pieces.size()) + " statements, " +
           std::to_string(expected.cells.size()) + " were expected: " + text;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Outcome outcome = connection.exec(pieces[i]);
    if (!outcome.is_ok()) return pieces[i] + ": " + outcome.text();
    if (outcome.rows.size() != 1 || outcome.rows[0].size() != 1 ||
        outcome.rows[0][0] != expected.cells[i])
      return pieces[i] + ": the server did not answer " + std::string(expected.cells[i]);
  }
  return "";
}

void expect_read(Subject& subject, Connection& connection, const Text& text,
                 const std::string& about) {
  const std::string wrong = difference(subject, connection, text);
  expect(wrong.empty(), about + ": " + wrong);
}

/// Does the server itself read the first statement of the text so?
bool is_read(Subject& subject, Connection& connection, const Text& text) {
  const std::string_view first = text.sql.substr(0, text.sql.find("; S(", 2));
  const Outcome outcome = connection.exec(written(subject, first));
  return outcome.is_ok() && outcome.rows.size() == 1 && outcome.rows[0].size() == 1 &&
         outcome.rows[0][0] == text.cells.front();
}

}  // namespace

void reads_as_its_server_does(Subject& subject) {
  Connection connection(subject);
  for (const Text& text : texts_of_all())
    expect_read(subject, connection, text, "a text of any dialect");
  for (const Trait& trait : further_traits())
    if (subject.dialect().lexical.*trait.is_declared)
      expect_read(subject, connection, trait.with,
                  std::string("lexical.") + trait.name + " is declared");
  for (const Trait& trait : traits()) {
    const std::string name = std::string("lexical.") + trait.name;
    if (subject.dialect().lexical.*trait.is_declared) {
      expect_read(subject, connection, trait.with, name + " is declared");
      continue;
    }
    if (!trait.without.sql.empty())
      expect_read(subject, connection, trait.without, name + " is not declared");
    expect(!is_read(subject, connection, trait.with),
           name + " is not declared, and the server reads so: " + written(subject, trait.with.sql));
  }
}

}  // namespace garboard::conformance
