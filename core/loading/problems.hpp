// SPDX-License-Identifier: Apache-2.0
// Problems: every mistake found in a set of plan files, so that an author sees all of them at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "loading/document.hpp"

namespace garboard::loading {

/// A text of the author's as messages show it: in one line, the beginning of a long one.
[[nodiscard]] std::string excerpt(std::string_view text);

class Problems {
 public:
  /// The mistakes added from here on are of the next plan file.
  void next_file() noexcept { ++file_; }
  /// A mistake at a byte of the document: what, expected what; what to do.
  void add(const Document& document, std::size_t offset, std::string message,
           std::string hint = {});
  /// A mistake that has its own place, caused by what stands at `offset`.
  void add(std::size_t offset, base::Error error);
  [[nodiscard]] bool empty() const noexcept { return found_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return found_.size(); }
  /// The first in order of files and positions, the others in it. Not when empty.
  [[nodiscard]] base::Error take();

 private:
  struct Found {
    std::size_t file;
    std::size_t offset;
    base::Error error;
  };
  std::size_t file_ = 0;
  std::vector<Found> found_;
};

}  // namespace garboard::loading
