// SPDX-License-Identifier: Apache-2.0
#include "connect.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "cleartext_guard.hpp"
#include "errors.hpp"

namespace garboard::postgres {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds poll_slice{100};
constexpr milliseconds incomplete_message_pause{5};

/// Changes nothing where there is nothing to forget, because other threads may be reading.
void forget(const char* variable) {
  if (std::getenv(variable) != nullptr) unsetenv(variable);
}

/// libpq takes what is not given from these, and some of them cannot be overruled by a setting.
void forget_environment() {
  for (const char* name : {"PGREQUIRESSL", "PGSERVICEFILE", "PGDATESTYLE", "PGTZ", "PGGEQO",
                           "PGSYSCONFDIR", "PGLOCALEDIR", "PGOAUTHDEBUG"})
    forget(name);
  const SettingsHandle list = known_settings();
  for (const PQconninfoOption* setting = list.get(); setting->keyword != nullptr; ++setting)
    if (setting->envvar != nullptr) forget(setting->envvar);
}

void log_notice(void* /*unused*/, const PGresult* result) {
  try {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char* text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    std::string line = severity == nullptr ? "NOTICE" : severity;
    line += ": ";
    line += text == nullptr ? on_one_line(PQresultErrorMessage(result)) : std::string(text);
    sdk::log(0, line);
  } catch (const std::exception&) {
    return;  // a notice that cannot be logged is no reason to fail
  }
}

ConnectionHandle start(const ConnectOptions& options, const std::string& session_options) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  const auto add = [&](const char* keyword, const std::string& value) {
    keywords.push_back(keyword);
    values.push_back(value.c_str());
  };
  for (const auto& [keyword, value] : options.settings) add(keyword.c_str(), value);
  if (!session_options.empty()) add("options", session_options);
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  ConnectionHandle connection(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (connection == nullptr) throw std::bad_alloc();
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);  // brings the SQLSTATE
  PQsetNoticeReceiver(connection.get(), &log_notice, nullptr);
  return connection;
}

/// Waits for the socket; false when the slice of time passed without anything to do.
bool wait_for(PGconn* connection, PostgresPollingStatusType wanted, Clock::time_point deadline) {
  if (sdk::is_cancelled())
    throw sdk::Failure(GBD_E_CANCELLED, "the run was interrupted while it connected");
  const Clock::time_point now = Clock::now();
  if (now >= deadline) {
    const char* host = PQhost(connection);
    sdk::Failure failure(GBD_E_CONNECT, "the server at \"" + std::string(host ? host : "") +
                                            "\" did not answer in time");
    failure.hint = "check the host name, the port and the network policy";
    throw failure;
  }
  const auto left = std::chrono::ceil<milliseconds>(deadline - now);
  pollfd socket{PQsocket(connection), 0, 0};
  socket.events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
  return poll(&socket, 1, static_cast<int>(std::min(left, poll_slice).count())) > 0;
}

ConnectionHandle attempt(const ConnectOptions& options, const std::string& session_options,
                         Clock::time_point deadline) {
  ConnectionHandle connection = start(options, session_options);
  if (PQstatus(connection.get()) == CONNECTION_BAD)
    throw connect_failure_of(PQerrorMessage(connection.get()));
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) throw connect_failure_of(PQerrorMessage(connection.get()));
    if (!wait_for(connection.get(), state, deadline)) continue;
    if (options.refuses_cleartext && state == PGRES_POLLING_READING &&
        !may_read_authentication(connection.get())) {
      poll(nullptr, 0, static_cast<int>(incomplete_message_pause.count()));
      continue;
    }
    state = PQconnectPoll(connection.get());
  }
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  return connection;
}

}  // namespace

ConnectionHandle connect(const ConnectOptions& options) {
  forget_environment();
  const auto deadline = Clock::now() + milliseconds(options.timeout_ms);
  const std::string& given = options.given_session_options;
  std::string all = options.wanted_session_options;
  if (!given.empty()) all += (all.empty() ? "" : " ") + given;
  try {
    return attempt(options, all, deadline);
  } catch (const sdk::Failure& failure) {
    if (all == given || !is_refused_startup_option(failure)) throw;
  }
  return attempt(options, given, deadline);
}

}  // namespace garboard::postgres
