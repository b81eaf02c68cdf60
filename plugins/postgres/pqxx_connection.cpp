// SPDX-License-Identifier: Apache-2.0
#include "pqxx_connection.hpp"

#include <exception>
#include <new>
#include <utility>

#if PQXX_VERSION_MAJOR < 7 && defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace garboard::postgres {

namespace {

pqxx::result execute(pqxx::nontransaction& statement, const std::string& sql,
                     std::initializer_list<std::string> params) {
#if PQXX_VERSION_MAJOR < 7 && defined(__SANITIZE_ADDRESS__)
  // When the line is lost 6.4 forgets to free the result, some 600 bytes once per connection.
  const __lsan::ScopedDisabler known_leak;
#endif
  if (params.size() == 0) return statement.exec(sql);
#if PQXX_VERSION_MAJOR < 7
  return statement.exec_params(sql,
                               pqxx::prepare::make_dynamic_params(params.begin(), params.end()));
#else
  pqxx::params values;
  for (const std::string& param : params) values.append(param);
#if PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR < 10
  return statement.exec_params(sql, values);
#else
  return statement.exec(sql, values);
#endif
#endif
}

OwningConnection adopt(ConnectionHandle raw) {
#if PQXX_VERSION_MAJOR < 7
  return OwningConnection(std::move(raw));
#else
  return OwningConnection::seize_raw_connection(raw.release());
#endif
}

}  // namespace

#if PQXX_VERSION_MAJOR < 7
// The base class keeps a reference to the policy, and uses it from init() on only.
OwningConnection::OwningConnection(ConnectionHandle raw)
    : connection_base(policy_), policy_(std::move(raw)) {
  init();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // Without this a lost connection would be closed and opened anew by the next statement.
  inhibit_reactivation(true);
#pragma GCC diagnostic pop
}
#endif

PqxxConnection::PqxxConnection(ConnectionHandle raw)
    : raw_(raw.get()), connection_(adopt(std::move(raw))) {
  if (PQregisterEventProc(raw_, &on_event, "garboard", this) == 0) throw std::bad_alloc();
}

// libpqxx keeps the SQLSTATE of an error at most, so its other fields are read when libpq gets it.
int PqxxConnection::on_event(PGEventId event, void* info, void* self) noexcept {
  auto& connection = *static_cast<PqxxConnection*>(self);
  if (event != PGEVT_RESULTCREATE || connection.error_) return 1;
  const PGresult* result = static_cast<PGEventResultCreate*>(info)->result;
  if (PQresultStatus(result) != PGRES_FATAL_ERROR) return 1;
  try {
    connection.error_ = fields_of(result, {});
  } catch (const std::exception&) {
    return 1;  // then the exception's own text has to do
  }
  return 1;
}

pqxx::result PqxxConnection::query(const std::string& sql,
                                   std::initializer_list<std::string> params) {
  error_.reset();
  try {
    pqxx::nontransaction statement(connection_);
    return execute(statement, sql, params);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    if (error_) throw sdk::Failure(*error_);
    // A lost connection has no text here: libpq's own, which completed() finds, is the better one.
    const bool is_open = PQstatus(raw_) == CONNECTION_OK;
    throw sdk::Failure(GBD_E_SQL, is_open ? on_one_line(error.what()) : std::string());
  }
}

}  // namespace garboard::postgres
