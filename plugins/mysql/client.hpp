// SPDX-License-Identifier: Apache-2.0
// Opens connections with the client library: the only file that knows how MariaDB Connector/C and
// Oracle's libmysqlclient differ.
#pragma once

#include <mysql.h>

#include <memory>

#include "options.hpp"

namespace garboard::mysql {

struct ClientCloser {
  void operator()(MYSQL* handle) const noexcept { mysql_close(handle); }
};
using Client = std::unique_ptr<MYSQL, ClientCloser>;

/// Connects and logs in. No option file is read, multi-statements are off. The server is told that
/// LOCAL INFILE is possible: a handler that sends no file has to be set before the first statement.
/// Throws sdk::Failure with GBD_E_CONNECT or GBD_E_AUTH.
[[nodiscard]] Client connect(const Options& options);

/// Readies the calling thread for the client library and undoes it at the end of the scope.
class ClientThread {
 public:
  ClientThread() noexcept { mysql_thread_init(); }
  ClientThread(const ClientThread&) = delete;
  ClientThread& operator=(const ClientThread&) = delete;
  ~ClientThread() { mysql_thread_end(); }
};

}  // namespace garboard::mysql
