// SPDX-License-Identifier: Apache-2.0
// Session::fingerprint: the state of the one index that a statement outside transactions builds,
// rebuilds or drops, so that a run that died in it can tell what became of it.
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

struct IndexName {
  std::string index, table;  ///< a new index lives in the schema of its table
};

IndexName index_of(std::string_view sql) {
  Cursor at(leading_words(sql, words_needed));
  IndexName out;
  if (at.skip("create")) {
    at.skip("unique");
    if (!at.skip("index") || !at.skip("concurrently")) return {};
    if (at.skip("if")) at.skip("not"), at.skip("exists");
    if (at.skip("on")) return {};  // a name of the server's choice
    out.index = at.name();
    if (!at.skip("on")) return {};
    at.skip("only");
    out.table = at.name();
    return out;
  }
  if (at.skip("drop")) {
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
  if (at.skip(",")) return {};
  return out;
}

constexpr const char* named_index_query =
    "SELECT coalesce((SELECT CASE WHEN indisvalid AND indisready THEN 'valid' ELSE 'invalid' END "
    "FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass($1)), 'absent')";

constexpr const char* new_index_query =
    "SELECT coalesce((SELECT CASE WHEN i.indisvalid AND i.indisready THEN 'valid' ELSE 'invalid' "
    "END FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = pg_catalog.to_regclass($2) "
    "AND c.relname = (pg_catalog.parse_ident($1))[1]), 'absent')";

}  // namespace

std::string Session::fingerprint(std::string_view sql) {
  start_call();
  const IndexName name = index_of(sql);
  if (name.index.empty())
    throw sdk::Failure(GBD_E_UNSUPPORTED, "only the state of a single index can be told");
  const std::string state = name.table.empty()
                                ? query_cell(named_index_query, {name.index})
                                : query_cell(new_index_query, {name.index, name.table});
  return "index " + name.index + ": " + state;
}

}  // namespace garboard::postgres
