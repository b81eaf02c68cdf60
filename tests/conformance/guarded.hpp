// SPDX-License-Identifier: Apache-2.0
// Bytes that end where the memory does: whoever reads on, crashes.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace garboard::conformance {

class Guarded {
 public:
  explicit Guarded(std::string_view bytes);
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded();

  [[nodiscard]] std::string_view text() const noexcept { return {begin_, size_}; }
  [[nodiscard]] const void* data() const noexcept { return begin_; }

 private:
  void* mapping_ = nullptr;
  std::size_t mapped_ = 0;
  char* begin_ = nullptr;
  std::size_t size_;
};

}  // namespace garboard::conformance
