// SPDX-License-Identifier: Apache-2.0
#include "execution/watched_session.hpp"

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using ports::Param;
using ports::RowSink;
using ports::Statement;

constexpr std::string_view statement_timeout = "statement-timeout";

void add_hint(Error& error, const std::string& hint) {
  error.hint += (error.hint.empty() ? "" : "; ") + hint;
}

void explain(Error& error, const StatementWatch::Ending& ending) {
  if (ending.is_timed_out && error.code == Code::terminated) {
    error.code = Code::statement_failed;
    error.reason = statement_timeout;
    error.message = "the statement was cancelled at its statement timeout";
  }
  const bool is_timeout = error.reason == statement_timeout;
  if ((is_timeout || error.code == Code::retryable) && !ending.blockers.empty())
    add_hint(error, "it waited for " + ending.blockers);
  if (is_timeout)
    add_hint(error,
             "raise --statement-timeout or the migration's own statement_timeout, or let the "
             "statement do less at once");
}

class WatchedSession final : public ports::Session {
 public:
  WatchedSession(std::unique_ptr<ports::Session> session, StatementWatch& watch)
      : session_(std::move(session)), watch_(watch) {}

  Result<std::int64_t> exec(std::string_view sql, std::span<const Param> params,
                            const RowSink& row) override {
    return call([&] { return session_->exec(sql, params, row); });
  }
  Result<void> begin() override {
    return call([&] { return session_->begin(); });
  }
  Result<void> begin_unchecked() override {
    return call([&] { return session_->begin_unchecked(); });
  }
  Result<void> commit() override {
    return call([&] { return session_->commit(); });
  }
  Result<void> rollback() override { return session_->rollback(); }
  Result<void> batch(std::span<const Statement> statements, bool atomic) override {
    return call([&] { return session_->batch(statements, atomic); });
  }
  Result<std::int64_t> copy_in(std::string_view sql, base::ByteSource& rows) override {
    return call([&] { return session_->copy_in(sql, rows); });
  }
  Result<std::optional<std::string>> fingerprint(std::string_view sql) override {
    return call([&] { return session_->fingerprint(sql); });
  }

  [[nodiscard]] const model::Dialect& dialect() const noexcept override {
    return session_->dialect();
  }
  Result<void> lock(std::string_view key, std::int64_t timeout_ms) override {
    return session_->lock(key, timeout_ms);
  }
  Result<void> unlock(std::string_view key) override { return session_->unlock(key); }
  Result<std::string> server_info() override { return session_->server_info(); }
  Result<model::Rendered> render(std::string_view operation_json) override {
    return session_->render(operation_json);
  }
  Result<model::Rendered> outline(std::string_view operation_json) override {
    return session_->outline(operation_json);
  }
  [[nodiscard]] bool knows_blockers() const noexcept override { return session_->knows_blockers(); }
  Result<std::vector<model::Blocker>> blockers(std::string_view waiting_session) override {
    return session_->blockers(waiting_session);
  }
  Result<std::vector<model::Blocker>> lock_holders(std::string_view key) override {
    return session_->lock_holders(key);
  }
  void cancel() noexcept override { session_->cancel(); }

 private:
  /// Ends the call also when a RowSink throws.
  class Watched {
   public:
    Watched(StatementWatch& watch, ports::Session& session) : watch_(watch) {
      watch_.call_begins(session);
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    ~Watched() {
      if (is_open_) (void)watch_.call_ends(false);
    }
    StatementWatch::Ending end(bool has_succeeded) {
      is_open_ = false;
      return watch_.call_ends(has_succeeded);
    }

   private:
    StatementWatch& watch_;
    bool is_open_ = true;
  };

  template <class Body>
  std::invoke_result_t<Body> call(Body body) {
    Watched watched(watch_, *session_);
    auto result = body();
    const StatementWatch::Ending ending = watched.end(result.has_value());
    if (!result) explain(result.error(), ending);
    return result;
  }

  std::unique_ptr<ports::Session> session_;
  StatementWatch& watch_;
};

}  // namespace

std::unique_ptr<ports::Session> watched(std::unique_ptr<ports::Session> session,
                                        StatementWatch& watch) {
  return std::make_unique<WatchedSession>(std::move(session), watch);
}

}  // namespace garboard::execution
