// SPDX-License-Identifier: Apache-2.0
// Session::copy_in: rows streamed into COPY .. FROM STDIN, never more than one buffer of them here.
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "session.hpp"

namespace garboard::postgres {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;

/// Sends what `read` gives; false when that was not all of it: the server refused a row, libpq
/// could not send it, or the run was interrupted.
bool send_rows(PGconn* connection, sdk::CopyReader read) {
  std::vector<char> buffer(buffer_size);
  while (!sdk::is_cancelled()) {
    // not through the SDK's operator, which throws: the COPY has to be ended first
    const std::size_t n = read.read(read.ctx, buffer.data(), buffer.size());
    if (n == 0) return true;
    if (n > buffer.size()) return false;  // the reader failed
    // Takes in the server's refusal as soon as it is there.
    if (PQconsumeInput(connection) == 0) return false;
    if (PQputCopyData(connection, buffer.data(), static_cast<int>(n)) != 1) return false;
  }
  return false;
}

}  // namespace

sdk::Failure Session::end_stray_copy(PGconn* connection, ExecStatusType status) {
  if (status == PGRES_COPY_IN) {
    PQputCopyEnd(connection, "its rows are sent with copy_in");
    return sdk::Failure(GBD_E_INVALID,
                        "COPY FROM STDIN needs its rows; a plain statement has none");
  }
  char* data = nullptr;
  while (PQgetCopyData(connection, &data, 0) > 0) PQfreemem(data);
  return sdk::Failure(GBD_E_UNSUPPORTED, "COPY TO STDOUT has nowhere to go in a migration");
}

std::int64_t Session::copy_in(std::string_view sql, sdk::CopyReader read) {
  start_call();
  PGconn* connection = connection_.raw();
  const bool has_own_transaction = !is_in_transaction();
  const std::string text = c_text(sql, "the statement");
  send(text, TextParams({}));
  ResultHandle result(PQgetResult(connection));
  bool may_be_applied = false;
  bool is_copying = PQresultStatus(result.get()) == PGRES_COPY_IN;
  if (is_copying) {
    const bool is_all_sent = send_rows(connection, read);
    may_be_applied = has_own_transaction && is_all_sent;
    // without a text the server would keep the rows that it has
    PQputCopyEnd(connection, is_all_sent ? nullptr : rows_broke_off);
    result.reset();
  }
  ResultHandle error;
  std::optional<sdk::Failure> refusal;
  std::int64_t rows = 0;
  do {
    if (result == nullptr) continue;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK) {
      rows = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
    } else if (status == PGRES_COPY_OUT) {
      refusal = end_stray_copy(connection, status);
    } else if (status == PGRES_FATAL_ERROR && error == nullptr) {
      error = std::move(result);
    }
  } while ((result = ResultHandle(PQgetResult(connection))) != nullptr);
  if (error != nullptr) fail(error.get(), text, may_be_applied);
  if (refusal) throw *refusal;
  if (!is_copying)
    throw sdk::Failure(GBD_E_INVALID,
                       "the statement is no COPY .. FROM STDIN, so it takes no rows");
  return rows;
}

}  // namespace garboard::postgres
