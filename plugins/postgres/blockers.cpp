// SPDX-License-Identifier: Apache-2.0
// Who keeps whom waiting.
#include <string>

#include <nlohmann/json.hpp>

#include "session.hpp"

namespace garboard::postgres {

namespace {

/// pg_stat_activity has this for a query that the user may not see.
constexpr std::string_view hidden = "<insufficient privilege>";

nlohmann::json session_of(const pqxx::row& row) {
  nlohmann::json session = nlohmann::json::object();
  const auto put = [&](const char* key, int column) {
    const auto cell = row[column];
    if (cell.is_null()) return;
    if (std::string text = cell.as<std::string>(); !text.empty() && text != hidden)
      session[key] = std::move(text);
  };
  put("session", 0);
  put("user", 1);
  put("client", 2);
  put("application", 3);
  put("state", 4);
  if (!row[5].is_null()) session["ageMs"] = row[5].as<std::int64_t>();
  put("query", 6);
  return session;
}

}  // namespace

std::string Session::describe_sessions(const std::string& pids, std::string_view param) {
  start_call();
  // pid 0 stands for a prepared transaction, which has no session any more
  const pqxx::result rows = query(
      "SELECT CASE b.pid WHEN 0 THEN 'prepared transaction' ELSE b.pid::pg_catalog.text END, "
      "a.usename, pg_catalog.host(a.client_addr), a.application_name, a.state, "
      "pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.state_change) * 1000)"
      "::pg_catalog.int8, a.query FROM (" +
          pids +
          ") AS b (pid) LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid ORDER BY b.pid",
      {c_text(param, "what keeps waiting")});
  nlohmann::json sessions = nlohmann::json::array();
  for (pqxx::result::size_type i = 0; i < rows.size(); ++i) sessions.push_back(session_of(rows[i]));
  return sessions.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Session::blockers(std::string_view waiting_session) {
  return describe_sessions(
      "SELECT DISTINCT pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::pg_catalog.int4))",
      waiting_session);
}

std::string Session::lock_holders(std::string_view key) {
  // a key of 64 bits stands in two columns
  return describe_sessions(
      "SELECT DISTINCT l.pid FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND "
      "l.granted AND l.objsubid = 1 AND l.pid <> pg_catalog.pg_backend_pid() AND l.database = "
      "(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = "
      "pg_catalog.current_database()) AND (l.classid::pg_catalog.int8 << 32 | "
      "l.objid::pg_catalog.int8) = pg_catalog.hashtextextended($1, 0)",
      key);
}

}  // namespace garboard::postgres
