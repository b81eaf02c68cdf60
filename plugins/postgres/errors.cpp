// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include <nlohmann/json.hpp>

namespace garboard::postgres {

namespace {

std::string field(const PGresult* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

bool contains(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> list) noexcept {
  for (const std::string_view entry : list)
    if (text == entry) return true;
  return false;
}

std::string_view class_of(std::string_view sqlstate) noexcept {
  if (sqlstate == "42501") return "permission";
  if (sqlstate == "25006") return "readOnly";
  return {};
}

/// N of "COPY table, line N" or "COPY table, line N, column ..": a row is one line of what was
/// sent.
std::uint64_t copied_row(std::string_view where) {
  constexpr std::string_view before = ", line ";
  const std::size_t copy = where.find("COPY ");
  if (copy == std::string_view::npos || (copy > 0 && where[copy - 1] != '\n')) return 0;
  const std::size_t found = where.find(before, copy);
  if (found == std::string_view::npos) return 0;
  const std::string_view digits = where.substr(found + before.size());
  std::uint64_t row = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), row);
  return row;
}

std::string context_json_of(const PGresult* result, std::string_view sqlstate) {
  auto context = nlohmann::json::object();
  const auto put = [&](const char* key, int code) {
    if (std::string text = field(result, code); !text.empty()) context[key] = std::move(text);
  };
  put("schema", PG_DIAG_SCHEMA_NAME);
  put("table", PG_DIAG_TABLE_NAME);
  put("column", PG_DIAG_COLUMN_NAME);
  put("type", PG_DIAG_DATATYPE_NAME);
  put("constraint", PG_DIAG_CONSTRAINT_NAME);
  put("where", PG_DIAG_CONTEXT);
  if (const auto row = copied_row(field(result, PG_DIAG_CONTEXT)); row != 0) context["row"] = row;
  if (const auto name = class_of(sqlstate); !name.empty()) context["class"] = name;
  return context.empty() ? std::string()
                         : context.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

gbd_status status_of(std::string_view sqlstate, std::string_view message, bool is_cancelled) {
  if (sqlstate == "57014") {
    // One SQLSTATE for a cancel request, for statement_timeout and for a COPY that was ended here.
    if (is_cancelled || contains(message, "user request")) return GBD_E_CANCELLED;
    return contains(message, rows_broke_off) ? GBD_E_SQL : GBD_E_TIMEOUT;
  }
  if (is_any_of(sqlstate, {"55P03", "25P03", "25P04"})) return GBD_E_TIMEOUT;
  return GBD_E_SQL;
}

/// VERBOSE messages of a failed connect read `...FATAL:  28P01: text\nLOCATION:  ...`; libpq offers
/// no other way to the SQLSTATE there. The severity may be translated, the layout is not.
struct ConnectMessage {
  std::string sqlstate, text;
};

bool is_sqlstate(std::string_view text) noexcept {
  if (text.size() != 5) return false;
  for (const char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) return false;
  return true;
}

ConnectMessage read_connect_message(std::string_view message) {
  ConnectMessage out;
  out.text = message.substr(0, message.find("\nLOCATION:"));
  // Several hosts give several messages; the last one decides.
  for (std::size_t at = out.text.rfind(":  "); at != std::string::npos && at != 0;
       at = out.text.rfind(":  ", at - 1)) {
    const std::string_view code = std::string_view(out.text).substr(at + 3).substr(0, 5);
    if (!is_sqlstate(code) || out.text.compare(at + 8, 2, ": ") != 0) continue;
    out.sqlstate = code;
    out.text.erase(at + 2, 7);
    break;
  }
  out.text = on_one_line(out.text);
  return out;
}

/// True for a line of a connection that was cut while TLS was agreed upon: that passes.
bool is_cut_off(std::string_view line) noexcept {
  for (const std::string_view words :
       {"SSL SYSCALL error", "SSL connection has been closed unexpectedly",
        "SSL error: unexpected eof while reading",
        "negotiation packet: ", "server sent an error response during SSL exchange"})
    if (contains(line, words)) return true;
  return false;
}

/// What of a message tells why: names of hosts and files, in quotes, may hold any word, and so does
/// a line that was cut off.
std::string evidence_in(std::string_view message) {
  std::string out;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    const std::string_view line = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
    std::string unquoted;
    bool is_quoted = false;
    for (const char c : line) {
      if (c == '"') is_quoted = !is_quoted;
      if (!is_quoted) unquoted += c;
    }
    if (!is_cut_off(unquoted)) out += unquoted + '\n';
  }
  return out;
}

bool is_about_tls(std::string_view text) noexcept {
  for (const std::string_view word :
       {"SSL", "TLS", "certificate", "sslmode", "sslrootcert", "private key file"})
    if (contains(text, word)) return true;
  return false;
}

bool is_about_authentication(std::string_view text) noexcept {
  for (const std::string_view word :
       {"no password supplied", "authentication method", "authentication failed", "channel binding",
        "SCRAM", "SASL", "GSSAPI", "server did not complete authentication"})
    if (contains(text, word)) return true;
  return false;
}

std::string_view tls_hint_of(std::string_view message) noexcept {
  if (contains(message, "does not support SSL"))
    return "the server offers no TLS, and a server on another host has to prove who it is: switch "
           "TLS on there or, where the network is trusted, say sslmode=disable";
  if (contains(message, "does not match host name"))
    return "the certificate is not for this host: connect by a name that stands in it; "
           "sslmode=verify-ca looks only at who issued it, sslmode=require does not look at it";
  if (contains(message, "certificate verify failed"))
    return "the certificate was issued by an unknown authority, or is out of date: name the file "
           "with your authority's certificate in sslrootcert; sslmode=require does not look at it";
  return {};
}

}  // namespace

std::string on_one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!is_space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::int64_t byte_offset(std::string_view text, long position) noexcept {
  if (position <= 0) return -1;
  long character = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool starts_character = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (starts_character && ++character == position) return static_cast<std::int64_t>(at);
  }
  return character + 1 == position ? static_cast<std::int64_t>(text.size()) : -1;
}

sdk::Failure fields_of(const PGresult* result, std::string_view sql) {
  sdk::Failure failure(GBD_E_SQL, field(result, PG_DIAG_MESSAGE_PRIMARY));
  failure.sqlstate = field(result, PG_DIAG_SQLSTATE);
  failure.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  failure.hint = field(result, PG_DIAG_MESSAGE_HINT);
  failure.context_json = context_json_of(result, failure.sqlstate);
  if (const std::string at = field(result, PG_DIAG_STATEMENT_POSITION); !at.empty())
    failure.position = byte_offset(sql, std::strtol(at.c_str(), nullptr, 10));
  if (failure.message.empty()) failure.message = on_one_line(PQresultErrorMessage(result));
  const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (is_any_of(severity, {"FATAL", "PANIC"}) ||
      is_any_of(failure.sqlstate, {"57P01", "57P02", "57P03", "57P05"}))
    failure.flags |= GBD_EF_CONN_LOST;
  return failure;
}

sdk::Failure completed(sdk::Failure failure, PGconn* connection, const Situation& situation) {
  if (failure.message.empty()) failure.message = on_one_line(PQerrorMessage(connection));
  if (failure.message.empty()) failure.message = "the server gave no reason";
  failure.status = status_of(failure.sqlstate, failure.message, situation.is_cancelled);
  if (PQstatus(connection) == CONNECTION_BAD || (failure.flags & GBD_EF_CONN_LOST) != 0) {
    failure.flags |= GBD_EF_CONN_LOST;
    if (situation.may_be_applied) failure.flags |= GBD_EF_OUTCOME_UNKNOWN;
    return failure;
  }
  if (is_any_of(failure.sqlstate, {"40001", "40P01", "55P03"})) failure.flags |= GBD_EF_RETRYABLE;
  if (PQtransactionStatus(connection) == PQTRANS_INERROR) failure.flags |= GBD_EF_TX_ABORTED;
  return failure;
}

sdk::Failure failure_of(const PGresult* result, PGconn* connection, const Situation& situation) {
  return completed(fields_of(result, situation.sql), connection, situation);
}

sdk::Failure connect_failure_of(std::string_view text) {
  ConnectMessage message = read_connect_message(text);
  sdk::Failure failure(GBD_E_CONNECT, std::move(message.text));
  failure.sqlstate = std::move(message.sqlstate);
  const std::string_view sqlstate = failure.sqlstate;
  const std::string evidence = evidence_in(text);
  if (sqlstate.substr(0, 2) == "28" || sqlstate == "42501") {
    failure.status = GBD_E_AUTH;
    // A server that wants TLS answers 28000 "no pg_hba.conf entry ... no encryption".
    if (contains(failure.message, "no encryption"))
      failure.hint = "the server may accept this user with TLS only: use sslmode=verify-full";
  } else if (sqlstate == "3D000") {
    failure.hint = "create the database, or name another one in the URL";
    failure.status = GBD_E_AUTH;
  } else if (is_any_of(sqlstate, {"53300", "57P01", "57P02", "57P03"})) {
    failure.flags |= GBD_EF_RETRYABLE;
  } else if (sqlstate.empty() && is_about_authentication(evidence)) {
    failure.status = GBD_E_AUTH;
    if (contains(evidence, "authentication method requirement"))
      failure.hint =
          "the server asks for the password in clear; use sslmode=require or better, or "
          "allowCleartextPassword=true";
  } else if (sqlstate.empty() && is_about_tls(evidence)) {
    failure.context_json = R"({"class":"tls"})";
    failure.hint = tls_hint_of(evidence);
  }
  return failure;
}

bool is_refused_startup_option(const sdk::Failure& failure) noexcept {
  return is_any_of(failure.sqlstate, {"08P01", "0A000", "22023", "42704", "42501", "55P02"});
}

}  // namespace garboard::postgres
