// SPDX-License-Identifier: Apache-2.0
// What a plugin must leave as it was.
#pragma once

#include <cstddef>
#include <string>

namespace garboard::conformance {

[[nodiscard]] std::size_t thread_count();
[[nodiscard]] std::size_t open_files();
/// Bytes allocated and not freed, by the C library or the sanitizer that took its place.
[[nodiscard]] std::size_t heap_in_use();

/// Threads, open files, signal handlers, locale, umask, working directory and environment.
class ProcessState {
 public:
  [[nodiscard]] static ProcessState now();
  /// What differs now: "signal handler 15", or empty.
  [[nodiscard]] std::string changed_since(const ProcessState& before) const;

 private:
  std::size_t threads_ = 0;
  std::string files_, handlers_, locale_, umask_, directory_, environment_;
};

}  // namespace garboard::conformance
