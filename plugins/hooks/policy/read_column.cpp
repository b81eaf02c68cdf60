// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "read_statement.hpp"

namespace garboard::policy {
namespace {

constexpr std::array<std::string_view, 28> attributes = {
    "not",        "null",           "default",       "primary",   "unique",  "key",
    "check",      "references",     "constraint",    "generated", "as",      "collate",
    "comment",    "auto_increment", "autoincrement", "first",     "after",   "on",
    "character",  "charset",        "invisible",     "visible",   "virtual", "stored",
    "persistent", "deferrable",     "initially",     "storage"};

bool is_attribute(const Cursor& cursor) {
  const Token& token = cursor.peek();
  return token.kind == Token::Kind::word &&
         std::find(attributes.begin(), attributes.end(), token.text) != attributes.end();
}

bool is_over(const Cursor& cursor) {
  return cursor.is_end() || cursor.is_symbol(',') || cursor.is_symbol(')');
}

std::string read_type(Cursor& cursor) {
  std::string type;
  while (!is_over(cursor) && (!is_attribute(cursor) || cursor.is("character"))) {
    // CHARACTER SET is an attribute, CHARACTER VARYING a type
    if (cursor.is("character") && cursor.is("set", 1)) break;
    if (cursor.is("using")) break;
    if (cursor.is_symbol('(')) {
      const std::size_t begin = cursor.position();
      do {
        type += cursor.peek().text;
        cursor.skip();
      } while (!cursor.is_end() && !cursor.is_symbol(')') && cursor.position() < begin + 16);
      type += ')';
      cursor.take_symbol(')');
      continue;
    }
    const bool is_word = cursor.peek().kind == Token::Kind::word;
    if (is_word && !type.empty() && type.back() != '.') type += ' ';
    type += cursor.peek().text;
    cursor.skip();
  }
  if (type.starts_with("character varying")) type.replace(0, 17, "varchar");
  return type;
}

void read_default(Cursor& cursor, Column& column) {
  if (cursor.take("null")) return;
  column.has_default = true;
  std::size_t depth = 0;
  while (!cursor.is_end()) {
    if (depth == 0 && (is_over(cursor) || is_attribute(cursor))) return;
    if (cursor.is_symbol('(')) ++depth;
    if (cursor.is_symbol(')')) --depth;
    if (cursor.peek().kind == Token::Kind::word && cursor.is_symbol('(', 1))
      column.default_functions.push_back(cursor.peek().text);
    cursor.skip();
  }
}

void read_generated(Cursor& cursor, Column& column) {
  if (cursor.take("identity")) {
    column.is_identity = true;
    cursor.skip_parentheses();
    return;
  }
  cursor.skip_parentheses();
  column.is_stored = cursor.take_any({"stored", "persistent"});
  column.is_virtual = !column.is_stored;
  cursor.take("virtual");
}

void read_reference(Cursor& cursor, Name& table) {
  table = cursor.take_name();
  cursor.skip_parentheses();
}

// False when it is none that says more than itself.
bool read_key_attribute(Cursor& cursor, Column& column) {
  if (cursor.take({"primary", "key"})) return column.is_primary = true;
  if (cursor.take("key")) return column.is_primary = true;
  if (cursor.take("unique")) {
    cursor.take("key");
    return column.is_unique = true;
  }
  if (cursor.take("check")) {
    cursor.skip_parentheses();
    return column.has_check = true;
  }
  if (cursor.take("references")) {
    read_reference(cursor, column.references);
    return true;
  }
  return false;
}

void read_attribute(Cursor& cursor, Column& column) {
  if (cursor.take({"not", "null"})) {
    column.is_not_null = true;
  } else if (cursor.take("default")) {
    read_default(cursor, column);
  } else if (cursor.take_any({"auto_increment", "autoincrement"})) {
    column.is_identity = true;
  } else if (cursor.take({"generated", "always", "as"}) ||
             cursor.take({"generated", "by", "default", "as"}) || cursor.take("as")) {
    read_generated(cursor, column);
  } else if (cursor.take({"character", "set"}) || cursor.take_any({"charset", "collate"})) {
    column.has_charset = true;
    cursor.skip();
  } else if (cursor.is("first") || cursor.is("after")) {
    column.has_position = true;
    cursor.skip(cursor.is("after") ? 2 : 1);
  } else if (cursor.take("constraint")) {
    (void)cursor.take_identifier();
  } else if (!read_key_attribute(cursor, column)) {
    if (cursor.is_symbol('('))
      cursor.skip_parentheses();
    else
      cursor.skip();
  }
}

// CHECK (column IS NOT NULL)
std::string not_null_column(Cursor cursor) {
  if (!cursor.take_symbol('(')) return {};
  while (cursor.take_symbol('(')) {
  }
  std::string column = cursor.take_identifier();
  return cursor.take({"is", "not", "null"}) && cursor.is_symbol(')') ? column : std::string();
}

}  // namespace

Column read_column(Cursor& cursor) {
  Column column;
  column.name = cursor.take_identifier();
  column.type = read_type(cursor);
  column.is_identity = column.type.find("serial") != std::string::npos;
  while (!is_over(cursor)) read_attribute(cursor, column);
  return column;
}

Action read_constraint(Cursor& cursor) {
  Action action;
  if (cursor.take({"foreign", "key"})) {
    action.kind = ActionKind::add_foreign_key;
    while (!is_over(cursor) && !cursor.is("references")) {
      if (cursor.is_symbol('('))
        cursor.skip_parentheses();
      else
        cursor.skip();
    }
    if (cursor.take("references")) read_reference(cursor, action.references);
  } else if (cursor.take("check")) {
    action.kind = ActionKind::add_check;
    action.not_null_column = not_null_column(cursor);
  } else if (cursor.take({"primary", "key"})) {
    action.kind = ActionKind::add_primary_key;
  } else if (cursor.take("unique")) {
    action.kind = ActionKind::add_unique;
  } else if (cursor.take("exclude")) {
    action.kind = ActionKind::add_exclude;
  } else {
    return action;
  }
  while (!is_over(cursor)) {
    if (cursor.take({"not", "valid"}))
      action.is_not_valid = true;
    else if (cursor.take({"using", "index"}))
      action.uses_index = !cursor.is("tablespace");
    else if (cursor.is_symbol('('))
      cursor.skip_parentheses();
    else
      cursor.skip();
  }
  return action;
}

}  // namespace garboard::policy
