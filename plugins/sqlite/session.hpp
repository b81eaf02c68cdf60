// SPDX-License-Identifier: Apache-2.0
// One connection to one SQLite file, as the SDK's driver layer wants it.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/driver.hpp>

#include "file_lock.hpp"
#include "foreign_keys.hpp"
#include "options.hpp"
#include "wait.hpp"

namespace garboard::sqlite {

/// Used from one thread, except `cancel`. A transaction begun with `tx` is guarded: a statement
/// that would end it fails, and once SQLite has rolled it back only ROLLBACK is accepted.
class Session {
 public:
  explicit Session(Options options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() = default;

  std::int64_t exec(std::string_view sql, const sdk::Call& call);
  void batch(std::span<const gbd_stmt> statements, std::uint32_t flags, const sdk::Call& call,
             std::size_t& done);
  void tx(std::int32_t op);
  std::string server_info();
  void lock(std::string_view key, std::int64_t timeout_ms);
  void unlock(std::string_view key);
  std::string fingerprint(std::string_view sql);
  std::string render(std::string_view op_json);
  void cancel() noexcept;

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
  struct Prepared {
    std::string sql;
    Statement statement;
  };

  std::int64_t run(std::string_view sql, std::span<const gbd_str> params, const sdk::Call& call);
  void run_control(const char* sql);
  Statement prepare(std::string_view sql, unsigned flags);
  sqlite3_stmt* cached(std::string_view sql);
  void bind(sqlite3_stmt* statement, std::span<const gbd_str> params);
  void send_rows(sqlite3_stmt* statement, const sdk::Call& call);
  void begin();
  void begin_unchecked();
  void verify_foreign_keys();
  void end_unchecked() noexcept;
  void commit();
  void rollback();
  void abandon() noexcept;
  [[noreturn]] void fail(int code, sqlite3_stmt* statement);
  void check_transaction() const;
  static int on_busy(void* session, int count);
  static int on_commit(void* session);
  static void on_rollback(void* session);

  enum class Transaction : std::uint8_t { none, open, lost };

  const Options options_;
  Transaction transaction_ = Transaction::none;
  bool is_committing_ = false;
  std::optional<Wait> busy_wait_;
  std::atomic<bool> is_cancelled_{false};
  FileLock file_lock_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::vector<Prepared> cache_;                     ///< least recently used first
  std::optional<UncheckedSettings> unchecked_;      ///< of the open transaction
  std::optional<ForeignKeySnapshot> foreign_keys_;  ///< as they were when it began
};

}  // namespace garboard::sqlite
