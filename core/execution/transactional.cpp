// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "execution/script.hpp"
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

enum class Role { lock, setting, claim, statement, finish };

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
  TransactionAttempt(Worker& worker, const model::Change& change)
      : worker_(worker), change_(change) {}

  Result<Attempt> run(bool drops_own_control) {
    auto down_sql = down_sql_of(change_, worker_.context.files);
    if (!down_sql) return std::move(down_sql).error();
    const Claim claim(worker_, change_, "applied", std::move(*down_sql));
    const LedgerOptions& ledger = worker_.options.ledger;
    add_opening(claim);
    auto sent = send_script(drops_own_control);
    if (sent && attempt_.end == Attempt::End::applied) {
      chunk_.push_back({Role::finish,
                        worker_.sql.finish(),
                        {Param("applied"), change_.checksum, ledger.app, change_.id}});
      sent = flush(true);
    }
    if (!sent) {
      roll_back(sent.error());
      return std::move(sent).error();
    }
    if (attempt_.end != Attempt::End::applied) roll_back({});
    return attempt_;
  }

 private:
  void add_opening(const Claim& claim) {
    const model::Dialect& dialect = worker_.dialect();
    if (!dialect.transaction_lock.empty())
      chunk_.push_back({Role::lock, dialect.transaction_lock, {Param(worker_.lock_key)}});
    const auto timeout = change_.lock_timeout.value_or(worker_.options.lock_timeout);
    if (std::string setting = worker_.sql.lock_timeout(timeout); !setting.empty())
      chunk_.push_back({Role::setting, std::move(setting)});
    chunk_.push_back(
        {Role::claim, worker_.sql.claim(), {claim.params().begin(), claim.params().end()}});
  }

  Result<void> send_script(bool drops_own_control) {
    ScriptReader reader(change_.up, worker_.context.files, worker_.dialect());
    ScriptStatement statement;
    while (true) {
      auto more = reader.next(statement);
      if (!more) return std::move(more).error();
      if (!*more || attempt_.end != Attempt::End::applied) return {};
      if (drops_own_control && is_control(statement.kind)) continue;
      ++attempt_.statements;
      auto sent =
          statement.kind == StatementKind::copy_in ? copy(statement, reader) : add(statement);
      if (!sent) return sent;
    }
  }

  static bool is_control(StatementKind kind) {
    return kind == StatementKind::begin || kind == StatementKind::commit;
  }

  Result<void> add(const ScriptStatement& statement) {
    chunk_bytes_ += statement.text.size();
    chunk_.push_back({Role::statement, std::string(statement.text), {}, statement});
    if (chunk_bytes_ < max_chunk_bytes && chunk_.size() < max_chunk_statements) return {};
    return flush(false);
  }

  Result<void> copy(const ScriptStatement& statement, ScriptReader& reader) {
    const std::string text(statement.text);
    ScriptStatement origin = statement;
    origin.text = text;
    if (auto flushed = flush(false); !flushed || attempt_.end != Attempt::End::applied)
      return flushed;
    auto copied = worker_.session->copy_in(text, reader.copy_rows());
    if (!copied) return blame(std::move(copied).error(), origin);
    return {};
  }

  Result<void> flush(bool is_last) {
    if (auto go = worker_.go_on(); !go) return go;
    std::vector<ports::Statement> statements;
    statements.reserve(chunk_.size());
    for (const Entry& entry : chunk_) statements.push_back({entry.sql, entry.params});
    const bool is_atomic = is_last && !is_open_;
    if (!is_atomic && !is_open_) {
      if (auto begun = worker_.session->begin(); !begun) return judged(std::move(begun).error());
      is_open_ = true;
    }
    auto done = worker_.session->batch(statements, is_atomic);
    if (!done) return judged(std::move(done).error());
    report_progress();
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
      case Role::claim:
        if (is_duplicate_key(error)) return ended(Attempt::End::claimed);
        return std::move(error).in("writing the tracking table");
      case Role::statement:
        entry.origin.text = entry.sql;
        return blame(std::move(error), entry.origin);
      case Role::setting:
        return std::move(error).in("setting the lock timeout");
      case Role::finish:
        return std::move(error).in("writing the tracking table");
    }
    return error;
  }

  Result<void> ended(Attempt::End end) {
    attempt_.end = end;
    return {};
  }

  void report_progress() const {
    worker_.notice({.kind = model::EventKind::progress,
                    .id = change_.id,
                    .name = change_.name,
                    .done = attempt_.statements});
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
  const model::Change& change_;
  std::vector<Entry> chunk_;
  std::size_t chunk_bytes_ = 0;
  bool is_open_ = false;
  Attempt attempt_;
};

}  // namespace

Result<Attempt> apply_in_transaction(Worker& worker, const model::Change& change,
                                     bool drops_own_control) {
  return TransactionAttempt(worker, change).run(drops_own_control);
}

}  // namespace garboard::execution
