// SPDX-License-Identifier: Apache-2.0
// The clauses of ALTER TABLE, of all dialects at once: what one of them has, the others lack.
#include <algorithm>
#include <array>
#include <utility>

#include "read_statement.hpp"

namespace garboard::policy {
namespace {

class Clauses {
 public:
  Clauses(Cursor& cursor, Dialect dialect, Facts& facts) noexcept
      : cursor_(cursor), facts_(facts), is_mysql_(is_mysql_family(dialect)) {}

  void all() {
    do {
      one();
      cursor_.skip_clause();
    } while (cursor_.take_symbol(','));
  }

 private:
  Action& add(ActionKind kind, std::string name = {}) {
    Action& action = facts_.actions.emplace_back();
    action.kind = kind;
    action.name = std::move(name);
    return action;
  }
  void if_exists() {
    cursor_.take({"if", "exists"});
    cursor_.take({"if", "not", "exists"});
  }

  void one() {
    if (read_lock_clause(cursor_, facts_)) return;
    if (cursor_.take("add")) return add_something();
    if (cursor_.take("drop")) return drop_something();
    if (cursor_.take("alter")) return alter_something();
    if (cursor_.take("rename")) return rename_something();
    if (cursor_.is("change") || cursor_.is("modify")) return change();
    if (partitions() || settings() || options()) return;
    add(ActionKind::unknown, cursor_.peek().text);
  }

  void add_something() {
    std::string name;
    if (cursor_.take("constraint")) {
      if_exists();
      if (!is_constraint()) name = cursor_.take_identifier();
    }
    if (is_constraint()) {
      Action action = read_constraint(cursor_);
      action.name = std::move(name);
      facts_.actions.push_back(std::move(action));
    } else if (cursor_.is("fulltext") || cursor_.is("spatial")) {
      add(ActionKind::add_index).index_kind = cursor_.peek().text;
    } else if (is_mysql_ && cursor_.take_any({"index", "key"})) {
      if_exists();
      add(ActionKind::add_index, cursor_.take_identifier());
    } else if (cursor_.take({"system", "versioning"})) {
      add(ActionKind::system_versioning);
    } else if (is_mysql_ && (cursor_.is("partition") || cursor_.is("period"))) {
      add(ActionKind::other);
    } else {
      add_columns();
    }
  }

  bool is_constraint() const {
    return (cursor_.is("foreign") && cursor_.is("key", 1)) ||
           (cursor_.is("primary") && cursor_.is("key", 1)) || cursor_.is("unique") ||
           (cursor_.is("check") && cursor_.is_symbol('(', 1)) || cursor_.is("exclude");
  }

  void add_columns() {
    cursor_.take("column");
    if_exists();
    if (!cursor_.take_symbol('(')) return add_column();
    do {
      add_column();
    } while (cursor_.take_symbol(','));
    cursor_.take_symbol(')');
  }

  void add_column() {
    Column column = read_column(cursor_);
    add(ActionKind::add_column, column.name).column = std::move(column);
  }

  void drop_something() {
    if (cursor_.take({"primary", "key"})) {
      add(ActionKind::drop_primary_key);
    } else if (cursor_.take("constraint") || cursor_.take({"foreign", "key"}) ||
               (is_mysql_ && cursor_.take("check"))) {
      if_exists();
      add(ActionKind::drop_constraint, cursor_.take_identifier());
    } else if (is_mysql_ && (cursor_.take_any({"index", "key"}) || cursor_.take("period"))) {
      add(ActionKind::other);
    } else if (is_mysql_ && cursor_.take("partition")) {
      if_exists();
      add(ActionKind::drop_partition, cursor_.take_identifier());
    } else if (cursor_.take({"system", "versioning"})) {
      add(ActionKind::system_versioning);
    } else {
      cursor_.take("column");
      if_exists();
      add(ActionKind::drop_column, cursor_.take_identifier());
      if (cursor_.take("cascade")) facts_.is_cascade = true;
    }
  }

  void alter_something() {
    if (is_mysql_ && (cursor_.is("index") || cursor_.is("key") || cursor_.is("check") ||
                      cursor_.is("constraint"))) {
      add(ActionKind::other);
      return;
    }
    if (cursor_.take("constraint")) {
      add(ActionKind::other);
      return;
    }
    cursor_.take("column");
    std::string name = cursor_.take_identifier();
    if (cursor_.take({"set", "not", "null"})) {
      add(ActionKind::set_not_null, std::move(name));
    } else if (cursor_.take({"set", "data", "type"}) || cursor_.take("type")) {
      alter_type(std::move(name));
    } else if (cursor_.take({"set", "statistics"}) ||
               (cursor_.is("set") && cursor_.is_symbol('(', 1))) {
      add(ActionKind::light, std::move(name));
    } else if (cursor_.take({"set", "expression"})) {
      add(ActionKind::alter_type, std::move(name)).uses_expression = true;
    } else if (cursor_.take_any({"set", "drop", "add", "reset", "restart"})) {
      add(ActionKind::other, std::move(name));
    } else {
      add(ActionKind::unknown, std::move(name));
    }
  }

  void alter_type(std::string name) {
    Action& action = add(ActionKind::alter_type, name);
    // read_column begins with a name; the type alone is what follows here
    Cursor typed({});
    std::vector<Token> tokens{{Token::Kind::quoted, name}};
    while (!cursor_.is_end() && !cursor_.is_symbol(',') && !cursor_.is("using")) {
      const bool opens = cursor_.is_symbol('(');
      do {
        tokens.push_back(cursor_.peek());
        cursor_.skip();
      } while (opens && !cursor_.is_end() && tokens.back().text != ")");
    }
    typed = Cursor(std::move(tokens));
    action.column = read_column(typed);
    action.uses_expression = cursor_.take("using");
  }

  void rename_something() {
    if ((is_mysql_ && cursor_.take_any({"index", "key"})) || cursor_.take("constraint")) {
      add(ActionKind::other);
    } else if (cursor_.take_any({"to", "as"}) || (is_mysql_ && !cursor_.is("column"))) {
      cursor_.take_symbol('=');
      add(ActionKind::rename_table).new_name = cursor_.take_name().name;
    } else {
      cursor_.take("column");
      Action& action = add(ActionKind::rename_column, cursor_.take_identifier());
      if (cursor_.take("to")) action.new_name = cursor_.take_identifier();
    }
  }

  void change() {
    const bool is_change = cursor_.is("change");
    cursor_.skip();
    cursor_.take("column");
    if_exists();
    std::string old = is_change ? cursor_.take_identifier() : std::string();
    Column column = read_column(cursor_);
    if (!is_change) old = column.name;
    Action& action = add(ActionKind::change_column, std::move(old));
    action.new_name = column.name;
    action.column = std::move(column);
  }

  bool partitions() {
    if (cursor_.take({"attach", "partition"})) {
      add(ActionKind::attach_partition).references = cursor_.take_name();
    } else if (cursor_.take({"detach", "partition"})) {
      Action& action = add(ActionKind::detach_partition);
      action.references = cursor_.take_name();
      action.is_concurrent = cursor_.take("concurrently");
    } else if (cursor_.take({"truncate", "partition"})) {
      add(ActionKind::drop_partition, cursor_.take_identifier());
    } else if (cursor_.take({"partition", "by"}) || cursor_.take({"remove", "partitioning"}) ||
               cursor_.take({"coalesce", "partition"}) ||
               cursor_.take({"reorganize", "partition"}) ||
               cursor_.take({"rebuild", "partition"}) || cursor_.take({"order", "by"})) {
      add(ActionKind::partition);
      while (!cursor_.is_end() && !cursor_.is("algorithm") && !cursor_.is("lock")) cursor_.skip();
      while (read_lock_clause(cursor_, facts_)) cursor_.take_symbol(',');
    } else {
      return false;
    }
    return true;
  }

  // What PostgreSQL sets
  bool settings() {
    if (cursor_.take({"validate", "constraint"})) {
      add(ActionKind::validate_constraint, cursor_.take_identifier());
    } else if ((cursor_.is("set") && (cursor_.is_symbol('(', 1) || cursor_.is("without", 1))) ||
               cursor_.is("reset") || (cursor_.is("cluster") && cursor_.is("on", 1))) {
      add(ActionKind::light);
    } else if (cursor_.is("set") && (cursor_.is("logged", 1) || cursor_.is("unlogged", 1) ||
                                     cursor_.is("tablespace", 1) || cursor_.is("access", 1))) {
      add(ActionKind::set_logged);
    } else if ((cursor_.is("enable") || cursor_.is("disable")) &&
               (cursor_.is("trigger", 1) || cursor_.is("keys", 1))) {
      add(ActionKind::trigger);
    } else if (cursor_.take_any({"set", "owner", "replica", "inherit", "no", "enable", "disable",
                                 "force", "of", "exchange", "with", "without"})) {
      add(ActionKind::other);
    } else {
      return false;
    }
    return true;
  }

  // Options of MySQL's tables, which need no ',' between them
  bool options() {
    static constexpr std::array<std::string_view, 20> harmless = {
        "auto_increment",         "comment",           "row_format",         "key_block_size",
        "stats_persistent",       "stats_auto_recalc", "stats_sample_pages", "checksum",
        "avg_row_length",         "max_rows",          "min_rows",           "pack_keys",
        "delay_key_write",        "insert_method",     "page_checksum",      "page_compressed",
        "page_compression_level", "transactional",     "compression",        "encryption"};
    bool is_any = false;
    while (is_mysql_ && !cursor_.is_end() && !cursor_.is_symbol(',')) {
      if (cursor_.take({"convert", "to"})) {
        add(ActionKind::convert_charset);
        cursor_.take({"character", "set"});
      } else if (cursor_.take("engine")) {
        cursor_.take_symbol('=');
        add(ActionKind::set_engine).engine = cursor_.peek().text;
      } else if (cursor_.take({"character", "set"}) ||
                 cursor_.take_any({"default", "charset", "collate"}) ||
                 std::any_of(harmless.begin(), harmless.end(),
                             [this](std::string_view word) { return cursor_.take(word); })) {
        if (!is_any) add(ActionKind::other);
      } else {
        return is_any;
      }
      is_any = true;
      if (cursor_.is("character") || cursor_.is("charset") || cursor_.is("collate")) continue;
      cursor_.take_symbol('=');
      cursor_.skip();
    }
    return is_any;
  }

  Cursor& cursor_;
  Facts& facts_;
  bool is_mysql_;
};

}  // namespace

bool read_lock_clause(Cursor& cursor, Facts& facts) {
  const bool is_algorithm = cursor.is("algorithm");
  if (!is_algorithm && !cursor.is("lock")) return false;
  cursor.skip();
  cursor.take_symbol('=');
  (is_algorithm ? facts.algorithm : facts.lock) = cursor.take_identifier();
  return true;
}

void read_alter_table(Cursor& cursor, Dialect dialect, Facts& facts) {
  facts.kind = Kind::alter_table;
  facts.if_exists = cursor.take({"if", "exists"});
  facts.is_only = cursor.take("only");
  facts.tables.push_back(cursor.take_name());
  cursor.take_symbol('*');
  if (cursor.take("nowait")) facts.has_wait = true;
  if (cursor.take("wait")) {
    facts.has_wait = true;
    cursor.skip();
  }
  Clauses(cursor, dialect, facts).all();
}

}  // namespace garboard::policy
