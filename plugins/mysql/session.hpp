// SPDX-License-Identifier: Apache-2.0
// One connection to a MySQL or MariaDB server, as the SDK's driver layer wants it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <garboard/driver.hpp>

#include "client.hpp"
#include "errors.hpp"
#include "options.hpp"

namespace garboard::mysql {

class Digest;

/// Used from one thread, except `cancel`. After a failure with GBD_EF_CONN_LOST it can only be
/// destroyed. Transactions run with autocommit off, so that what follows a DDL's implicit commit is
/// uncommitted again; the first statement outside a transaction turns autocommit back on.
class Session {
 public:
  explicit Session(Options options);

  std::int64_t exec(std::string_view sql, const sdk::Call& call);
  void batch(std::span<const gbd_stmt> statements, std::uint32_t flags, const sdk::Call& call,
             std::size_t& done);
  /// For statements that begin with LOAD DATA LOCAL INFILE, whose file is the host's rows. Any
  /// warning is a failure.
  std::int64_t copy_in(std::string_view sql, sdk::CopyReader reader);
  void tx(std::int32_t op);
  std::string server_info();
  void lock(std::string_view key, std::int64_t timeout_ms);
  void unlock(std::string_view key);
  std::string fingerprint(std::string_view sql);
  std::string render(std::string_view op_json);
  std::string blockers(std::string_view waiting_session);
  std::string lock_holders(std::string_view key);
  /// From any thread: KILL QUERY through a connection of its own, when something runs.
  void cancel();

 private:
  struct Infile;
  using Rows = std::vector<std::vector<std::string>>;
  using Columns = std::function<void(std::span<const gbd_str>)>;
  using Row = std::function<bool(std::span<const gbd_str>)>;

  std::int64_t run_bound(std::string_view sql, std::span<const gbd_str> params,
                         const Columns& columns, const Row& row);
  std::int64_t run(std::string_view sql, Activity activity, const Columns& columns = {},
                   const Row& row = {});
  std::int64_t read_result(Activity activity, std::string_view sql, const Columns& columns,
                           const Row& row);
  [[noreturn]] void fail(Activity activity, std::string_view sql);
  void refuse_too_large(std::string_view sql);
  void guard_local_files();
  void fail_on_warning();
  void set_autocommit(bool is_on);
  void begin();
  void commit();
  void rollback();
  /// All rows of a query, NULL as an empty text.
  [[nodiscard]] Rows query(const std::string& sql);
  /// None where the user may not ask, or this server has no such table.
  [[nodiscard]] Rows query_if_allowed(const std::string& sql);
  [[nodiscard]] std::string describe_sessions(const Rows& ids, bool is_certain);
  [[nodiscard]] bool answers_one(const std::string& sql);
  [[nodiscard]] std::string lock_name(std::string_view key) const;
  void inspect(const std::string& inspection, Digest& digest);
  [[nodiscard]] bool is_mariadb() const;
  [[nodiscard]] bool has_autocommit() const noexcept;
  [[nodiscard]] bool has_backslash_escapes() const noexcept;

  const Options options_;
  Client client_;
  const unsigned long thread_id_;
  std::atomic<bool> is_running_{false};
  std::atomic<bool> is_cancelled_{false};
  Infile* infile_ = nullptr;    ///< where the rows come from while some are asked for
  std::size_t max_packet_ = 0;  ///< the server's limit in bytes, 0 while it is not known
  bool is_in_transaction_ = false;
  bool is_aborted_ = false;  ///< the server rolled the transaction back
};

}  // namespace garboard::mysql
