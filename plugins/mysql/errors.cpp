// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "lexer.hpp"

namespace garboard::mysql {
namespace {

// Not every number is in the headers of both client libraries, so they stand here as numbers.
template <std::size_t N>
bool is_one_of(unsigned number, const std::array<unsigned, N>& numbers) noexcept {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

// server shutdown, connection killed, network errors, gone, lost, TLS broken, idle too long
constexpr std::array lost_numbers{1053U, 1080U, 1158U, 1159U, 1160U, 1161U, 1927U, 2006U,
                                  2013U, 2026U, 2027U, 2055U, 3169U, 4031U, 5013U, 5014U};
// access denied, unknown plugin, no such plugin allowed, account locked, password expired, host not
// allowed, client too old
constexpr std::array auth_numbers{1044U, 1045U, 1130U, 1251U, 1524U, 1698U, 1820U, 1862U,
                                  1873U, 2049U, 2059U, 2061U, 3118U, 3878U, 4151U, 5010U};
// too many connections, of this user too
constexpr std::array busy_numbers{1040U, 1203U};
// lock wait, deadlock, NOWAIT
constexpr std::array conflict_numbers{1205U, 1213U, 3572U};
constexpr std::array timeout_numbers{1205U, 1969U, 3024U, 3572U};
constexpr std::array permission_numbers{1044U, 1142U, 1143U, 1227U, 1370U, 1410U, 1419U, 4166U};

constexpr unsigned server_gone = 2006;  // nothing was sent, or not all of it
constexpr unsigned query_interrupted = 1317;
constexpr unsigned tls_failed = 2026;
constexpr unsigned tls_required_by_server = 3159;
constexpr unsigned running_with_option = 1290;
constexpr unsigned read_only_mode = 1836;
constexpr unsigned plugin_not_allowed = 5010;
constexpr unsigned packet_too_large = 1153;

bool says_one_of(std::string_view message, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [message](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  });
}

// Whether TLS failed for a connection that ended: a server that stops, a gateway without one behind
// it. Error 0 is how OpenSSL before 3.0 tells of an end.
bool is_cut(std::string_view message) {
  return says_one_of(
      message, {"unexpected eof", "Connection reset", "Broken pipe", "timed out", "closed", "(0)"});
}

bool is_tls_mistake(unsigned number, Activity activity, std::string_view message) {
  return activity == Activity::connect && number == tls_failed && !is_cut(message);
}

std::string_view class_of(unsigned number, Activity activity, std::string_view message) {
  if (is_tls_mistake(number, activity, message)) return "tls";
  if (activity == Activity::connect) return number == tls_required_by_server ? "tls" : "";
  if (is_one_of(number, permission_numbers)) return "permission";
  // the same number stands for --skip-grant-tables and --secure-file-priv
  const bool is_read_only_option = says_one_of(message, {"read-only", "read_only"});
  if (number == read_only_mode || (number == running_with_option && is_read_only_option))
    return "readOnly";
  return "";
}

gbd_status status_of(unsigned number, Activity activity) {
  if (activity == Activity::connect)
    return is_one_of(number, auth_numbers) ? GBD_E_AUTH : GBD_E_CONNECT;
  if (number == query_interrupted) return GBD_E_CANCELLED;
  if (is_one_of(number, timeout_numbers)) return GBD_E_TIMEOUT;
  return GBD_E_SQL;
}

std::uint32_t flags_of(unsigned number, Activity activity) {
  std::uint32_t flags = 0;
  if (activity == Activity::connect)
    return is_one_of(number, busy_numbers) ? std::uint32_t{GBD_EF_RETRYABLE} : 0U;
  if (is_one_of(number, conflict_numbers)) flags |= GBD_EF_RETRYABLE;
  if (is_one_of(number, lost_numbers)) {
    flags |= GBD_EF_CONN_LOST;
    if (activity == Activity::lasting && number != server_gone) flags |= GBD_EF_OUTCOME_UNKNOWN;
  }
  return flags;
}

// The texts are those of MariaDB Connector/C, Oracle's client and OpenSSL.
std::string_view tls_hint_of(std::string_view message) {
  if (says_one_of(message, {"not support"}))
    return "the server offers no TLS, and a server on another host has to prove who it is: switch "
           "TLS on there or, where the network is trusted, say ssl-mode=disabled";
  if (says_one_of(message,
                  {"Validation of SSL server certificate", "Hostname verification", "mismatch"}))
    return "the certificate is not for this host: connect by a name that stands in it; "
           "ssl-mode=verify-ca looks only at who issued it (not with Connector/C from 3.4 on), "
           "ssl-mode=required does not look at it";
  if (says_one_of(message, {"certificate"}))
    return "the certificate was issued by an unknown authority, or is out of date: name the file "
           "with your authority's certificate in ssl-ca; ssl-mode=required does not look at it";
  return "check ssl-mode and ssl-ca; ssl-mode=disabled turns encryption off";
}

std::string_view hint_of(unsigned number, Activity activity, std::string_view message) {
  if (is_tls_mistake(number, activity, message)) return tls_hint_of(message);
  if (number == packet_too_large) return packet_hint;
  if (number == tls_required_by_server)
    return "the server wants encryption: set ssl-mode=required or verify-full";
  if (number == plugin_not_allowed)
    return "the server asks for a way to log in that would show it the password; "
           "allowCleartextPassword=true permits that with ssl-mode=verify-full or on a socket";
  return "";
}

}  // namespace

Activity activity_of(std::string_view sql, bool is_in_transaction) noexcept {
  Lexer lexer(sql);
  Token first = lexer.next();
  while (first.is_symbol('(')) first = lexer.next();
  const auto is_any = [&first](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&first](std::string_view word) { return first.is_word(word); });
  };
  // MariaDB's SET STATEMENT .. FOR runs the statement behind FOR
  if (is_any({"SET"}))
    return lexer.next().is_word("STATEMENT") ? Activity::lasting : Activity::read;
  if (is_any({"SELECT", "SHOW", "DESC", "DESCRIBE", "EXPLAIN", "USE", "TABLE", "VALUES"}))
    return Activity::read;
  if (is_in_transaction && is_any({"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "LOAD", "DO"}))
    return Activity::undoable;
  return Activity::lasting;
}

std::int64_t error_position(std::string_view message, std::string_view sql) noexcept {
  constexpr std::string_view before = "near '", after = "' at line ";
  const std::size_t open = message.find(before), close = message.rfind(after);
  if (open == std::string_view::npos || close == std::string_view::npos ||
      close < open + before.size())
    return -1;
  std::string_view near = message.substr(open + before.size(), close - open - before.size());
  // short of the server's limit of 80 the quotation runs to the end of the statement
  if (sql.ends_with(near)) return static_cast<std::int64_t>(sql.size() - near.size());
  if (near.ends_with("...")) near.remove_suffix(3);
  unsigned long line = 0;
  const std::string_view digits = message.substr(close + after.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), line);
  if (near.empty() || line == 0) return -1;

  std::size_t line_start = 0;
  for (unsigned long i = 1; i < line; ++i) {
    const std::size_t newline = sql.find('\n', line_start);
    if (newline == std::string_view::npos) return -1;
    line_start = newline + 1;
  }
  const std::size_t line_end = std::min(sql.find('\n', line_start), sql.size());
  const std::size_t found = sql.find(near, line_start);
  if (found == std::string_view::npos || found > line_end) return -1;
  const std::size_t again = sql.find(near, found + 1);
  if (again != std::string_view::npos && again <= line_end) return -1;
  return static_cast<std::int64_t>(found);
}

std::string row_context(std::string_view message) {
  constexpr std::string_view before = " at row ";
  const std::size_t found = message.rfind(before);
  if (found == std::string_view::npos) return {};
  const std::string_view digits = message.substr(found + before.size());
  std::uint64_t row = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), row);
  if (error != std::errc() || end != digits.data() + digits.size() || row == 0) return {};
  return R"({"row":)" + std::to_string(row) + "}";
}

sdk::Failure failure_of(MYSQL* handle, Activity activity, std::string_view sql) {
  const unsigned number = mysql_errno(handle);
  const std::string_view message = mysql_error(handle);
  const std::string_view sqlstate = mysql_sqlstate(handle);
  sdk::Failure failure(status_of(number, activity),
                       message.empty() ? "error " + std::to_string(number) : std::string(message));
  failure.flags = flags_of(number, activity);
  failure.native_code = number;
  failure.sqlstate = sqlstate;
  failure.hint = hint_of(number, activity, message);
  if (sqlstate == "42000") failure.position = error_position(message, sql);
  failure.context_json = row_context(message);
  if (const std::string_view name = class_of(number, activity, message); !name.empty())
    failure.context_json = R"({"class":")" + std::string(name) + R"("})";
  return failure;
}

}  // namespace garboard::mysql
