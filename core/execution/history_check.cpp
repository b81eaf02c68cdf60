// SPDX-License-Identifier: Apache-2.0
#include "execution/history_check.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "execution/seed_sql.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;

std::vector<std::string> names_of(const LedgerOptions& options, HistoryTables tables) {
  if (tables == HistoryTables::of_seeds) return {options.table + "_seeds"};
  return {options.table, options.table + "_journal", options.table + "_log"};
}

/// The dialect's query, with parameters where its template names the schema and the tables.
class CheckQuery {
 public:
  CheckQuery(const model::Dialect& dialect, std::string_view schema,
             std::span<const std::string> names)
      : dialect_(dialect), schema_(schema) {
    const std::string_view text = dialect.check_ledger;
    const std::size_t step = text.find("{name}") == std::string_view::npos ? names.size() : 1;
    for (std::size_t i = 0; i < names.size(); i += step) {
      if (i > 0) sql_ += " UNION ALL ";
      add(text, names.subspan(i, step));
    }
  }

  [[nodiscard]] const std::string& sql() const noexcept { return sql_; }
  [[nodiscard]] std::span<const ports::Param> params() const noexcept { return params_; }

 private:
  void add(std::string_view text, std::span<const std::string> names) {
    while (!text.empty()) {
      const std::size_t open = text.find('{');
      sql_ += text.substr(0, open);
      if (open == std::string_view::npos) return;
      text.remove_prefix(open);
      if (take(text, "{schema}")) {
        add_param(schema_);
      } else if (take(text, "{name}") || take(text, "{names}")) {
        for (std::size_t i = 0; i < names.size(); ++i) {
          if (i > 0) sql_ += ", ";
          add_param(names[i]);
        }
      } else {
        sql_ += '{';
        text.remove_prefix(1);
      }
    }
  }

  static bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  }

  void add_param(std::string_view value) {
    params_.emplace_back(value);
    sql_ += parameter(dialect_, params_.size());
  }

  const model::Dialect& dialect_;
  std::string_view schema_;
  std::string sql_;
  std::vector<ports::Param> params_;
};

Error untrusted(const std::string& problems) {
  return Error{.code = Code::unsafe_environment,
               .message = "the history is not trusted: " + problems,
               .reason = "untrusted-history",
               .hint =
                   "through it somebody could run code with this user's rights, or tell a false "
                   "history: find out who made it so, undo that, and run again; nothing was "
                   "read from it"};
}

}  // namespace

Result<void> check_history_tables(ports::Session& session, const LedgerOptions& options,
                                  HistoryTables tables) {
  const model::Dialect& dialect = session.dialect();
  if (dialect.check_ledger.empty()) return {};
  const std::vector<std::string> names = names_of(options, tables);
  const CheckQuery query(dialect, options.schema.empty() ? dialect.default_schema : options.schema,
                         names);
  std::string problems;
  auto looked = session.exec(query.sql(), query.params(), [&](std::span<const ports::Cell> cells) {
    if (!problems.empty()) problems += "; ";
    if (!cells[0].value_or("").empty()) problems += "table " + std::string(*cells[0]) + ": ";
    problems += cells[1].value_or("");
    return true;
  });
  if (!looked) return std::move(looked).error().in("looking at the history's tables");
  if (!problems.empty()) return untrusted(problems);
  return {};
}

}  // namespace garboard::execution
