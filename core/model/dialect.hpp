// SPDX-License-Identifier: Apache-2.0
// Dialect: what a driver says of its database, read once from its `describe` document
// (docs/architecture.md, "What a driver describes"). Plain data; nothing here asks a server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace garboard::model {

/// How the text of a script is read. Defaults are standard SQL: '..' strings, ".." identifiers,
/// -- and /* */ comments, statements ended by ';'.
struct LexicalTraits {
  bool has_nested_comments = false;        ///< /* /* */ */
  bool has_hash_comments = false;          ///< # to the end of the line
  bool needs_space_after_dashes = false;   ///< "--x" is two minus signs
  bool ends_line_comment_at_cr = false;    ///< a lone CR ends a -- comment
  bool has_executable_comments = false;    ///< /*! .. */ and /*M! .. */ are code
  bool has_dollar_quotes = false;          ///< $tag$ .. $tag$
  bool has_escape_strings = false;         ///< E'..' knows backslashes
  bool has_backslash_escapes = false;      ///< so does every string
  bool has_double_quoted_strings = false;  ///< ".." is a string
  bool has_backtick_identifiers = false;
  bool has_bracket_identifiers = false;
  bool has_begin_atomic = false;  ///< SQL-standard routine bodies
  bool has_compound_statements =
      false;  ///< BEGIN .. END bodies of stored programs, cut as MySQL's server does
  bool has_trigger_bodies = false;         ///< CREATE TRIGGER .. BEGIN .. END, as SQLite does
  bool has_delimiter_command = false;      ///< DELIMITER lines of the command-line client
  bool has_copy_from_stdin = false;        ///< rows after COPY .. FROM stdin, up to \.
  bool has_meta_commands = false;          ///< backslash commands of the command-line client
  bool has_dollar_in_identifiers = false;  ///< foo$bar is one word
  bool ignores_byte_order_marks = false;  ///< U+FEFF is white space anywhere, not only at the start
  bool has_vertical_tab_space = false;    ///< vertical tab is white space
  bool has_tcl_variables = false;         ///< $a::b(c;d), @a, :a and #a are one token, as in SQLite
  bool ends_comment_at_end = false;       ///< the end of the text closes a block comment
};

enum class PlaceholderStyle { numbered /* $1 */, question /* ? */ };
enum class LockScope {
  session,  ///< lock()/unlock(); the lock lives as long as the session
  begin,    ///< beginning a transaction is the lock; there is no other
};

/// What seeding needs of a dialect: see docs/driver-describe.md. Without `create` there is no
/// seeding.
struct SeedFacts {
  std::vector<std::string> create;  ///< idempotent templates: {schema}, {seeds}
  std::string columns;              ///< schema or '', table -> column, "t" when it can roll back
  std::string foreign_keys;         ///< schema or '', table -> the referenced schema and table
  std::string copy;                 ///< template of a statement for copy_in; empty = inserts only
  std::size_t rows_per_insert = 1;
  std::vector<std::string> stage;   ///< templates: an empty copy of a table's columns ..
  std::vector<std::string> staged;  ///< .. once it is filled ..
  std::string drop_stage;           ///< .. and when it is done with
  std::string update;               ///< template: the table's rows as the staged ones are
  std::string assignment;           ///< template of one column in it
  std::string differs;              ///< template: {a} is stored otherwise than {b}
};

/// Statement templates and facts the execution needs. In templates {table}, {journal}, {log} and
/// {schema} stand for quoted, qualified names and {ms} for milliseconds.
struct Dialect {
  std::string name;          ///< "postgres": what plans write under `database:`
  std::string display_name;  ///< "PostgreSQL"
  LexicalTraits lexical;
  PlaceholderStyle placeholders = PlaceholderStyle::question;
  char identifier_quote = '"';
  std::string default_schema;  ///< where the ledger lives unless told; empty = no schemas
  bool has_transactional_ddl = false;
  bool has_implicit_commit = false;  ///< DDL commits the open transaction before it starts
  /// Leading words of statements that cannot run in a transaction; "*" stands for any words.
  std::vector<std::string> non_transactional;
  LockScope lock_scope = LockScope::session;
  std::string transaction_lock;        ///< takes the lock till the transaction ends, or fails; one
                                       ///< parameter, the key
  std::string transaction_lock_busy;   ///< SQLSTATE of that failure
  std::string transaction_lock_probe;  ///< asks the same without failing: one cell, "t" when free
  std::vector<std::string> create_ledger;  ///< idempotent; templates
  /// Query for what is wrong with the ledger's tables: see docs/driver-describe.md; empty = none.
  std::string check_ledger;
  std::string now;  ///< expression: the server's clock, UTC
  std::vector<std::string> missing_table_sqlstates;
  std::string lock_timeout;        ///< for the open transaction or the session; template with {ms}
  std::string lock_timeout_reset;  ///< undoes one that outlives its transaction
  std::string statement_timeout;   ///< for the open transaction; template with {ms}
  std::vector<std::string> session_reset;  ///< undo what a migration set for its session
  SeedFacts seeds;
};

}  // namespace garboard::model
