// SPDX-License-Identifier: Apache-2.0
// Who keeps whom waiting. MySQL and MariaDB keep the answer in different tables, each of which a
// user may be kept from, or which may be switched off.
#include <algorithm>
#include <charconv>
#include <string>

#include <nlohmann/json.hpp>

#include "session.hpp"

namespace garboard::mysql {
namespace {

/// Both know the locks of tables where the performance schema is on.
std::string holders_of_table_locks(const std::string& id) {
  return "SELECT DISTINCT holder.PROCESSLIST_ID FROM performance_schema.threads waiter JOIN "
         "performance_schema.metadata_locks wanted ON wanted.OWNER_THREAD_ID = waiter.THREAD_ID "
         "AND wanted.LOCK_STATUS = 'PENDING' JOIN performance_schema.metadata_locks held ON "
         "held.OBJECT_TYPE = wanted.OBJECT_TYPE AND held.OBJECT_SCHEMA <=> wanted.OBJECT_SCHEMA "
         "AND held.OBJECT_NAME <=> wanted.OBJECT_NAME AND held.LOCK_STATUS = 'GRANTED' AND "
         "held.OWNER_THREAD_ID <> wanted.OWNER_THREAD_ID JOIN performance_schema.threads holder "
         "ON holder.THREAD_ID = held.OWNER_THREAD_ID WHERE waiter.PROCESSLIST_ID = " +
         id + " AND holder.PROCESSLIST_ID IS NOT NULL";
}

std::string holders_of_row_locks(const std::string& id, bool is_mariadb) {
  if (is_mariadb)
    return "SELECT DISTINCT holder.trx_mysql_thread_id FROM information_schema.INNODB_TRX waiter "
           "JOIN information_schema.INNODB_LOCK_WAITS w ON w.requesting_trx_id = waiter.trx_id "
           "JOIN information_schema.INNODB_TRX holder ON holder.trx_id = w.blocking_trx_id WHERE "
           "waiter.trx_mysql_thread_id = " +
           id;
  return "SELECT DISTINCT holder.PROCESSLIST_ID FROM performance_schema.threads waiter JOIN "
         "performance_schema.data_lock_waits w ON w.REQUESTING_THREAD_ID = waiter.THREAD_ID JOIN "
         "performance_schema.threads holder ON holder.THREAD_ID = w.BLOCKING_THREAD_ID WHERE "
         "waiter.PROCESSLIST_ID = " +
         id;
}

/// Where the server does not say who holds a table's lock: every transaction that was open when
/// the wait began, those that work in the same database first.
std::string holders_perhaps(const std::string& id) {
  return "SELECT holder.trx_mysql_thread_id FROM information_schema.PROCESSLIST waiter JOIN "
         "information_schema.INNODB_TRX holder ON holder.trx_mysql_thread_id <> waiter.ID AND "
         "holder.trx_started <= NOW() - INTERVAL waiter.TIME SECOND LEFT JOIN "
         "information_schema.PROCESSLIST p ON p.ID = holder.trx_mysql_thread_id WHERE waiter.ID "
         "= " +
         id +
         " AND waiter.STATE LIKE 'Waiting for%lock' ORDER BY p.DB <=> waiter.DB DESC, "
         "holder.trx_started LIMIT 5";
}

std::string what_is_known(const std::string& ids) {
  return "SELECT p.ID, p.USER, p.HOST, p.COMMAND, p.TIME, p.INFO, t.trx_id FROM "
         "information_schema.PROCESSLIST p LEFT JOIN information_schema.INNODB_TRX t ON "
         "t.trx_mysql_thread_id = p.ID WHERE p.ID IN (" +
         ids + ")";
}

/// The same for a user who may not see transactions.
std::string what_anybody_knows(const std::string& ids) {
  return "SELECT ID, USER, HOST, COMMAND, TIME, INFO, NULL FROM information_schema.PROCESSLIST "
         "WHERE ID IN (" +
         ids + ")";
}

/// What an idle session ran last, and what it calls itself.
std::string last_statements(const std::string& ids) {
  return "SELECT t.PROCESSLIST_ID, s.SQL_TEXT, (SELECT a.ATTR_VALUE FROM "
         "performance_schema.session_connect_attrs a WHERE a.PROCESSLIST_ID = t.PROCESSLIST_ID "
         "AND a.ATTR_NAME = 'program_name') FROM performance_schema.threads t LEFT JOIN "
         "performance_schema.events_statements_current s ON s.THREAD_ID = t.THREAD_ID AND "
         "s.NESTING_EVENT_ID IS NULL WHERE t.PROCESSLIST_ID IN (" +
         ids + ")";
}

nlohmann::json session_of(const std::vector<std::string>& row) {
  nlohmann::json session = {{"session", row[0]}, {"user", row[1]}, {"query", row[5]}};
  session["client"] = row[2].substr(0, row[2].find(':'));
  const bool is_idle = row[3] == "Sleep";
  session["state"] = !is_idle ? "active" : row[6].empty() ? "idle" : "idle in transaction";
  std::int64_t seconds = 0;
  std::from_chars(row[4].data(), row[4].data() + row[4].size(), seconds);
  session["ageMs"] = seconds * 1000;
  return session;
}

}  // namespace

Session::Rows Session::query_if_allowed(const std::string& sql) {
  try {
    return query(sql);
  } catch (const sdk::Failure& failure) {
    if ((failure.flags & GBD_EF_CONN_LOST) != 0 || failure.status == GBD_E_CANCELLED) throw;
    return {};
  }
}

std::string Session::describe_sessions(const Rows& ids, bool is_certain) {
  nlohmann::json sessions = nlohmann::json::array();
  std::string list;
  for (const auto& id : ids) list += (list.empty() ? "" : ",") + id[0];
  if (list.empty()) return sessions.dump();
  Rows known = query_if_allowed(what_is_known(list));
  if (known.empty()) known = query_if_allowed(what_anybody_knows(list));
  const Rows last = query_if_allowed(last_statements(list));
  for (const auto& id : ids) {
    const auto is_it = [&id](const auto& row) { return row[0] == id[0]; };
    const auto found = std::find_if(known.begin(), known.end(), is_it);
    nlohmann::json session =
        found == known.end() ? nlohmann::json{{"session", id[0]}} : session_of(*found);
    if (const auto row = std::find_if(last.begin(), last.end(), is_it); row != last.end()) {
      if (session.value("query", "").empty()) session["query"] = (*row)[1];
      session["application"] = (*row)[2];
    }
    if (!is_certain) session["certain"] = false;
    sessions.push_back(std::move(session));
  }
  return sessions.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Session::blockers(std::string_view waiting_session) {
  std::uint64_t number = 0;
  std::from_chars(waiting_session.data(), waiting_session.data() + waiting_session.size(), number);
  const std::string id = std::to_string(number);
  Rows holders = query_if_allowed(holders_of_row_locks(id, is_mariadb()));
  if (holders.empty()) holders = query_if_allowed(holders_of_table_locks(id));
  if (!holders.empty()) return describe_sessions(holders, true);
  return describe_sessions(query_if_allowed(holders_perhaps(id)), false);
}

std::string Session::lock_holders(std::string_view key) {
  Rows holders = query_if_allowed("SELECT IS_USED_LOCK(" + lock_name(key) + ")");
  std::erase_if(holders, [this](const auto& row) {
    return row[0].empty() || row[0] == std::to_string(thread_id_);
  });
  return describe_sessions(holders, true);
}

}  // namespace garboard::mysql
