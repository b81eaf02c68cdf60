// SPDX-License-Identifier: Apache-2.0
#include "execution/record.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "execution/run_setup.hpp"
#include "execution/stored_down.hpp"
#include "execution/worker.hpp"

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using model::Correction;
using model::LedgerState;
using ports::Param;

const model::Dialect& dialect_of(const ports::Session& session) { return session.dialect(); }

std::string log_detail_of(const Correction& correction) {
  if (correction.kind == Correction::Kind::add) return correction.detail;
  auto detail = nlohmann::json::parse(detail_of(correction.entry));
  if (correction.entry.state == LedgerState::partial) detail["state"] = "partial";
  if (correction.entry.state == LedgerState::reverting) detail["state"] = "reverting";
  if (correction.kind == Correction::Kind::accept)
    detail["newChecksum"] = correction.change->checksum;
  if (correction.seq != 0) {
    detail["statement"] = correction.seq;
    detail["tookEffect"] = correction.kind == Correction::Kind::statement_done;
  }
  return detail.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Recorder {
 public:
  Recorder(const Decide& decide, std::unique_ptr<ports::Session> session, const RunContext& context,
           const RunOptions& options)
      : decide_(decide),
        worker_{.session = std::move(session),
                .context = context,
                .options = options,
                .sql = LedgerSql(dialect_of(*worker_.session), options.ledger)} {}

  Result<std::vector<Correction>> run() {
    ports::Interrupt& interrupt = worker_.context.interrupt;
    interrupt.watch(worker_.session.get());
    auto done = prepare();
    while (done) {
      auto written = attempt();
      if (!written) {
        done = std::move(written).error();
      } else if (*written) {
        break;
      } else {
        done = wait_for_lock(worker_);
      }
    }
    interrupt.watch(nullptr);
    if (done && worker_.holds_session_lock) (void)worker_.session->unlock(worker_.lock_key);
    if (done) return std::move(corrections_);
    if (interrupt.is_requested()) done.error().code = Code::terminated;
    return std::move(done).error();
  }

 private:
  Result<void> prepare() {
    if (auto checked = check_server(worker_); !checked) return checked;
    // between the statements of a journaled migration no transaction keeps others away
    if (worker_.dialect().transaction_lock.empty()) {
      if (auto locked = take_session_lock(worker_); !locked) return locked;
    }
    auto ledger = read();
    if (!ledger) return std::move(ledger).error();
    return ledger->exists ? create_missing_log(worker_) : create_ledger(worker_);
  }

  Result<model::Ledger> read() {
    return read_ledger(*worker_.session, worker_.options.ledger, Detail::full);
  }

  /// False: another run holds the lock.
  Result<bool> attempt() {
    auto begun = worker_.session->begin();
    if (!begun && begun.error().code == Code::locked) return false;
    if (!begun) return std::move(begun).error();
    auto written = write();
    if (written && *written) written = committed();
    if (!written || !*written) {
      worker_.context.interrupt.watch(nullptr);  // a repeated cancel must not hit the rollback
      if (written || !written.error().is_connection_lost) (void)worker_.session->rollback();
      worker_.context.interrupt.watch(worker_.session.get());
    }
    return written;
  }

  Result<bool> committed() {
    if (auto done = worker_.session->commit(); !done) return std::move(done).error().in("commit");
    return true;
  }

  Result<bool> write() {
    const model::Dialect& dialect = worker_.dialect();
    if (!dialect.transaction_lock.empty()) {
      const std::array<Param, 1> key{worker_.lock_key};
      auto locked = worker_.session->exec(dialect.transaction_lock, key);
      if (!locked && locked.error().sqlstate == dialect.transaction_lock_busy) return false;
      if (!locked) return std::move(locked).error().in("taking the lock");
    }
    auto ledger = read();
    if (!ledger) return std::move(ledger).error();
    worker_.last_ordinal = 0;
    for (const model::LedgerEntry& entry : ledger->entries)
      worker_.last_ordinal = std::max(worker_.last_ordinal, entry.ordinal);
    auto corrections = decide_(*ledger, *worker_.session);
    if (!corrections) return std::move(corrections).error();
    corrections_ = *std::move(corrections);
    for (const Correction& each : corrections_) {
      auto done = correct(each);
      if (done) done = log(each);
      if (!done) return std::move(done).error().in("writing the tracking table");
    }
    return true;
  }

  Result<void> send(const std::string& sql, std::span<const Param> params) {
    auto sent = worker_.session->exec(sql, params);
    if (!sent) return std::move(sent).error();
    return {};
  }

  Result<void> correct(const Correction& correction) {
    switch (correction.kind) {
      case Correction::Kind::add:
        return add(correction);
      case Correction::Kind::finish:
      case Correction::Kind::remove:
        return close(correction);
      case Correction::Kind::accept:
        return accept(correction);
      case Correction::Kind::statement_done:
      case Correction::Kind::statement_undone:
        return settle(correction);
    }
    return {};
  }

  Result<void> add(const Correction& correction) {
    const model::Change& change = *correction.change;
    auto down_sql = down_sql_of(change, worker_.context.files);
    if (!down_sql) return std::move(down_sql).error();
    const Claim claim(worker_, change, "applied", std::move(*down_sql));
    ++worker_.last_ordinal;
    if (auto sent = send(worker_.sql.claim(), claim.params()); !sent) return sent;
    const std::array<Param, 4> values{"applied", change.checksum, worker_.options.ledger.app,
                                      change.id};
    if (auto sent = send(worker_.sql.finish(), values); !sent) return sent;
    const model::LedgerEntry& entry = correction.entry;
    if (entry.finished_at.empty()) return {};
    const std::array<Param, 4> times{
        entry.started_at.empty() ? entry.finished_at : entry.started_at, entry.finished_at,
        values[2], values[3]};
    return send(worker_.sql.backdate(), times);
  }

  /// Ends what was half-way, or takes the row away; either way the journal has nothing more to say.
  Result<void> close(const Correction& correction) {
    const std::string& id = correction.entry.id;
    const std::array<Param, 2> key{worker_.options.ledger.app, id};
    if (auto sent = send(worker_.sql.clear_journal(), key); !sent) return sent;
    if (correction.kind == Correction::Kind::remove) return send(worker_.sql.forget(), key);
    const bool is_of_plan =
        correction.change != nullptr && correction.entry.state != LedgerState::reverting;
    if (is_of_plan) {
      if (auto kept = accept(correction); !kept) return kept;
    }
    const std::string& checksum =
        is_of_plan ? correction.change->checksum : correction.entry.checksum;
    const std::array<Param, 4> values{"applied", checksum, key[0], id};
    return send(worker_.sql.finish(), values);
  }

  Result<void> accept(const Correction& correction) {
    auto down_sql = down_sql_of(*correction.change, worker_.context.files);
    if (!down_sql) return std::move(down_sql).error();
    std::array<Param, 4> values{
        correction.change->checksum, {}, worker_.options.ledger.app, correction.entry.id};
    if (*down_sql) values[1] = **down_sql;
    return send(worker_.sql.accept(), values);
  }

  Result<void> settle(const Correction& correction) {
    const bool is_done = correction.kind == Correction::Kind::statement_done;
    const std::string seq = std::to_string(correction.seq);
    const std::array<Param, 4> values{is_done ? "done" : "undone", worker_.options.ledger.app,
                                      correction.entry.id, seq};
    return send(worker_.sql.settle_journal(), values);
  }

  Result<void> log(const Correction& correction) {
    const LogRow row(worker_.options, correction.entry.id, correction.entry.name, correction.action,
                     std::nullopt, correction.reason, log_detail_of(correction));
    return send(worker_.sql.insert_log(), row.params());
  }

  const Decide& decide_;
  Worker worker_;
  std::vector<Correction> corrections_;
};

}  // namespace

Result<std::vector<Correction>> record(const Decide& decide,
                                       std::unique_ptr<ports::Session> session,
                                       const RunContext& context, const RunOptions& options) {
  return Recorder(decide, std::move(session), context, options).run();
}

}  // namespace garboard::execution
