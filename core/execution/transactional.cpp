// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "execution/controls.hpp"
#include "execution/script.hpp"
#include "execution/stored_down.hpp"
#include "execution/worker.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using ports::Param;
using sql::StatementKind;

// One chunk is one round trip where the protocol can pipeline; its size bounds the memory.
constexpr std::size_t max_chunk_bytes = 256U << 10U;
constexpr std::size_t max_chunk_statements = 1000;

enum class Role { lock, setting, record, statement };

struct Entry {
  Role role;
  std::string sql;
  std::vector<Param> params = {};
  ScriptStatement origin = {};  ///< of a statement; its text is `sql`
};

/// Collects statements and sends them in chunks; a migration that fits into one chunk is a single
/// atomic batch, BEGIN and COMMIT included.
class TransactionAttempt {
 public:
  TransactionAttempt(Worker& worker, const Job& job, const Way& way)
      : worker_(worker),
        job_(job),
        change_(*job.change),
        way_(way),
        limit_(worker.dialect().statement_timeout.empty() ? worker.statement_timeout(change_)
                                                          : std::chrono::milliseconds(0)),
        started_(worker.context.clock.now()) {}

  Result<Attempt> run() {
    auto sent = open();
    if (sent && goes_on()) sent = send_script();
    if (sent && goes_on()) {
      add_closing();
      sent = flush(true);
    }
    if (sent && goes_on() && is_left_out(Part::claim)) sent = record_afterwards();
    if (!sent) {
      roll_back(sent.error());
      return std::move(sent).error();
    }
    if (!goes_on()) roll_back({});
    return attempt_;
  }

 private:
  [[nodiscard]] bool goes_on() const noexcept { return attempt_.end == Attempt::End::done; }

  Result<void> open() {
    const model::Dialect& dialect = worker_.dialect();
    if (!dialect.transaction_lock.empty() && !is_left_out(Part::lock))
      chunk_.push_back({Role::lock, dialect.transaction_lock, {Param(worker_.lock_key)}});
    for (std::string& setting : worker_.transaction_limits(change_))
      chunk_.push_back({Role::setting, std::move(setting)});
    return job_.direction == Direction::down ? open_down() : open_up();
  }

  Result<void> open_up() {
    auto down_sql = down_sql_of(change_, worker_.context.files);
    if (!down_sql) return std::move(down_sql).error();
    claim_.emplace(worker_, change_, "applied", std::move(*down_sql));
    // with another checksum the row stays, and the claim fails on it
    if (job_.direction == Direction::again)
      add_record(worker_.sql.remove(),
                 {Param(worker_.options.ledger.app), change_.id, job_.entry->checksum});
    add_record(worker_.sql.claim(), {claim_->params().begin(), claim_->params().end()});
    return {};
  }

  /// The row goes before anything is undone, so that of two runs only one goes on.
  Result<void> open_down() {
    if (auto sent = flush(false); !sent || !goes_on()) return sent;
    const std::array<Param, 3> key{worker_.options.ledger.app, change_.id, job_.entry->run_id};
    auto removed = worker_.session->exec(worker_.sql.remove_of_run(), key);
    if (!removed) return std::move(removed).error().in("writing the tracking table");
    return *removed == 1 ? Result<void>{} : ended(Attempt::End::claimed);
  }

  void add_closing() {
    const LedgerOptions& ledger = worker_.options.ledger;
    if (job_.direction != Direction::down)
      add_record(worker_.sql.finish(),
                 {Param("applied"), change_.checksum, Param(ledger.app), change_.id});
    if (job_.direction == Direction::up) return;
    log_.emplace(worker_.options, change_.id, change_.name,
                 job_.direction == Direction::down ? "rolled_back" : "reapplied",
                 worker_.context.clock.now() - started_, "", detail_of(*job_.entry));
    add_record(worker_.sql.insert_log(), {log_->params().begin(), log_->params().end()});
  }

  void add_record(std::string sql, std::vector<Param> params) {
    auto& records = is_left_out(Part::claim) ? afterwards_ : chunk_;
    records.push_back({Role::record, std::move(sql), std::move(params)});
  }

  /// A negative control: what every tool does whose history is not part of the transaction.
  Result<void> record_afterwards() {
    for (const Entry& entry : afterwards_) {
      auto written = worker_.session->exec(entry.sql, entry.params);
      if (!written) return std::move(written).error();
    }
    return {};
  }

  Result<void> send_script() {
    ScriptReader reader(job_.steps(), worker_.context.files, worker_.dialect(),
                        [this](const model::Step& step) { return render(step); });
    ScriptStatement statement;
    while (true) {
      auto more = reader.next(statement);
      if (!more) return std::move(more).error();
      if (!*more || !goes_on()) return {};
      if (way_.drops_own_control && is_control(statement.kind)) continue;
      if (auto asked = worker_.ask_about(change_, statement); !asked) return asked;
      ++attempt_.statements;
      attempt_.has_set_session |= sql::may_set_session(statement.kind, statement.text);
      auto sent =
          statement.kind == StatementKind::copy_in ? copy(statement, reader) : add(statement);
      if (!sent) return sent;
    }
  }

  /// What depends on the database is rendered when all before it has been done.
  Result<model::Rendered> render(const model::Step& step) {
    auto outline = worker_.session->outline(step.sql);
    if (!outline) return outline;
    if (outline->needs_database) {
      if (auto flushed = flush(false); !flushed) return std::move(flushed).error();
      if (!goes_on()) return model::Rendered{};
    }
    return worker_.session->render(step.sql);
  }

  static bool is_control(StatementKind kind) {
    return kind == StatementKind::begin || kind == StatementKind::commit;
  }

  Result<void> add(const ScriptStatement& statement) {
    if (limit_.count() > 0) return send_alone(statement);
    chunk_bytes_ += statement.text.size();
    chunk_.push_back({Role::statement, std::string(statement.text), {}, statement});
    if (chunk_bytes_ < max_chunk_bytes && chunk_.size() < max_chunk_statements) return {};
    return flush(false);
  }

  /// In a chunk of its own, so that its time can be measured.
  Result<void> send_alone(const ScriptStatement& statement) {
    if (auto flushed = flush(false); !flushed || !goes_on()) return flushed;
    const StatementWatch::Limit limit(*worker_.watch, limit_);
    chunk_.push_back({Role::statement, std::string(statement.text), {}, statement});
    return flush(false);
  }

  Result<void> copy(const ScriptStatement& statement, ScriptReader& reader) {
    const std::string text(statement.text);
    ScriptStatement origin = statement;
    origin.text = text;
    if (auto flushed = flush(false); !flushed || !goes_on()) return flushed;
    const StatementWatch::Limit limit(*worker_.watch, limit_);
    auto copied = worker_.session->copy_in(text, reader.copy_rows());
    if (!copied) return blame(std::move(copied).error(), origin);
    worker_.tell_finished(change_, origin);
    return {};
  }

  Result<void> flush(bool is_last) {
    if (auto go = worker_.go_on(); !go) return go;
    std::vector<ports::Statement> statements;
    statements.reserve(chunk_.size());
    for (const Entry& entry : chunk_) statements.push_back({entry.sql, entry.params});
    const bool is_atomic = is_last && !is_open_ && !way_.is_unchecked;
    if (!is_atomic && !is_open_) {
      auto begun =
          way_.is_unchecked ? worker_.session->begin_unchecked() : worker_.session->begin();
      if (!begun) return judged(std::move(begun).error());
      is_open_ = true;
    }
    auto done = statements.empty() ? Result<void>{} : worker_.session->batch(statements, is_atomic);
    if (!done) return judged(std::move(done).error());
    tell_finished();
    chunk_.clear();
    chunk_bytes_ = 0;
    if (!is_last || is_atomic) return {};
    auto committed = worker_.session->commit();
    if (!committed) return std::move(committed).error().in("commit");
    is_open_ = false;
    return {};
  }

  /// Tells a busy lock and an existing claim, which are no errors, from what is one.
  Result<void> judged(Error error) {
    if (error.is_connection_lost) return error;
    if (error.code == Code::locked) return ended(Attempt::End::busy);
    if (!error.batch_index) return error;
    if (*error.batch_index >= chunk_.size()) return std::move(error).in("commit");
    Entry& entry = chunk_[*error.batch_index];
    switch (entry.role) {
      case Role::lock:
        if (error.sqlstate == worker_.dialect().transaction_lock_busy)
          return ended(Attempt::End::busy);
        return std::move(error).in("taking the lock");
      case Role::record:
        if (is_duplicate_key(error)) return ended(Attempt::End::claimed);
        return std::move(error).in("writing the tracking table");
      case Role::statement:
        entry.origin.text = entry.sql;
        return blame(std::move(error), entry.origin);
      case Role::setting:
        return std::move(error).in("setting timeouts");
    }
    return error;
  }

  Result<void> ended(Attempt::End end) {
    attempt_.end = end;
    return {};
  }

  void tell_finished() {
    for (Entry& entry : chunk_) {
      if (entry.role != Role::statement) continue;
      entry.origin.text = entry.sql;
      worker_.tell_finished(change_, entry.origin);
    }
  }

  void roll_back(const Error& cause) {
    if (!is_open_ || cause.is_connection_lost) return;
    worker_.context.interrupt.watch(nullptr);  // a repeated cancel must not hit the rollback
    // the error that led here is the one to report; a failed rollback ends with the session
    (void)worker_.session->rollback();
    worker_.context.interrupt.watch(worker_.session.get());
    is_open_ = false;
  }

  Worker& worker_;
  const Job& job_;
  const model::Change& change_;
  const Way way_;
  const std::chrono::milliseconds limit_;  // for each statement, where the server sets none
  const std::chrono::milliseconds started_;
  std::optional<Claim> claim_;
  std::optional<LogRow> log_;
  std::vector<Entry> chunk_;
  std::vector<Entry> afterwards_;  // of a negative control only
  std::size_t chunk_bytes_ = 0;
  bool is_open_ = false;
  Attempt attempt_;
};

}  // namespace

Result<Attempt> run_in_transaction(Worker& worker, const Job& job, const Way& way) {
  return TransactionAttempt(worker, job, way).run();
}

}  // namespace garboard::execution
