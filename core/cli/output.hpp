// SPDX-License-Identifier: Apache-2.0
// Output: a buffered file descriptor whose write errors are not lost. A report that nobody could
// read is a failure, so the last flush is checked.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace garboard::cli {

class Output {
 public:
  explicit Output(int fd) noexcept : fd_(fd) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void put(std::string_view text);
  /// Writes what is held. Code::internal once anything could not be written, then for ever.
  base::Result<void> flush();

 private:
  int fd_;
  int errno_ = 0;
  std::string held_;
};

/// Writes all of it; the errno of the failure, or 0.
int write_all(int fd, std::string_view text) noexcept;

}  // namespace garboard::cli
