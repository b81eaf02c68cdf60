// SPDX-License-Identifier: Apache-2.0
#include "execution/ledger_sql.hpp"

#include <utility>

namespace garboard::execution {

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string with_timeout(std::string statement, std::chrono::milliseconds timeout) {
  if (timeout.count() <= 0) return {};
  replace_all(statement, "{ms}", std::to_string(timeout.count()));
  replace_all(statement, "{s}", std::to_string((timeout.count() + 999) / 1000));
  return statement;
}

}  // namespace

std::string quoted(const model::Dialect& dialect, std::string_view name) {
  const char quote = dialect.identifier_quote;
  std::string text(1, quote);
  for (const char c : name) {
    if (c == quote) text += quote;
    text += c;
  }
  return text + quote;
}

LedgerSql::LedgerSql(const model::Dialect& dialect, const LedgerOptions& options)
    : dialect_(dialect) {
  const std::string& schema = options.schema.empty() ? dialect.default_schema : options.schema;
  std::string prefix;
  if (!schema.empty()) {
    schema_ = quoted(dialect, schema);
    prefix = schema_ + ".";
  }
  table_ = prefix + quoted(dialect, options.table);
  journal_ = prefix + quoted(dialect, options.table + "_journal");
  log_ = prefix + quoted(dialect, options.table + "_log");
}

std::string LedgerSql::parameter(int number) const {
  return dialect_.placeholders == model::PlaceholderStyle::numbered ? "$" + std::to_string(number)
                                                                    : "?";
}

std::string LedgerSql::parameters(int first, int last) const {
  std::string text = parameter(first);
  for (int number = first + 1; number <= last; ++number) text += ", " + parameter(number);
  return text;
}

std::string LedgerSql::read_brief() const {
  return "SELECT id, ordinal, checksum, state FROM " + table_ + " WHERE app = " + parameter(1) +
         " ORDER BY ordinal, id";
}

std::string LedgerSql::read_full() const {
  return "SELECT id, ordinal, checksum, state, name, started_at, finished_at, applied_by, "
         "run_id FROM " +
         table_ + " WHERE app = " + parameter(1) + " ORDER BY ordinal, id";
}

std::string LedgerSql::read_journal() const {
  return "SELECT seq, checksum, state, fingerprint, note FROM " + journal_ +
         " WHERE app = " + parameter(1) + " AND id = " + parameter(2) + " ORDER BY seq";
}

std::string LedgerSql::read_entry() const {
  return "SELECT checksum, state, run_id, finished_at FROM " + table_ +
         " WHERE app = " + parameter(1) + " AND id = " + parameter(2);
}

std::vector<std::string> LedgerSql::create() const {
  std::vector<std::string> statements;
  for (std::string statement : dialect_.create_ledger) {
    replace_all(statement, "{schema}", schema_);
    replace_all(statement, "{table}", table_);
    replace_all(statement, "{journal}", journal_);
    replace_all(statement, "{log}", log_);
    statements.push_back(std::move(statement));
  }
  return statements;
}

std::string LedgerSql::claim() const {
  return "INSERT INTO " + table_ +
         " (app, id, ordinal, name, checksum, state, run_id, applied_by, tool_version, down_sql,"
         " started_at) VALUES (" +
         parameters(1, 10) + ", " + dialect_.now + ")";
}

std::string LedgerSql::take_over() const {
  return "UPDATE " + table_ + " SET run_id = " + parameter(1) + ", applied_by = " + parameter(2) +
         ", tool_version = " + parameter(3) + ", name = " + parameter(4) +
         ", down_sql = " + parameter(5) + " WHERE app = " + parameter(6) +
         " AND id = " + parameter(7);
}

std::string LedgerSql::finish() const {
  return "UPDATE " + table_ + " SET state = " + parameter(1) + ", checksum = " + parameter(2) +
         ", finished_at = " + dialect_.now + " WHERE app = " + parameter(3) +
         " AND id = " + parameter(4);
}

std::string LedgerSql::backdate() const {
  return "UPDATE " + table_ + " SET started_at = " + parameter(1) +
         ", finished_at = " + parameter(2) + " WHERE app = " + parameter(3) +
         " AND id = " + parameter(4);
}

std::string LedgerSql::forget() const {
  return "DELETE FROM " + table_ + " WHERE app = " + parameter(1) + " AND id = " + parameter(2);
}

std::string LedgerSql::remove() const { return forget() + " AND checksum = " + parameter(3); }

std::string LedgerSql::remove_of_run() const {
  return forget() + " AND state = 'applied' AND run_id = " + parameter(3);
}

std::string LedgerSql::switch_state() const {
  return "UPDATE " + table_ + " SET state = " + parameter(1) + " WHERE app = " + parameter(2) +
         " AND id = " + parameter(3) + " AND state = " + parameter(4);
}

std::string LedgerSql::replace() const {
  return "UPDATE " + table_ + " SET ordinal = " + parameter(1) + ", name = " + parameter(2) +
         ", checksum = " + parameter(3) + ", state = " + parameter(4) +
         ", run_id = " + parameter(5) + ", applied_by = " + parameter(6) +
         ", tool_version = " + parameter(7) + ", down_sql = " + parameter(8) +
         ", started_at = " + dialect_.now + ", finished_at = " + dialect_.now +
         " WHERE app = " + parameter(9) + " AND id = " + parameter(10);
}

std::string LedgerSql::accept() const {
  return "UPDATE " + table_ + " SET checksum = " + parameter(1) + ", down_sql = " + parameter(2) +
         " WHERE app = " + parameter(3) + " AND id = " + parameter(4);
}

std::string LedgerSql::settle_journal() const {
  return "UPDATE " + journal_ + " SET state = " + parameter(1) + " WHERE app = " + parameter(2) +
         " AND id = " + parameter(3) + " AND seq = " + parameter(4);
}

std::string LedgerSql::read_down() const {
  return "SELECT down_sql FROM " + table_ + " WHERE app = " + parameter(1) +
         " AND id = " + parameter(2);
}

std::string LedgerSql::insert_log() const {
  return "INSERT INTO " + log_ +
         " (app, id, name, action, run_id, applied_by, tool_version, duration_ms, reason, detail,"
         " logged_at) VALUES (" +
         parameters(1, 10) + ", " + dialect_.now + ")";
}

std::string LedgerSql::read_log() const {
  return "SELECT id, name, action, logged_at, run_id, applied_by, tool_version, duration_ms, "
         "reason, detail FROM " +
         log_ + " WHERE app = " + parameter(1) + " ORDER BY seq";
}

std::string LedgerSql::read_log_of_run() const {
  return "SELECT id, action FROM " + log_ + " WHERE app = " + parameter(1) +
         " AND run_id = " + parameter(2);
}

std::string LedgerSql::insert_journal() const {
  return "INSERT INTO " + journal_ +
         " (app, id, seq, checksum, state, fingerprint, note) VALUES (" + parameters(1, 7) + ")";
}

std::string LedgerSql::update_journal() const {
  return "UPDATE " + journal_ + " SET checksum = " + parameter(1) + ", state = " + parameter(2) +
         ", fingerprint = " + parameter(3) + ", note = " + parameter(4) +
         " WHERE app = " + parameter(5) + " AND id = " + parameter(6) +
         " AND seq = " + parameter(7);
}

std::string LedgerSql::clear_journal() const {
  return "DELETE FROM " + journal_ + " WHERE app = " + parameter(1) + " AND id = " + parameter(2);
}

std::string LedgerSql::lock_timeout(std::chrono::milliseconds timeout) const {
  return with_timeout(dialect_.lock_timeout, timeout);
}

std::string LedgerSql::statement_timeout(std::chrono::milliseconds timeout) const {
  return with_timeout(dialect_.statement_timeout, timeout);
}

}  // namespace garboard::execution
