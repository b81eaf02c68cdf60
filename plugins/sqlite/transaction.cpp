// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

namespace garboard::sqlite {

using sdk::Failure;

// Only tx may end the transaction that tx has begun; the history row is in it.
int Session::on_commit(void* raw) {
  const auto& session = *static_cast<Session*>(raw);
  return session.transaction_ == Transaction::open && !session.is_committing_ ? 1 : 0;
}

void Session::on_rollback(void* raw) {
  auto& session = *static_cast<Session*>(raw);
  if (session.transaction_ != Transaction::none) session.transaction_ = Transaction::lost;
}

void Session::check_transaction() const {
  if (transaction_ != Transaction::lost) return;
  Failure failure(GBD_E_SQL, "the transaction has been rolled back already");
  failure.flags = GBD_EF_TX_ABORTED;
  failure.sqlstate = "25000";
  throw failure;
}

void Session::begin() {
  try {
    run_control("BEGIN IMMEDIATE");
  } catch (Failure& failure) {
    if ((failure.native_code & 0xff) == SQLITE_BUSY) {
      failure.status = GBD_E_LOCK_BUSY;
      failure.message = "another program holds the lock on the database file";
    }
    throw;
  }
  transaction_ = Transaction::open;
}

void Session::begin_unchecked() {
  unchecked_.emplace(handle_.get());  // without effect once the transaction is open
  try {
    begin();
    if (unchecked_->were_foreign_keys_on()) foreign_keys_.emplace(handle_.get());
  } catch (...) {
    abandon();
    throw;
  }
}

void Session::verify_foreign_keys() {
  try {
    if (foreign_keys_) foreign_keys_->verify(handle_.get());
  } catch (Failure& failure) {
    abandon();
    transaction_ = Transaction::lost;
    failure.flags |= GBD_EF_TX_ABORTED;
    throw;
  }
}

void Session::end_unchecked() noexcept {
  foreign_keys_.reset();
  unchecked_.reset();
}

void Session::commit() {
  check_transaction();
  verify_foreign_keys();
  is_committing_ = true;
  try {
    run_control("COMMIT");
  } catch (...) {
    is_committing_ = false;
    throw;
  }
  is_committing_ = false;
  transaction_ = Transaction::none;
  end_unchecked();
}

void Session::rollback() {
  transaction_ = Transaction::none;
  if (sqlite3_get_autocommit(handle_.get()) == 0) run_control("ROLLBACK");
  end_unchecked();
}

// For when another failure is on its way up, which says more.
void Session::abandon() noexcept {
  transaction_ = Transaction::none;
  if (sqlite3_get_autocommit(handle_.get()) == 0)
    sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  end_unchecked();
}

void Session::tx(std::int32_t op) {
  switch (op) {
    case GBD_TX_BEGIN:
      return begin();
    case GBD_TX_BEGIN_UNCHECKED:
      return begin_unchecked();
    case GBD_TX_COMMIT:
      return commit();
    case GBD_TX_ROLLBACK:
      return rollback();
    default:
      throw Failure(GBD_E_UNSUPPORTED, "unknown transaction operation");
  }
}

}  // namespace garboard::sqlite
