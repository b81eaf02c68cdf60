// SPDX-License-Identifier: Apache-2.0
// One attachment to one Firebird database, as the SDK's driver layer wants it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

#include "client.hpp"
#include "errors.hpp"
#include "message.hpp"

namespace firebird {

struct Options {
  std::string database;  ///< a path, or host/port:path
  std::string user, password, application;
  unsigned connect_timeout_s = 0;  ///< 0 = the library's own
  unsigned lock_timeout_s = 5;     ///< how long a statement waits for another transaction
  bool creates = false;            ///< makes a database that is not there
  bool is_read_only = false;
};

/// Used from one thread, except `cancel`.
class Session {
 public:
  explicit Session(Options options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() = default;

  std::int64_t exec(std::string_view sql, const sdk::Call& call);
  void tx(std::int32_t op);
  std::string server_info();
  void lock(std::string_view key, std::int64_t timeout_ms);
  void unlock(std::string_view key);
  void cancel();

 private:
  class Cancellable;
  enum class Wait { limited, none };
  Ref<fb::IAttachment> attach();
  Ref<fb::ITransaction> begin(Wait wait);
  void commit(Ref<fb::ITransaction>& transaction);
  std::int64_t execute(std::string_view sql, const sdk::Call& call);
  std::int64_t run_alone(std::string_view sql, const sdk::Call& call);
  std::int64_t run(fb::ITransaction* transaction, std::string_view sql, const sdk::Call& call);
  void fetch(const Place& place, fb::IStatement* statement, fb::IMessageMetadata* in, void* values,
             const sdk::Call& call);
  std::string ask(const char* sql);
  void mend_catalog();
  bool try_lock(std::string_view key);

  const Options options_;
  Status status_;
  Ref<fb::IAttachment> attachment_;
  Ref<fb::ITransaction> transaction_;  ///< the caller's
  Ref<fb::ITransaction> lock_;         ///< holds a row of the table of locks
  struct Cancelling {
    std::mutex mutex;
    bool is_running = false;  ///< a statement
    bool is_raised = false;   ///< it was told to end
  } cancelling_;
  std::atomic<bool> is_cancelled_ = false;
};

}  // namespace firebird
