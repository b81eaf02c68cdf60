// SPDX-License-Identifier: Apache-2.0
// Session::batch: many statements in one round trip, through libpq's pipeline mode.
#include <poll.h>

#include <algorithm>
#include <string>
#include <utility>

#include "session.hpp"
#include "words.hpp"

namespace garboard::postgres {

namespace {

constexpr int poll_slice_ms = 250;
/// Queued bytes after which the server has to take some before more are queued.
constexpr std::size_t queue_limit = std::size_t{256} * 1024;
constexpr std::size_t max_params = 65535;

/// Pipeline mode while it lives; the connection is synchronous again afterwards.
class PipelineMode {
 public:
  explicit PipelineMode(PGconn* connection) : connection_(connection) {
    PQsetnonblocking(connection_, 1);
    PQenterPipelineMode(connection_);
  }
  PipelineMode(const PipelineMode&) = delete;
  PipelineMode& operator=(const PipelineMode&) = delete;
  ~PipelineMode() {
    if (PQstatus(connection_) == CONNECTION_OK) PQexitPipelineMode(connection_);
    PQsetnonblocking(connection_, 0);
  }

 private:
  PGconn* connection_;
};

/// Hands everything queued to the kernel and takes in what arrives meanwhile: a server whose own
/// answers pile up stops reading. False when the connection broke.
bool flush(PGconn* connection) {
  int left = 0;
  while ((left = PQflush(connection)) == 1) {
    pollfd socket{PQsocket(connection), POLLIN | POLLOUT, 0};
    if (poll(&socket, 1, poll_slice_ms) <= 0) continue;
    if ((socket.revents & POLLIN) != 0 && PQconsumeInput(connection) == 0) return false;
  }
  return left == 0;
}

/// What came back: how many statements succeeded, and the first failure's result.
struct Answers {
  std::size_t succeeded = 0;
  ResultHandle error;    ///< of statement `succeeded`
  std::string last_tag;  ///< COMMIT answers ROLLBACK when the transaction had failed
  bool is_synced = false;
};

bool is_success(ExecStatusType status) noexcept {
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

/// Takes the results of one statement up to their end; false when no more can come.
bool read_statement(PGconn* connection, Answers& answers) {
  bool has_result = false;
  bool is_done = false;
  PQsetSingleRowMode(connection);  // rows of a batch interest nobody; never hold them all
  while (ResultHandle result{PQgetResult(connection)}) {
    has_result = true;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) {
      answers.is_synced = true;
      return true;
    }
    if (status == PGRES_SINGLE_TUPLE || status == PGRES_PIPELINE_ABORTED) continue;
    if (is_success(status)) {
      is_done = true;
      answers.last_tag = PQcmdStatus(result.get());
    } else if (answers.error == nullptr) {
      answers.error = std::move(result);
    }
  }
  if (is_done && answers.error == nullptr) ++answers.succeeded;
  return has_result && PQstatus(connection) == CONNECTION_OK;
}

Answers read_answers(PGconn* connection) {
  Answers answers;
  while (!answers.is_synced && read_statement(connection, answers)) continue;
  return answers;
}

/// Everything that could fail on this side is found before the first byte is queued.
void check_statement(const gbd_stmt& statement) {
  const std::string text = c_text(sdk::view(statement.sql), "the statement");
  if (is_client_copy(text))
    throw sdk::Failure(GBD_E_INVALID, "COPY from or to the client cannot be part of a batch");
  const std::span params(statement.params, statement.n_params);
  if (params.size() > max_params)
    throw sdk::Failure(GBD_E_INVALID, "a statement has more than 65535 parameters");
  for (const gbd_str& param : params) c_text(sdk::view(param), "a parameter");
}

std::size_t size_of(const gbd_stmt& statement) noexcept {
  std::size_t size = statement.sql.len;
  for (std::size_t i = 0; i < statement.n_params; ++i) size += statement.params[i].len;
  return size;
}

}  // namespace

bool Session::queue(std::span<const gbd_stmt> statements, bool& may_have_committed) {
  std::size_t queued = 0;
  for (const gbd_stmt& statement : statements) {
    const std::string sql(sdk::view(statement.sql));
    may_have_committed = may_have_committed || ends_transaction(sql);
    if (!try_send(sql, TextParams({statement.params, statement.n_params}))) return false;
    queued += size_of(statement);
    if (queued < queue_limit) continue;
    queued = 0;
    if (!flush(connection_.raw())) return false;
  }
  return true;
}

void Session::run_pipeline(std::span<const gbd_stmt> statements, bool is_atomic,
                           std::size_t& done) {
  PGconn* connection = connection_.raw();
  Answers answers;
  bool may_have_committed = false;
  {
    const PipelineMode mode(connection);
    const bool is_queued =
        (!is_atomic || try_send("BEGIN", TextParams({}))) && queue(statements, may_have_committed);
    if (is_queued && is_atomic) {
      may_have_committed = true;
      // When it cannot be sent, its answer is missing below.
      static_cast<void>(try_send("COMMIT", TextParams({})));
    }
    PQpipelineSync(connection);  // whatever was queued is answered only up to here
    flush(connection);
    answers = read_answers(connection);
  }
  const std::size_t own = is_atomic ? 1 : 0;  // BEGIN, and again COMMIT
  const bool is_complete = answers.succeeded == statements.size() + 2 * own;
  done = std::min(statements.size(), answers.succeeded - std::min(own, answers.succeeded));
  if (is_complete && !(is_atomic && answers.last_tag == "ROLLBACK")) return;

  const bool has_reached_commit = done == statements.size();
  const bool was_refused = PQresultErrorField(answers.error.get(), PG_DIAG_SQLSTATE) != nullptr;
  const std::string_view sql =
      has_reached_commit ? std::string_view() : sdk::view(statements[done].sql);
  sdk::Failure failure = failure_of(
      answers.error.get(), connection,
      {sql, may_have_committed && (has_reached_commit || !was_refused), is_interrupted()});
  if (is_complete) failure.message = "the transaction was rolled back instead of committed";
  if (is_atomic) roll_back(failure);
  throw failure;
}

void Session::roll_back(sdk::Failure& failure) {
  if (PQstatus(connection_.raw()) == CONNECTION_OK && is_in_transaction()) {
    try {
      query("ROLLBACK");
    } catch (const sdk::Failure&) {
      failure.flags |= GBD_EF_CONN_LOST;
    }
  }
  failure.flags &= ~static_cast<std::uint32_t>(GBD_EF_TX_ABORTED);
}

void Session::batch(std::span<const gbd_stmt> statements, std::uint32_t flags,
                    const sdk::Call& /*call*/, std::size_t& done) {
  start_call();
  for (done = 0; done < statements.size(); ++done) check_statement(statements[done]);
  done = 0;
  const bool is_atomic = (flags & GBD_BATCH_ATOMIC) != 0;
  if (is_atomic && is_in_transaction())
    throw sdk::Failure(GBD_E_INVALID, "an atomic batch cannot run inside an open transaction");
  if (is_atomic || is_in_transaction()) return run_pipeline(statements, is_atomic, done);
  // Outside a transaction a pipeline would be one implicit transaction, undone as a whole.
  for (; done < statements.size(); ++done) {
    gbd_call call{};
    call.size = sizeof call;
    call.params = statements[done].params;
    call.n_params = statements[done].n_params;
    exec(sdk::view(statements[done].sql), sdk::Call(&call));
  }
}

}  // namespace garboard::postgres
