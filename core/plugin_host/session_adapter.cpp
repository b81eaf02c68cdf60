// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/session_adapter.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "plugin_host/blockers.hpp"
#include "plugin_host/errors.hpp"
#include "plugin_host/host_table.hpp"
#include "plugin_host/rendering.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;
using ports::Cell;
using ports::Param;
using ports::RowSink;

gbd_str borrow(std::string_view text) noexcept { return {text.data(), text.size()}; }

gbd_str borrow(const Param& param) noexcept {
  if (!param) return {nullptr, 0};
  // an empty view may have no pointer, which would read as NULL
  return {param->data() == nullptr ? "" : param->data(), param->size()};
}

std::vector<gbd_str> borrow_all(std::span<const Param> params) {
  std::vector<gbd_str> borrowed;
  borrowed.reserve(params.size());
  for (const Param& param : params) borrowed.push_back(borrow(param));
  return borrowed;
}

/// Hands rows to a RowSink from inside a C call; whatever it throws waits here.
class RowReceiver {
 public:
  explicit RowReceiver(const RowSink& sink) : sink_(sink) {}
  static std::int32_t receive(void* ctx, const gbd_str* cells, std::size_t n) noexcept {
    auto& self = *static_cast<RowReceiver*>(ctx);
    try {
      self.cells_.clear();
      for (const gbd_str& cell : std::span(cells, n)) {
        if (cell.ptr == nullptr) {
          self.cells_.emplace_back();
        } else {
          self.cells_.emplace_back(std::string_view(cell.ptr, cell.len));
        }
      }
      return self.sink_(self.cells_) ? 0 : 1;
    } catch (...) {
      self.thrown_ = std::current_exception();
      return 1;
    }
  }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  const RowSink& sink_;
  std::vector<Cell> cells_;
  std::exception_ptr thrown_;
};

/// Hands a ByteSource's bytes to a C call and keeps why it ended early.
class RowFeed {
 public:
  explicit RowFeed(base::ByteSource& source) : source_(source) {}
  static std::size_t read(void* ctx, char* buffer, std::size_t size) noexcept {
    auto& self = *static_cast<RowFeed*>(ctx);
    if (size == 0) return 0;
    try {
      Result<std::size_t> n = self.source_.read(std::span(buffer, size));
      if (n) return *n;
      self.failure_ = std::move(n).error();
    } catch (const std::exception& thrown) {
      self.failure_ = Error{.message = std::string("reading the rows: ") + thrown.what()};
    }
    return static_cast<std::size_t>(-1);
  }
  [[nodiscard]] std::optional<Error>& failure() noexcept { return failure_; }

 private:
  base::ByteSource& source_;
  std::optional<Error> failure_;
};

class DriverSession final : public ports::Session {
 public:
  DriverSession(const gbd_driver& table, const model::Dialect& dialect, gbd_conn* connection)
      : table_(table), dialect_(dialect), connection_(connection) {}
  ~DriverSession() override {
    const std::lock_guard no_cancel(cancel_mutex_);
    table_.close(connection_);
  }

  [[nodiscard]] const model::Dialect& dialect() const noexcept override { return dialect_; }
  Result<std::int64_t> exec(std::string_view sql, std::span<const Param> params,
                            const RowSink& row) override;
  Result<void> begin() override { return transaction(GBD_TX_BEGIN); }
  Result<void> begin_unchecked() override { return transaction(GBD_TX_BEGIN_UNCHECKED); }
  Result<void> commit() override { return transaction(GBD_TX_COMMIT); }
  Result<void> rollback() override { return transaction(GBD_TX_ROLLBACK); }
  Result<void> batch(std::span<const ports::Statement> statements, bool atomic) override;
  Result<std::int64_t> copy_in(std::string_view sql, base::ByteSource& rows) override;
  Result<void> lock(std::string_view key, std::int64_t timeout_ms) override;
  Result<void> unlock(std::string_view key) override;
  Result<std::string> server_info() override;
  Result<std::optional<std::string>> fingerprint(std::string_view sql) override;
  Result<model::Rendered> render(std::string_view operation_json) override;
  Result<model::Rendered> outline(std::string_view operation_json) override {
    return render_with(table_, nullptr, dialect_, operation_json);
  }
  [[nodiscard]] bool knows_blockers() const noexcept override {
    return GBD_HAS(gbd_driver, &table_, blockers);
  }
  Result<std::vector<model::Blocker>> blockers(std::string_view waiting_session) override {
    return ask_blockers(borrow(waiting_session), {nullptr, 0});
  }
  Result<std::vector<model::Blocker>> lock_holders(std::string_view key) override {
    return ask_blockers({nullptr, 0}, borrow(Param(key)));
  }
  void cancel() noexcept override;

 private:
  /// Runs body(gbd_error*) -> gbd_status unless the connection is lost, and notices when it gets
  /// so.
  template <class Body>
  Result<void> call(Body body, std::string_view sql = {}) {
    return call_at(body, [sql] { return sql; });
  }

  /// The same where only the failure tells which text it is about.
  template <class Body, class FailedText>
  Result<void> call_at(Body body, FailedText failed_text) {
    if (is_lost_)
      return Error{.code = Code::connection_lost,
                   .message = "the connection was lost before this",
                   .is_connection_lost = true};
    gbd_error failure;
    const gbd_status status = body(&failure);
    if (status == GBD_OK) return {};
    Error error = to_error(status, std::move(failure), dialect_.name, failed_text());
    if (error.is_connection_lost) is_lost_ = true;
    return error;
  }

  Result<void> transaction(std::int32_t operation) {
    return call([&](gbd_error* failure) { return table_.tx(connection_, operation, failure); });
  }
  Result<void> missing(std::string_view what) const {
    return Error{.code = Code::plugin,
                 .message = "the driver " + dialect_.name + " cannot " + std::string(what)};
  }
  Result<std::vector<model::Blocker>> ask_blockers(gbd_str waiting_session, gbd_str lock_key);
  Result<void> one_by_one(std::span<const ports::Statement> statements, bool atomic);

  const gbd_driver& table_;
  const model::Dialect& dialect_;
  gbd_conn* connection_;
  std::atomic<bool> is_lost_ = false;
  std::mutex cancel_mutex_;  // cancel() and close() never overlap
};

Result<std::int64_t> DriverSession::exec(std::string_view sql, std::span<const Param> params,
                                         const RowSink& row) {
  const std::vector<gbd_str> borrowed = borrow_all(params);
  RowReceiver receiver(row);
  gbd_call options{};
  options.size = sizeof options;
  options.params = borrowed.data();
  options.n_params = borrowed.size();
  options.ctx = &receiver;
  if (row) options.row = &RowReceiver::receive;
  std::int64_t affected = -1;
  auto done = call(
      [&](gbd_error* failure) {
        return table_.exec(connection_, borrow(sql), &options, &affected, failure);
      },
      sql);
  receiver.rethrow();
  if (!done) return std::move(done).error();
  return affected;
}

Result<void> DriverSession::one_by_one(std::span<const ports::Statement> statements, bool atomic) {
  const auto failed_at = [&](std::size_t index, Error error) -> Result<void> {
    error.batch_index = index;
    // the first failure is the one to report
    if (atomic && !error.is_connection_lost) static_cast<void>(rollback());
    return error;
  };
  if (atomic) {
    if (auto begun = begin(); !begun) {
      begun.error().batch_index = 0;
      return begun;
    }
  }
  for (std::size_t i = 0; i < statements.size(); ++i) {
    auto done = exec(statements[i].sql, statements[i].params, {});
    if (!done) return failed_at(i, std::move(done).error());
  }
  if (!atomic) return {};
  auto committed = commit();
  return committed ? Result<void>{} : failed_at(statements.size(), std::move(committed).error());
}

Result<void> DriverSession::batch(std::span<const ports::Statement> statements, bool atomic) {
  if (!GBD_HAS(gbd_driver, &table_, batch)) return one_by_one(statements, atomic);
  std::vector<gbd_str> params;
  std::size_t n_params = 0;
  for (const auto& statement : statements) n_params += statement.params.size();
  params.reserve(n_params);  // the statements point into it
  std::vector<gbd_stmt> borrowed;
  borrowed.reserve(statements.size());
  for (const auto& statement : statements) {
    const gbd_str* const first = params.data() + params.size();
    for (const Param& param : statement.params) params.push_back(borrow(param));
    borrowed.push_back({borrow(statement.sql), first, statement.params.size()});
  }
  const std::uint32_t flags = atomic ? std::uint32_t{GBD_BATCH_ATOMIC} : 0U;
  std::size_t index = 0;
  auto done = call_at(
      [&](gbd_error* failure) {
        return table_.batch(connection_, borrowed.data(), borrowed.size(), flags, nullptr, &index,
                            failure);
      },
      [&] { return index < statements.size() ? statements[index].sql : std::string_view{}; });
  if (!done && index <= statements.size()) done.error().batch_index = index;
  return done;
}

Result<std::int64_t> DriverSession::copy_in(std::string_view sql, base::ByteSource& rows) {
  if (!GBD_HAS(gbd_driver, &table_, copy_in)) return missing("take rows of COPY").error();
  RowFeed feed(rows);
  std::int64_t n = 0;
  auto done = call(
      [&](gbd_error* failure) {
        return table_.copy_in(connection_, borrow(sql), &feed, &RowFeed::read, &n, failure);
      },
      sql);
  if (feed.failure()) {
    Error error = *std::move(feed.failure());
    // why it ended comes from the source, what may be done next from the driver
    if (!done) {
      error.is_connection_lost = done.error().is_connection_lost;
      error.is_transaction_aborted = done.error().is_transaction_aborted;
    }
    return error;
  }
  if (!done) return std::move(done).error();
  return n;
}

Result<void> DriverSession::lock(std::string_view key, std::int64_t timeout_ms) {
  if (!GBD_HAS(gbd_driver, &table_, lock)) return missing("take locks");
  return call([&](gbd_error* failure) {
    return table_.lock(connection_, borrow(key), timeout_ms, failure);
  });
}

Result<void> DriverSession::unlock(std::string_view key) {
  if (!GBD_HAS(gbd_driver, &table_, unlock)) return missing("release locks");
  return call([&](gbd_error* failure) { return table_.unlock(connection_, borrow(key), failure); });
}

Result<std::string> DriverSession::server_info() {
  TextSink text;
  auto done = call(
      [&](gbd_error* failure) { return table_.server_info(connection_, text.sink(), failure); });
  if (!done) return std::move(done).error();
  if (!text.is_complete())
    return Error{.message = "there was not enough memory for what the server says of itself"};
  return text.take();
}

Result<std::optional<std::string>> DriverSession::fingerprint(std::string_view sql) {
  if (!GBD_HAS(gbd_driver, &table_, fingerprint)) return std::optional<std::string>{};
  TextSink text;
  bool is_unsupported = false;
  auto done = call(
      [&](gbd_error* failure) {
        const gbd_status status =
            table_.fingerprint(connection_, borrow(sql), text.sink(), failure);
        is_unsupported = status == GBD_E_UNSUPPORTED;
        return is_unsupported ? static_cast<gbd_status>(GBD_OK) : status;
      },
      sql);
  if (!done) return std::move(done).error();
  if (is_unsupported || !text.is_complete()) return std::optional<std::string>{};
  return std::optional<std::string>(text.take());
}

Result<std::vector<model::Blocker>> DriverSession::ask_blockers(gbd_str waiting_session,
                                                                gbd_str lock_key) {
  if (!knows_blockers()) return std::vector<model::Blocker>{};
  TextSink text;
  auto done = call([&](gbd_error* failure) {
    return table_.blockers(connection_, waiting_session, lock_key, text.sink(), failure);
  });
  if (!done) return std::move(done).error();
  return read_blockers(text.is_complete() ? text.take() : "");
}

Result<model::Rendered> DriverSession::render(std::string_view operation_json) {
  if (is_lost_)
    return Error{.code = Code::connection_lost,
                 .message = "the connection was lost before this",
                 .is_connection_lost = true};
  auto rendered = render_with(table_, connection_, dialect_, operation_json);
  if (!rendered && rendered.error().is_connection_lost) is_lost_ = true;
  return rendered;
}

void DriverSession::cancel() noexcept {
  if (is_lost_ || !GBD_HAS(gbd_driver, &table_, cancel)) return;
  const std::lock_guard no_close(cancel_mutex_);
  gbd_error ignored;  // it is repeated until the call returns
  static_cast<void>(table_.cancel(connection_, &ignored));
}

}  // namespace

Result<std::unique_ptr<ports::Session>> open_session(const gbd_driver& table,
                                                     const model::Dialect& dialect,
                                                     std::string_view options_json) {
  gbd_error failure;
  gbd_conn* connection = nullptr;
  const gbd_status status = table.open(borrow(options_json), &connection, &failure);
  if (status != GBD_OK) return to_error(status, std::move(failure), dialect.name);
  if (connection == nullptr)
    return Error{.code = Code::plugin,
                 .message = "the driver " + dialect.name + " said OK but opened no connection"};
  return std::unique_ptr<ports::Session>(
      std::make_unique<DriverSession>(table, dialect, connection));
}

}  // namespace garboard::plugin_host
