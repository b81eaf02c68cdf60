// SPDX-License-Identifier: Apache-2.0
// A named lock on the database file that ends with the process, for runs that cannot stay inside
// one transaction. It is an open-file-description lock far behind the bytes that SQLite locks.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace garboard::sqlite {

class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  /// Closing any descriptor of a file drops the locks that SQLite has on it in this process, so
  /// this must be destroyed after the connection.
  ~FileLock();

  /// Tries once; false when somebody else has it. Throws sdk::Failure when the file takes no locks.
  [[nodiscard]] bool try_lock(const std::string& file, std::string_view key);
  void unlock(std::string_view key) noexcept;

 private:
  int descriptor_ = -1;
};

}  // namespace garboard::sqlite
