// SPDX-License-Identifier: Apache-2.0
#include "read_statement.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace garboard::policy {
namespace {

class Reader {
 public:
  Reader(std::string_view sql, Dialect dialect)
      : cursor_(tokens_of(sql, dialect)), dialect_(dialect) {}

  Facts read() {
    if (cursor_.is("with")) skip_with();
    const Token first = cursor_.peek();
    if (first.kind == Token::Kind::symbol && first.text == "(") return kind(Kind::select);
    cursor_.skip();
    if (first.kind == Token::Kind::word) read_after(first.text);
    if (facts_.kind == Kind::unknown) facts_.unread = "it begins with a word that is not known";
    for (const Action& action : facts_.actions)
      if (action.kind == ActionKind::unknown)
        facts_.unread = "'" + action.name + "' begins no clause that is known";
    return std::move(facts_);
  }

 private:
  Facts kind(Kind found) {
    facts_.kind = found;
    return std::move(facts_);
  }

  void read_after(const std::string& first) {
    if (first == "alter") return read_alter();
    if (first == "create") return read_create();
    if (first == "drop") return read_drop();
    if (first == "insert" || first == "replace" || first == "load") return read_insert();
    if (first == "update" || first == "delete") return read_change_rows(first);
    if (first == "truncate") return read_truncate();
    if (first == "set" || first == "pragma") return read_setting(first);
    if (first == "rename") return read_rename();
    read_plain(first);
  }

  void read_plain(const std::string& first) {
    struct Word {
      std::string_view word;
      Kind kind;
    };
    static constexpr std::array<Word, 55> words = {{
        {"select", Kind::select},        {"values", Kind::select},    {"table", Kind::select},
        {"show", Kind::utility},         {"merge", Kind::merge},      {"copy", Kind::copy},
        {"reindex", Kind::reindex},      {"vacuum", Kind::vacuum},    {"cluster", Kind::cluster},
        {"refresh", Kind::refresh_view}, {"lock", Kind::lock_table},  {"begin", Kind::begin},
        {"start", Kind::begin},          {"commit", Kind::commit},    {"end", Kind::commit},
        {"rollback", Kind::rollback},    {"abort", Kind::rollback},   {"do", Kind::run_code},
        {"call", Kind::run_code},        {"exec", Kind::run_code},    {"execute", Kind::run_code},
        {"prepare", Kind::run_code},     {"explain", Kind::utility},  {"savepoint", Kind::utility},
        {"release", Kind::utility},      {"grant", Kind::utility},    {"revoke", Kind::utility},
        {"comment", Kind::utility},      {"analyze", Kind::utility},  {"analyse", Kind::utility},
        {"describe", Kind::utility},     {"desc", Kind::utility},     {"listen", Kind::utility},
        {"unlisten", Kind::utility},     {"notify", Kind::utility},   {"discard", Kind::utility},
        {"checkpoint", Kind::utility},   {"use", Kind::utility},      {"flush", Kind::utility},
        {"optimize", Kind::utility},     {"check", Kind::utility},    {"checksum", Kind::utility},
        {"repair", Kind::utility},       {"security", Kind::utility}, {"reassign", Kind::utility},
        {"attach", Kind::utility},       {"detach", Kind::utility},   {"unlock", Kind::utility},
        {"deallocate", Kind::utility},   {"reset", Kind::utility},    {"import", Kind::utility},
        {"fetch", Kind::utility},        {"declare", Kind::utility},  {"close", Kind::utility},
        {"help", Kind::utility},
    }};
    for (const Word& known : words)
      if (known.word == first) facts_.kind = known.kind;
    if (first == "do" && is_mysql_family(dialect_)) facts_.kind = Kind::utility;  // an expression
    if (first == "explain" && cursor_.has("analyze")) facts_.kind = Kind::run_code;
    if (facts_.kind == Kind::reindex || facts_.kind == Kind::refresh_view)
      facts_.is_concurrent = cursor_.has("concurrently");
    if (facts_.kind == Kind::vacuum) facts_.is_full = cursor_.has("full");
    if (facts_.kind == Kind::reindex || facts_.kind == Kind::lock_table)
      cursor_.take_any({"table", "tables"});
    if (facts_.kind == Kind::refresh_view) cursor_.take({"materialized", "view"});
    if (facts_.kind == Kind::merge || facts_.kind == Kind::copy) cursor_.take("into");
    cursor_.take("concurrently");
    const bool has_table = facts_.kind == Kind::lock_table || facts_.kind == Kind::cluster ||
                           facts_.kind == Kind::refresh_view || facts_.kind == Kind::copy ||
                           facts_.kind == Kind::merge || facts_.kind == Kind::reindex;
    if (has_table && !cursor_.is_end()) facts_.tables.push_back(cursor_.take_name());
  }

  void skip_with() {
    cursor_.skip();
    cursor_.take("recursive");
    do {
      (void)cursor_.take_identifier();
      cursor_.skip_parentheses();
      cursor_.take("as");
      cursor_.take("not");
      cursor_.take("materialized");
      if (cursor_.is_symbol('(') && (cursor_.is("delete", 1) || cursor_.is("update", 1)))
        facts_.unread = "it changes rows in WITH";
      cursor_.skip_parentheses();
    } while (cursor_.take_symbol(','));
  }

  void read_alter() {
    while (cursor_.take_any({"online", "offline", "ignore"})) {
    }
    if (cursor_.take("table")) return read_alter_table(cursor_, dialect_, facts_);
    facts_.kind = cursor_.is("domain") ? Kind::alter_domain : Kind::alter_other;
    if (facts_.kind != Kind::alter_domain) return;
    cursor_.skip();
    facts_.tables.push_back(cursor_.take_name());
    if (!cursor_.take("add")) return;
    std::string name;
    if (cursor_.take("constraint")) name = cursor_.take_identifier();
    facts_.actions.push_back(read_constraint(cursor_));
    facts_.actions.back().name = std::move(name);
  }

  void read_create() {
    while (!cursor_.is_end()) {
      if (cursor_.take({"or", "replace"}))
        facts_.is_replace = true;
      else if (cursor_.take_any({"temp", "temporary"}))
        facts_.is_temporary = true;
      else if (cursor_.is("fulltext") || cursor_.is("spatial")) {
        facts_.index_kind = cursor_.peek().text;
        cursor_.skip();
      } else if (cursor_.take({"sql", "security"}))
        cursor_.skip();
      else if (cursor_.is("definer") || cursor_.is("algorithm"))
        skip_equation();
      else if (!cursor_.take_any({"unlogged", "global", "local", "unique", "materialized",
                                  "recursive", "virtual", "foreign", "online", "offline"}))
        break;
    }
    if (cursor_.take("table")) return read_create_table();
    if (cursor_.take("index")) return read_create_index();
    facts_.kind = cursor_.is("view")      ? Kind::create_view
                  : cursor_.is("trigger") ? Kind::create_trigger
                                          : Kind::create_other;
    cursor_.skip();
    facts_.if_not_exists = cursor_.take({"if", "not", "exists"});
    const Name name = cursor_.take_name();
    if (facts_.kind == Kind::create_view) facts_.tables.push_back(name);
    if (facts_.kind != Kind::create_trigger) return;
    while (!cursor_.is_end() && !cursor_.is("on")) cursor_.skip();
    cursor_.skip();
    facts_.tables.push_back(cursor_.take_name());
  }

  // DEFINER = x@y, ALGORITHM = x
  void skip_equation() {
    cursor_.skip();
    cursor_.take_symbol('=');
    cursor_.skip();
    if (cursor_.take("@")) cursor_.skip();
  }

  void read_create_table() {
    facts_.kind = Kind::create_table;
    facts_.if_not_exists = cursor_.take({"if", "not", "exists"});
    facts_.tables.push_back(cursor_.take_name());
    if (cursor_.take({"partition", "of"})) {
      facts_.is_partition = true;
      facts_.parents.push_back(cursor_.take_name());
    }
    if (cursor_.take_symbol('(')) {
      do {
        read_element();
        while (!cursor_.is_end() && !cursor_.is_symbol(',') && !cursor_.is_symbol(')')) {
          if (cursor_.is_symbol('('))
            cursor_.skip_parentheses();
          else
            cursor_.skip();
        }
      } while (cursor_.take_symbol(','));
    }
    facts_.is_partitioned = !facts_.is_partition && cursor_.has("partition");
  }

  void read_element() {
    (void)(cursor_.take("constraint") && !cursor_.is("check") && !cursor_.is("foreign") &&
           !cursor_.take_identifier().empty());
    if (cursor_.is("check") || cursor_.is("unique") || cursor_.is("exclude") ||
        cursor_.is("foreign") || (cursor_.is("primary") && cursor_.is("key", 1))) {
      Action action = read_constraint(cursor_);
      if (!action.references.name.empty()) facts_.references.push_back(action.references);
    } else if (!cursor_.is("like") && !cursor_.is("index") && !cursor_.is("key") &&
               !cursor_.is("fulltext") && !cursor_.is("spatial") && !cursor_.is_symbol(')')) {
      facts_.columns.push_back(read_column(cursor_));
      const Name& table = facts_.columns.back().references;
      if (!table.name.empty()) facts_.references.push_back(table);
    }
  }

  void read_create_index() {
    facts_.kind = Kind::create_index;
    facts_.is_concurrent = cursor_.take("concurrently");
    facts_.if_not_exists = cursor_.take({"if", "not", "exists"});
    if (!cursor_.is("on")) facts_.name = cursor_.take_name().name;
    while (!cursor_.is_end() && !cursor_.take("on")) cursor_.skip();
    facts_.is_only = cursor_.take("only");
    facts_.tables.push_back(cursor_.take_name());
    read_trailing_clauses();
  }

  void read_trailing_clauses() {
    while (!cursor_.is_end()) {
      if (cursor_.is("wait") || cursor_.is("nowait")) facts_.has_wait = true;
      if (!read_lock_clause(cursor_, facts_)) cursor_.skip();
    }
  }

  void read_drop() {
    struct Word {
      std::string_view word;
      Kind kind;
    };
    static constexpr std::array<Word, 6> words = {{{"table", Kind::drop_table},
                                                   {"index", Kind::drop_index},
                                                   {"view", Kind::drop_view},
                                                   {"schema", Kind::drop_schema},
                                                   {"database", Kind::drop_database},
                                                   {"owned", Kind::drop_schema}}};
    facts_.is_temporary = cursor_.take("temporary");
    if (cursor_.take_any({"materialized", "foreign"})) facts_.is_temporary = false;
    facts_.kind = Kind::drop_other;
    for (const Word& known : words)
      if (cursor_.is(known.word)) facts_.kind = known.kind;
    cursor_.skip();
    facts_.is_concurrent = cursor_.take("concurrently");
    facts_.if_exists = cursor_.take({"if", "exists"});
    facts_.is_cascade = cursor_.has("cascade");
    if (facts_.kind == Kind::drop_table) return read_names();
    facts_.name = cursor_.take_name().name;
    if (facts_.kind == Kind::drop_index && cursor_.take("on"))
      facts_.tables.push_back(cursor_.take_name());
    read_trailing_clauses();
  }

  void read_names() {
    do {
      facts_.tables.push_back(cursor_.take_name());
    } while (cursor_.take_symbol(','));
    read_trailing_clauses();
  }

  void read_insert() {
    facts_.kind = Kind::insert;
    while (!cursor_.is_end() && !cursor_.take("into")) cursor_.skip();
    cursor_.take("table");
    if (!cursor_.is_end()) facts_.tables.push_back(cursor_.take_name());
  }

  void read_change_rows(const std::string& first) {
    facts_.kind = first == "update" ? Kind::update : Kind::delete_;
    facts_.has_limit = cursor_.has("limit") || cursor_.has("between");
    facts_.has_where = cursor_.has("join") || cursor_.has("current");
    while (
        cursor_.take_any({"low_priority", "ignore", "quick", "only", "or", "abort", "replace"})) {
    }
    cursor_.take("from");
    cursor_.take("only");
    facts_.tables.push_back(cursor_.take_name());
    while (!cursor_.is_end() && !cursor_.take("where")) {
      if (cursor_.is_symbol('('))
        cursor_.skip_parentheses();
      else
        cursor_.skip();
    }
    for (; !cursor_.is_end() && !cursor_.is("returning"); cursor_.skip())
      facts_.has_where = facts_.has_where || names_something();
  }

  // A word of a condition that depends on the row
  [[nodiscard]] bool names_something() const {
    static constexpr std::array<std::string_view, 13> constants = {
        "true", "false", "not",     "and",   "or", "null", "is",
        "like", "in",    "between", "order", "by", "limit"};
    const Token& token = cursor_.peek();
    return token.kind == Token::Kind::quoted ||
           (token.kind == Token::Kind::word &&
            std::find(constants.begin(), constants.end(), token.text) == constants.end());
  }

  void read_truncate() {
    facts_.kind = Kind::truncate;
    cursor_.take("table");
    cursor_.take("only");
    facts_.is_cascade = cursor_.has("cascade");
    read_names();
  }

  void read_setting(const std::string& first) {
    facts_.kind = first == "set" ? Kind::set : Kind::pragma;
    while (cursor_.take_any({"session", "local", "global", "@@session", "@@local"}) ||
           cursor_.take_symbol('.')) {
    }
    const Name name = cursor_.take_name();
    facts_.name = name.name.starts_with("@@") ? name.name.substr(2) : name.name;
    if (!cursor_.take_symbol('=') && !cursor_.take_symbol('(')) cursor_.take("to");
    cursor_.take_symbol('=');
    facts_.value = cursor_.peek().text;
  }

  void read_rename() {
    if (!cursor_.take_any({"table", "tables"})) {
      facts_.kind = Kind::utility;
      return;
    }
    facts_.kind = Kind::alter_table;
    do {
      facts_.tables.push_back(cursor_.take_name());
      cursor_.take("to");
      Action& action = facts_.actions.emplace_back();
      action.kind = ActionKind::rename_table;
      action.new_name = cursor_.take_name().name;
    } while (cursor_.take_symbol(','));
  }

  Cursor cursor_;
  Dialect dialect_;
  Facts facts_;
};

}  // namespace

Facts read_statement(std::string_view sql, Dialect dialect) { return Reader(sql, dialect).read(); }

}  // namespace garboard::policy
