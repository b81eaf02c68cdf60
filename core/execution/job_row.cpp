// SPDX-License-Identifier: Apache-2.0
#include "execution/job_row.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "execution/runner_errors.hpp"
#include "execution/stored_down.hpp"

namespace garboard::execution {

using ports::Param;
using ports::Statement;

JobRow::JobRow(Worker& worker, const Job& job)
    : worker_(worker),
      job_(job),
      started_(worker.context.clock.now()),
      key_{worker.options.ledger.app, job.change->id},
      clear_(worker.sql.clear_journal()) {}

std::chrono::milliseconds JobRow::elapsed() const { return worker_.context.clock.now() - started_; }

Result<bool> JobRow::begin() {
  if (job_.direction == Direction::up) return claim();
  const std::array<Param, 4> values{half_done_state(job_.direction), key_[0], key_[1], "applied"};
  auto switched = worker_.session->exec(worker_.sql.switch_state(), values);
  if (!switched) return std::move(switched).error().in("writing the tracking table");
  return *switched == 1;
}

Result<bool> JobRow::claim() {
  auto down_sql = down_sql_of(*job_.change, worker_.context.files);
  if (!down_sql) return std::move(down_sql).error();
  const Claim claim(worker_, *job_.change, half_done_state(Direction::up), std::move(*down_sql));
  auto claimed = worker_.session->exec(worker_.sql.claim(), claim.params());
  if (claimed) return true;
  if (is_duplicate_key(claimed.error())) return false;
  return std::move(claimed).error().in("writing the tracking table");
}

Result<void> JobRow::take_over() {
  // of a row that is to go or to be replaced, the log keeps who wrote it
  if (job_.direction != Direction::up) return {};
  // what failed was mended, and its down with it
  auto down_sql = down_sql_of(*job_.change, worker_.context.files);
  if (!down_sql) return std::move(down_sql).error();
  const Claim claim(worker_, *job_.change, half_done_state(Direction::up), std::move(*down_sql));
  const RunOptions& options = worker_.options;
  const std::array<Param, 7> params{options.run_id,
                                    options.applied_by,
                                    options.tool_version,
                                    claim.params()[3],  // the name
                                    claim.params()[9],  // the down
                                    key_[0],
                                    key_[1]};
  auto taken = worker_.session->exec(worker_.sql.take_over(), params);
  if (!taken) return std::move(taken).error().in("writing the tracking table");
  return {};
}

Result<void> JobRow::finish(bool is_in_transaction) {
  if (job_.direction == Direction::up) return finish_up(is_in_transaction);
  return job_.direction == Direction::again ? finish_again(is_in_transaction)
                                            : finish_down(is_in_transaction);
}

/// The second statement is that of the row, which must be there.
Result<void> JobRow::send(std::span<const Statement> statements, bool is_in_transaction) {
  if (!is_in_transaction) {
    if (auto begun = worker_.session->begin(); !begun) return begun;
  }
  for (const Statement& statement : statements) {
    auto sent = worker_.session->exec(statement.sql, statement.params);
    if (sent && &statement == &statements[1] && *sent != 1) return row_lost(*job_.change);
    if (!sent) return std::move(sent).error().in("writing the tracking table");
  }
  if (auto sent = worker_.session->commit(); !sent)
    return std::move(sent).error().in("writing the tracking table");
  return {};
}

Result<void> JobRow::finish_up(bool is_in_transaction) {
  const std::array<Param, 4> values{Param("applied"), job_.change->checksum, key_[0], key_[1]};
  const std::string finish = worker_.sql.finish();
  const std::array<Statement, 2> both{Statement{clear_, key_}, Statement{finish, values}};
  return send(both, is_in_transaction);
}

Result<void> JobRow::finish_again(bool is_in_transaction) {
  auto down_sql = down_sql_of(*job_.change, worker_.context.files);
  if (!down_sql) return std::move(down_sql).error();
  const Claim claim(worker_, *job_.change, "applied", std::move(*down_sql));
  // the claim's values but its key, which comes last
  std::array<Param, 10> values{};
  std::copy(claim.params().begin() + 2, claim.params().end(), values.begin());
  values[8] = key_[0];
  values[9] = key_[1];
  const LogRow row(worker_.options, job_.change->id, job_.change->name, "reapplied", elapsed(), "",
                   detail_of(*job_.entry));
  const std::string replace = worker_.sql.replace();
  const std::string log = worker_.sql.insert_log();
  const std::array<Statement, 3> all{Statement{clear_, key_}, Statement{replace, values},
                                     Statement{log, row.params()}};
  return send(all, is_in_transaction);
}

Result<void> JobRow::finish_down(bool is_in_transaction) {
  const LogRow row(worker_.options, job_.change->id, job_.change->name, "rolled_back", elapsed(),
                   "", detail_of(*job_.entry));
  const std::string forget = worker_.sql.forget();
  const std::string log = worker_.sql.insert_log();
  const std::array<Statement, 3> all{Statement{clear_, key_}, Statement{forget, key_},
                                     Statement{log, row.params()}};
  return send(all, is_in_transaction);
}

}  // namespace garboard::execution
