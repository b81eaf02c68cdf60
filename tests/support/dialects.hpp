// SPDX-License-Identifier: Apache-2.0
// The lexical traits of the three databases, as their drivers describe them.
#pragma once

#include "model/dialect.hpp"

namespace garboard::testing {

inline model::LexicalTraits postgres_traits() {
  model::LexicalTraits traits;
  traits.has_nested_comments = true;
  traits.ends_line_comment_at_cr = true;
  traits.has_dollar_quotes = true;
  traits.has_escape_strings = true;
  traits.has_begin_atomic = true;
  traits.has_copy_from_stdin = true;
  traits.has_meta_commands = true;
  traits.has_dollar_in_identifiers = true;
  return traits;
}

inline model::LexicalTraits mysql_traits() {
  model::LexicalTraits traits;
  traits.has_hash_comments = true;
  traits.needs_space_after_dashes = true;
  traits.has_executable_comments = true;
  traits.has_backslash_escapes = true;
  traits.has_double_quoted_strings = true;
  traits.has_backtick_identifiers = true;
  traits.has_compound_statements = true;
  traits.has_delimiter_command = true;
  traits.has_dollar_in_identifiers = true;
  traits.has_vertical_tab_space = true;
  return traits;
}

inline model::LexicalTraits sqlite_traits() {
  model::LexicalTraits traits;
  traits.has_backtick_identifiers = true;
  traits.has_bracket_identifiers = true;
  traits.has_trigger_bodies = true;
  traits.has_dollar_in_identifiers = true;
  traits.ignores_byte_order_marks = true;
  traits.has_tcl_variables = true;
  traits.ends_comment_at_end = true;
  return traits;
}

}  // namespace garboard::testing
