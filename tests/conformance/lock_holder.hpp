// SPDX-License-Identifier: Apache-2.0
// Another process that holds a lock of the database.
#pragma once

#include <filesystem>
#include <string>

#include "child.hpp"
#include "profile.hpp"
#include "subject.hpp"

namespace garboard::conformance {

class LockHolder {
 public:
  /// It holds the lock when this returns; Failed, and why, when it could not take it.
  LockHolder(const Subject& subject, const std::string& key);
  LockHolder(const LockHolder&) = delete;
  LockHolder& operator=(const LockHolder&) = delete;
  ~LockHolder() { kill(); }

  void unlock();         ///< and stays connected
  void disconnect();     ///< without having unlocked
  void kill() noexcept;  ///< by SIGKILL

 private:
  void expect_answer(const std::string& wanted);

  Pipe orders_, answers_;
  pid_t pid_ = -1;
};

/// What that process does.
[[noreturn]] void hold_lock_here(const std::string& key, const std::filesystem::path& file,
                                 Profile profile);

}  // namespace garboard::conformance
