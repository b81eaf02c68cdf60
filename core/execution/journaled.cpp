// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "execution/controls.hpp"
#include "execution/job_row.hpp"
#include "execution/journal.hpp"
#include "execution/script.hpp"
#include "execution/worker.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using ports::Param;
using sql::StatementKind;

// "cannot run inside a transaction block", which PostgreSQL says before it does anything
constexpr std::string_view active_transaction = "25001";

/// One attempt. Two kinds of databases differ in one point: where DDL commits by itself
/// (has_implicit_commit), a transaction of ours is always open and what is in it rides on the next
/// implicit commit; elsewhere each statement has a transaction of its own with its journal row.
class JournaledAttempt {
 public:
  JournaledAttempt(Worker& worker, const Job& job, bool is_resumed)
      : worker_(worker),
        job_(job),
        change_(*job.change),
        row_(worker, job),
        journal_(worker, *job.change),
        rides_(worker.dialect().has_implicit_commit),
        limits_(rides_ ? std::vector<std::string>{} : worker.transaction_limits(change_)),
        is_resumed_(is_resumed) {}

  Result<Attempt> run() {
    auto opened = open_row();
    if (!opened) return failed(std::move(opened).error());
    if (attempt_.end != Attempt::End::done) return attempt_;
    auto done = run_script();
    if (done) done = finish();
    if (!done) return failed(std::move(done).error());
    return attempt_;
  }

 private:
  ports::Session& session() { return *worker_.session; }

  Result<void> open_row() {
    if (auto set = set_lock_timeout(); !set) return set;
    if (auto begun = open_ride(); !begun) return begun;
    if (is_resumed_) {
      if (auto taken = row_.take_over(); !taken) return taken;
      return journal_.load();
    }
    auto is_begun = row_.begin();
    if (!is_begun) return std::move(is_begun).error();
    if (*is_begun) return {};
    attempt_.end = Attempt::End::claimed;
    return rides_ ? session().rollback() : Result<void>{};
  }

  /// For the session; where each statement has its own transaction, limits_ are set there.
  Result<void> set_lock_timeout() {
    if (!rides_) return {};
    const std::string setting = worker_.sql.lock_timeout(worker_.lock_timeout(change_));
    const std::string& text = setting.empty() ? worker_.dialect().lock_timeout_reset : setting;
    if (text.empty()) return {};
    auto set = session().exec(text);
    if (!set) return std::move(set).error().in("setting the lock timeout");
    return {};
  }

  Result<void> set_limits() {
    for (const std::string& limit : limits_) {
      auto set = session().exec(limit);
      if (!set) return std::move(set).error().in("setting timeouts");
    }
    return {};
  }

  /// While it lives, each call is a statement of the author's.
  [[nodiscard]] StatementWatch::Limit limited() {
    return {*worker_.watch, worker_.statement_timeout(change_)};
  }

  Result<void> open_ride() { return rides_ ? session().begin() : Result<void>{}; }

  Result<void> run_script() {
    ScriptReader reader(job_.steps(), worker_.context.files, worker_.dialect(),
                        [this](const model::Step& step) { return session().render(step.sql); });
    StatementDigest digests;
    ScriptStatement statement;
    while (true) {
      auto more = reader.next(statement);
      if (!more) return std::move(more).error();
      if (!*more) break;
      const std::string digest = digests.next(statement.template_text());
      auto done = take(statement, digest, reader);
      if (!done) return done;
      progress_.last_digest = digest;
    }
    if (is_in_own_transaction_) return unfinished_transaction();
    if (journal_.done_through() > statement.number) return edited(statement.number + 1);
    return {};
  }

  Result<void> take(const ScriptStatement& statement, const std::string& digest,
                    ScriptReader& reader) {
    const std::size_t number = statement.number;
    if (auto fits = check_evidence(number, digest); !fits) return fits;
    attempt_.has_set_session |= sql::may_set_session(statement.kind, statement.text);
    if (number <= journal_.done_through()) return repeat_setting(statement);
    if (const model::JournalEntry* row = journal_.unresolved();
        row != nullptr && static_cast<std::size_t>(row->seq) == number) {
      auto is_applied = resolve(statement, *row, digest);
      if (!is_applied) return std::move(is_applied).error();
      if (*is_applied) {
        journal_.set_done_through(number);
        ++attempt_.resumed;
        return {};
      }
    }
    if (auto go = worker_.go_on(); !go) return go;
    if (auto asked = worker_.ask_about(change_, statement); !asked) return asked;
    progress_.attempted = number;
    progress_.attempted_digest = digest;
    auto ran = execute(statement, digest, reader);
    if (!ran) return blame(std::move(ran).error(), statement);
    progress_.succeeded = number;
    ++attempt_.statements;
    worker_.tell_finished(change_, statement);
    return {};
  }

  /// A done statement that reads otherwise now cannot be told from one that was never run.
  Result<void> check_evidence(std::size_t number, std::string_view digest) {
    const model::JournalEntry* row = journal_.last_evidence();
    if (row == nullptr || static_cast<std::size_t>(row->seq) != number ||
        number <= progress_.succeeded)
      return {};
    const bool fits = row->state == "done" ? row->checksum == digest
                                           : StatementDigest::before(row->checksum) ==
                                                 StatementDigest::before(digest);
    return fits ? Result<void>{} : edited(number);
  }

  Error edited(std::size_t number) const {
    return Error{.code = Code::checksum_changed,
                 .message = "migration '" + change_.id + "' is half " +
                            (job_.direction == Direction::down ? "rolled back" : "applied") +
                            ", and among its first " + std::to_string(number) +
                            " statements one that had taken effect was changed",
                 .hint =
                     "restore the statements that are done (garboard status names the one that "
                     "failed); only that one and those after it may be mended",
                 .where = change_.where};
  }

  Error unfinished_transaction() const {
    return Error{
        .code = Code::bad_input,
        .message = "migration '" + change_.id + "' begins a transaction and does not end it",
        .hint = "add COMMIT at its end, or leave BEGIN out",
        .where = change_.where};
  }

  /// Settings live in the session, not in the database: a resumed run needs them again.
  Result<void> repeat_setting(const ScriptStatement& statement) {
    ++attempt_.resumed;
    if (!sql::sets_session(statement.text, worker_.dialect())) return {};
    auto set = session().exec(statement.text);
    if (!set) return blame(std::move(set).error(), statement);
    return {};
  }

  /// Whether a statement whose end nobody saw has taken effect.
  Result<bool> resolve(const ScriptStatement& statement, const model::JournalEntry& row,
                       std::string_view digest) {
    const bool is_same_text = StatementDigest::own(row.checksum) == StatementDigest::own(digest);
    if (!row.fingerprint.empty() && is_same_text) {
      auto now = session().fingerprint(statement.text);
      if (!now) return std::move(now).error();
      if (*now) return **now != row.fingerprint;
    }
    return blame(
        Error{.code = Code::half_applied,
              .message = "an earlier run ended while statement " +
                         std::to_string(statement.number) + " of migration '" + change_.id +
                         "' was running, and whether it took effect cannot be told from here",
              .reason = "outcome-unknown",
              .hint = "look at the database; then say `garboard repair " + change_.id +
                      " --statement done` if it took effect, or `--statement not-done` if not, "
                      "and run again"},
        statement);
  }

  Result<void> execute(const ScriptStatement& statement, const std::string& digest,
                       ScriptReader& reader) {
    switch (statement.kind) {
      case StatementKind::begin:
        return begin_own(statement);
      case StatementKind::commit:
      case StatementKind::rollback:
        return end_own(statement, digest);
      default:
        break;
    }
    if (is_in_own_transaction_ && !(rides_ && commits_by_itself(statement)))
      return send(statement, reader);
    if (commits_by_itself(statement)) return send_with_intent(statement, digest);
    if (rides_ || statement.kind == StatementKind::session) return send(statement, reader);
    return send_with_row(statement, digest, reader);
  }

  [[nodiscard]] bool commits_by_itself(const ScriptStatement& statement) const {
    if (statement.kind == StatementKind::session) return false;
    if (rides_)
      return statement.kind != StatementKind::data && statement.kind != StatementKind::copy_in;
    return statement.kind == StatementKind::non_transactional ||
           statement.kind == StatementKind::routine_call;
  }

  Result<void> send(const ScriptStatement& statement, ScriptReader& reader) {
    const auto limit = limited();
    auto ran = statement.kind == StatementKind::copy_in
                   ? session().copy_in(statement.text, reader.copy_rows())
                   : session().exec(statement.text);
    if (!ran) return std::move(ran).error();
    return {};
  }

  Result<void> execute_alone(const ScriptStatement& statement) {
    const auto limit = limited();
    auto ran = session().exec(statement.text);
    if (!ran) return std::move(ran).error();
    return {};
  }

  Result<void> send_with_intent(const ScriptStatement& statement, const std::string& digest) {
    auto fingerprint = session().fingerprint(statement.text);
    if (!fingerprint) return std::move(fingerprint).error();
    if (!is_left_out(Part::intent)) {
      auto written =
          journal_.write(statement.number, digest, "intent", fingerprint->value_or(""), {});
      if (!written) return written;
    }
    if (auto ran = execute_alone(statement); !ran) return ran;
    if (!is_in_own_transaction_) return {};
    is_in_own_transaction_ = false;  // the statement has committed it
    return open_ride();
  }

  Result<void> send_with_row(const ScriptStatement& statement, const std::string& digest,
                             ScriptReader& reader) {
    const ports::Statement row = journal_.write_statement(statement.number, digest, "done", {}, {});
    if (statement.kind == StatementKind::copy_in) {
      if (auto begun = session().begin(); !begun) return begun;
      if (auto set = set_limits(); !set) return set;
      if (auto ran = send(statement, reader); !ran) return ran;
      if (auto written = session().exec(row.sql, row.params); !written)
        return std::move(written).error();
      if (auto committed = session().commit(); !committed) return committed;
    } else {
      std::vector<ports::Statement> all;
      for (const std::string& limit : limits_) all.push_back({limit, {}});
      all.push_back({statement.text, {}});
      all.push_back(row);
      auto ran = run_batch(all);
      if (!ran && ran.error().sqlstate == active_transaction &&
          ran.error().batch_index == limits_.size())
        return send_with_intent(statement, digest);
      if (!ran) return ran;
    }
    journal_.remember(statement.number, digest, "done");
    return {};
  }

  /// One transaction with one statement of the author's, which the server limits where it can.
  Result<void> run_batch(std::span<const ports::Statement> statements) {
    if (!worker_.dialect().statement_timeout.empty()) return session().batch(statements, true);
    const auto limit = limited();
    return session().batch(statements, true);
  }

  Result<void> begin_own(const ScriptStatement& statement) {
    if (rides_) {
      if (auto kept = keep(statement.number - 1, progress_.last_digest); !kept) return kept;
    }
    auto begun = session().exec(statement.text);
    if (!begun) return std::move(begun).error();
    is_in_own_transaction_ = true;
    return rides_ ? Result<void>{} : set_limits();
  }

  Result<void> end_own(const ScriptStatement& statement, const std::string& digest) {
    const bool is_commit = statement.kind == StatementKind::commit;
    if (!is_in_own_transaction_) {  // outside a transaction it means nothing, except where we ride
      if (!rides_ || !is_commit) return {};
      if (auto kept = keep(statement.number, digest); !kept) return kept;
      return open_ride();
    }
    if (is_commit) {
      auto written = journal_.write(statement.number, digest, "done", {}, {});
      if (!written) return written;
    }
    auto ended = session().exec(statement.text);
    if (!ended) return std::move(ended).error();
    is_in_own_transaction_ = false;
    return open_ride();
  }

  /// Commits what is done so far, with its row.
  Result<void> keep(std::size_t number, const std::string& digest) {
    if (number > 0 && number > journal_.done_through()) {
      auto written = journal_.write(number, digest, "done", {}, {});
      if (!written) return written;
    }
    return session().commit();
  }

  Result<void> finish() {
    if (auto go = worker_.go_on(); !go) return go;
    return row_.finish(rides_);
  }

  Error failed(Error error);

  Worker& worker_;
  const Job& job_;
  const model::Change& change_;
  JobRow row_;
  Journal journal_;
  const bool rides_;
  const std::vector<std::string> limits_;  // of each transaction, where none rides
  const bool is_resumed_;
  bool is_in_own_transaction_ = false;
  Progress progress_;
  Attempt attempt_;
};

/// Undoes what can be undone, and writes down what cannot.
Error JournaledAttempt::failed(Error error) {
  if (error.is_connection_lost) return error;
  worker_.context.interrupt.watch(nullptr);  // a repeated cancel must not hit what follows
  (void)(is_in_own_transaction_ ? Result<void>{} : session().rollback());
  if (is_in_own_transaction_) (void)session().exec("ROLLBACK");
  auto is_half_applied = record_failure(worker_, job_, journal_, progress_, error);
  worker_.context.interrupt.watch(worker_.session.get());
  if (!is_half_applied) {
    error.hint = "what failed could not be written down either (" +
                 is_half_applied.error().message + "); run again once the database answers";
    return error;
  }
  if (!*is_half_applied) return error;
  const bool is_final = error.code == Code::statement_failed || error.code == Code::permission;
  if (is_final) {
    error.code = Code::half_applied;
    error.hint += std::string(error.hint.empty() ? "" : "; ") +
                  "the statements before it have taken effect and stay: mend this one" +
                  (job_.direction == Direction::down ? " in the plan's `down`" : "") +
                  " and run again, the run goes on here";
  }
  return error;
}

}  // namespace

Result<Attempt> run_with_journal(Worker& worker, const Job& job, bool is_resumed) {
  return JournaledAttempt(worker, job, is_resumed).run();
}

}  // namespace garboard::execution
