// SPDX-License-Identifier: Apache-2.0
// Facts: what one statement does, whichever reader found it out and whatever the dialect. Rules
// read nothing else of a statement, and custom rules get the same as JSON (facts_json.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::policy {

enum class Dialect : std::uint8_t { postgres, mysql, mariadb, sqlite, other };

enum class Kind : std::uint8_t {
  unknown,
  create_table,
  create_index,
  create_view,
  create_other,
  alter_table,
  alter_domain,
  alter_other,
  drop_table,
  drop_index,
  drop_view,
  drop_schema,
  drop_database,
  drop_other,
  truncate,
  insert,
  update,
  delete_,
  merge,
  select,
  copy,
  reindex,
  vacuum,
  cluster,
  refresh_view,
  create_trigger,
  lock_table,
  begin,
  commit,
  rollback,
  set,
  pragma,
  run_code,  ///< DO, CALL, PREPARE, EXECUTE: does what its text does not say
  utility,   ///< known, and nothing to say about it
};

/// One clause of ALTER TABLE (or of a statement that does the same).
enum class ActionKind : std::uint8_t {
  unknown,
  other,  ///< known, and nothing to say about it
  add_column,
  drop_column,
  change_column,  ///< MySQL's CHANGE and MODIFY: all of the column is said again
  alter_type,
  set_not_null,
  rename_column,
  rename_table,
  add_foreign_key,
  add_check,
  add_unique,
  add_primary_key,
  add_exclude,
  add_index,
  validate_constraint,
  drop_constraint,
  drop_primary_key,
  attach_partition,
  detach_partition,
  drop_partition,
  partition,
  convert_charset,
  set_engine,
  set_logged,  ///< SET LOGGED, UNLOGGED, TABLESPACE, ACCESS METHOD
  system_versioning,
  light,    ///< under SHARE UPDATE EXCLUSIVE on PostgreSQL
  trigger,  ///< under SHARE ROW EXCLUSIVE on PostgreSQL
};

struct Name {
  std::string schema = {}, name = {};
  friend bool operator==(const Name&, const Name&) = default;
};

struct Column {
  std::string name = {};
  std::string type = {};  ///< lower case, "varchar(64)", "numeric(12,2)"
  bool is_not_null = false, has_default = false;
  bool is_identity = false;  ///< serial, identity, AUTO_INCREMENT
  bool is_stored = false;    ///< a generated column that is kept
  bool is_virtual = false;
  bool is_primary = false, is_unique = false;
  bool has_check = false;
  Name references = {};                             ///< of a foreign key of its own
  bool has_position = false;                        ///< MySQL's FIRST and AFTER
  bool has_charset = false;                         ///< CHARACTER SET or COLLATE of its own
  std::vector<std::string> default_functions = {};  ///< lower case; called by the default
};

struct Action {
  ActionKind kind = ActionKind::unknown;
  std::string name = {};      ///< of the column, constraint or index
  std::string new_name = {};  ///< RENAME, CHANGE
  Column column = {};
  Name references = {};  ///< of a foreign key, or the partition
  bool is_not_valid = false;
  bool uses_index = false;
  bool uses_expression = false;      ///< ALTER TYPE .. USING, more than a cast
  bool is_concurrent = false;        ///< DETACH PARTITION
  std::string not_null_column = {};  ///< of CHECK (column IS NOT NULL)
  std::string index_kind = {};       ///< "fulltext", "spatial"
  std::string engine = {};
};

struct Facts {
  Kind kind = Kind::unknown;
  std::vector<Name> tables = {};      ///< what it is about; the first is the main one
  std::vector<Name> references = {};  ///< of foreign keys in CREATE TABLE
  std::vector<Name> parents = {};     ///< of PARTITION OF and INHERITS
  std::string name = {};              ///< of the index, setting, schema or database
  std::string value = {};             ///< of the setting, in lower case
  std::vector<Action> actions = {};
  std::vector<Column> columns = {};  ///< of CREATE TABLE
  bool is_concurrent = false, if_not_exists = false, if_exists = false;
  bool is_only = false;  ///< ON ONLY
  bool is_cascade = false;
  bool is_full = false;  ///< VACUUM FULL
  bool is_temporary = false;
  bool is_replace = false;                ///< MariaDB's CREATE OR REPLACE TABLE
  bool is_partitioned = false;            ///< CREATE TABLE .. PARTITION BY
  bool is_partition = false;              ///< CREATE TABLE .. PARTITION OF
  bool has_where = false;                 ///< one that leaves rows out
  bool has_limit = false;                 ///< LIMIT or BETWEEN somewhere: a batch
  bool has_wait = false;                  ///< MariaDB's WAIT n, NOWAIT
  std::string algorithm = {}, lock = {};  ///< MySQL's clauses
  std::string index_kind = {};            ///< "fulltext", "spatial"
  std::string unread = {};                ///< why it is not known in full; empty = it is

  [[nodiscard]] const Name& table() const noexcept {
    static const Name none;
    return tables.empty() ? none : tables.front();
  }
};

/// PostgreSQL's locks on tables, from weak to strong.
enum class Lock : std::uint8_t {
  none,
  row_exclusive,
  share_update_exclusive,
  share,
  share_row_exclusive,
  exclusive,
  access_exclusive,
};

struct TableLock {
  Name table = {};
  Lock lock = Lock::none;
};

/// Where a statement stands, and what went before it.
struct Place {
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  std::string migration = {}, phase = {}, file = {};
  std::uint64_t number = 0, line = 0, column = 0;
  std::size_t first = 0, last = 0;  ///< of its migration among the statements of the run
  bool is_down = false;
  bool is_in_transaction = false;
  bool is_created_here = false;            ///< the run itself makes its table before it
  bool has_lock_timeout = false;           ///< from the host or an earlier SET
  bool has_foreign_keys_off = false;       ///< SQLite, by an earlier PRAGMA outside a transaction
  std::size_t ddl_before = 0;              ///< in its migration
  std::size_t exclusive_before = nowhere;  ///< of its transaction, the first ACCESS EXCLUSIVE
  std::vector<TableLock> locks = {};       ///< on tables that the run has not made
};

struct Statement {
  Facts facts = {};
  Place place = {};
};

[[nodiscard]] constexpr bool is_mysql_family(Dialect dialect) noexcept {
  return dialect == Dialect::mysql || dialect == Dialect::mariadb;
}
/// `name` as an event has it, which is mysql for both of the family; the version tells them apart.
[[nodiscard]] Dialect dialect_of(std::string_view name, std::string_view server_version) noexcept;
[[nodiscard]] std::string display(const Name& name);

}  // namespace garboard::policy
