// SPDX-License-Identifier: Apache-2.0
// The one index that a statement outside transactions builds, rebuilds or drops: what became of it
// when a run died in the statement, and clearing away the INVALID one that a dead build leaves.
#include <utility>
#include <vector>

#include "session.hpp"
#include "words.hpp"

namespace garboard::postgres {

namespace {

using Words = std::vector<std::string>;

/// Enough for the longest beginning: options, IF NOT EXISTS, two qualified names.
constexpr std::size_t words_needed = 64;

class Cursor {
 public:
  explicit Cursor(Words words) : words_(std::move(words)) {}
  bool skip(std::string_view word) {
    if (at_ >= words_.size() || words_[at_] != word) return false;
    ++at_;
    return true;
  }
  void skip_parentheses() {
    if (!skip("(")) return;
    while (at_ < words_.size() && !skip(")")) ++at_;
  }
  /// `a.b` as written; empty when no name stands here.
  std::string name() {
    std::string out;
    do {
      if (at_ >= words_.size()) return {};
      out += (out.empty() ? "" : ".") + words_[at_++];
    } while (skip("."));
    return out;
  }

 private:
  Words words_;
  std::size_t at_ = 0;
};

enum class Action { none, create, drop, rebuild };

struct IndexStatement {
  Action action = Action::none;
  std::string index, table;  ///< a new index lives in the schema of its table
};

/// Action::none for any other statement, and where the server chooses the name.
IndexStatement index_statement(std::string_view sql) {
  Cursor at(leading_words(sql, words_needed));
  IndexStatement out;
  if (at.skip("create")) {
    at.skip("unique");
    if (!at.skip("index") || !at.skip("concurrently")) return {};
    if (at.skip("if")) at.skip("not"), at.skip("exists");
    if (at.skip("on")) return {};  // a name of the server's choice
    out.index = at.name();
    if (!at.skip("on")) return {};
    at.skip("only");
    out.table = at.name();
    if (!out.table.empty()) out.action = Action::create;
    return out;
  }
  out.action = Action::rebuild;
  if (at.skip("drop")) {
    out.action = Action::drop;
    if (!at.skip("index") || !at.skip("concurrently")) return {};
    if (at.skip("if")) at.skip("exists");
  } else if (at.skip("reindex")) {
    at.skip_parentheses();
    if (!at.skip("index")) return {};
    at.skip("concurrently");
  } else {
    return {};
  }
  out.index = at.name();
  if (out.index.empty() || at.skip(",")) return {};
  return out;
}

constexpr const char* named_index_query =
    "SELECT coalesce((SELECT CASE WHEN indisvalid AND indisready THEN 'valid' ELSE 'invalid' END "
    "FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass($1)), 'absent')";

// A partitioned table's index is INVALID until all its parts are attached, which is as it should
// be.
constexpr const char* new_index_query =
    "SELECT CASE WHEN i.indisvalid AND i.indisready THEN 'valid' ELSE 'invalid' END, "
    "pg_catalog.format('%I.%I', n.nspname, c.relname), (SELECT pg_catalog.min(l.pid) "
    "FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.relation = i.indrelid "
    "AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d "
    "WHERE d.datname = pg_catalog.current_database()) AND l.mode = 'ShareUpdateExclusiveLock' AND "
    "l.pid <> pg_catalog.pg_backend_pid()) "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE i.indrelid = pg_catalog.to_regclass($2) AND c.relkind = 'i' "
    "AND c.relname = (pg_catalog.parse_ident($1))[1]";

}  // namespace

std::string Session::fingerprint(std::string_view sql) {
  start_call();
  const IndexStatement statement = index_statement(sql);
  std::string state;
  switch (statement.action) {
    case Action::none:
      throw sdk::Failure(GBD_E_UNSUPPORTED, "only the state of a single index can be told");
    case Action::create:  // an INVALID one is cleared away first, so it counts for nothing
      state = query_cell(new_index_query, {statement.index, statement.table});
      if (state != "valid") state = "absent";
      break;
    case Action::drop:  // cut off half-way, it leaves an INVALID one that is still to be dropped
      state = query_cell(named_index_query, {statement.index});
      if (state != "absent") state = "present";
      break;
    case Action::rebuild:
      state = query_cell(named_index_query, {statement.index});
  }
  return "index " + statement.index + ": " + state;
}

void Session::clear_invalid_index(std::string_view sql) {
  const IndexStatement statement = index_statement(sql);
  if (statement.action != Action::create) return;
  const pqxx::result found = query(new_index_query, {statement.index, statement.table});
  if (found.empty() || found[0][0].as<std::string>() != "invalid") return;
  const auto name = found[0][1].as<std::string>();
  if (!found[0][2].is_null()) {
    sdk::Failure failure(GBD_E_SQL, "index " + name + " is INVALID, and session " +
                                        found[0][2].as<std::string>() + " is at work on its table");
    failure.hint = "let that session end: it may be building this index, or vacuuming";
    failure.sqlstate = "55006";
    failure.flags = GBD_EF_RETRYABLE;
    throw failure;
  }
  sdk::log(2, "index " + name + " is INVALID, left by a build that was cut off: dropping it first");
  query("DROP INDEX CONCURRENTLY " + name);
}

}  // namespace garboard::postgres
