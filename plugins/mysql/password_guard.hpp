// SPDX-License-Identifier: Apache-2.0
// Keeps Connector/C from sending a password in clear: its caching_sha2_password takes a connection
// for encrypted when that was wished for, not when it is.
#pragma once

#include <mysql.h>

#include "options.hpp"

namespace garboard::mysql {

/// Guards the login of a handle while it lives.
class PasswordGuard {
 public:
  /// `handle` has all its options and is not connected yet.
  PasswordGuard(MYSQL* handle, const Options& options);
  PasswordGuard(const PasswordGuard&) = delete;
  PasswordGuard& operator=(const PasswordGuard&) = delete;
  ~PasswordGuard();

  /// True when a login ended because the server offers no TLS, which the options require.
  [[nodiscard]] bool has_refused() const noexcept { return has_refused_; }
  /// Whether the login may go on.
  [[nodiscard]] bool admits() noexcept;

 private:
  MYSQL* const handle_;
  const TlsMode mode_;
  bool has_refused_ = false;
};

}  // namespace garboard::mysql
