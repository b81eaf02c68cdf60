// SPDX-License-Identifier: Apache-2.0
// What a run settles before and between migrations: is the server fit, who holds the lock, are the
// tables there, and which way does a migration go.
#pragma once

#include <string>
#include <vector>

#include "execution/worker.hpp"

namespace garboard::execution {

/// Asks the server what it is; fills the worker's lock key. Code::read_only or
/// Code::unsafe_environment when nothing should be applied there.
Result<void> check_server(Worker& worker);

/// Takes the lock that lives as long as the session, waiting for another run up to
/// options.lock_wait. Does nothing where the driver has none.
Result<void> take_session_lock(Worker& worker);

/// Code::unsafe_environment behind a transaction pooler, where a session's lock protects nothing.
Result<void> check_session_lock_is_safe(const Worker& worker);

/// Waits until another run's transaction lock looks free, up to options.lock_wait.
Result<void> wait_for_lock(Worker& worker);

/// Runs idempotent statements under the lock, together where DDL takes part in transactions.
Result<void> create_tables(Worker& worker, const std::vector<std::string>& texts);

/// Makes the tracking tables, under the lock.
Result<void> create_ledger(Worker& worker);

/// Makes the log, where the tracking tables are older than it is.
Result<void> create_missing_log(Worker& worker);

/// How a job that has not begun is run, from its mode and from what its script holds.
Result<Way> choose_way(const Job& job, ports::Session& session, ports::Files& files);

}  // namespace garboard::execution
