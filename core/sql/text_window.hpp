// SPDX-License-Identifier: Apache-2.0
// TextWindow: the part of a streamed text that is being looked at. It holds what is kept (the
// statement so far) and a read-ahead, nothing more, and knows the place of each byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/error.hpp"
#include "sql/place.hpp"

namespace garboard::sql {

class TextWindow {
 public:
  /// `source` outlives the window.
  explicit TextWindow(base::ByteSource& source);
  /// A text at hand, not copied; the caller keeps it alive.
  explicit TextWindow(std::string_view text) noexcept;

  /// The byte `ahead` of the cursor; -1 behind the end (or where reading failed, see `failure`).
  [[nodiscard]] int peek(std::size_t ahead = 0) {
    if (cursor_ + ahead < end_) return static_cast<unsigned char>(data_[cursor_ + ahead]);
    return peek_behind(ahead);
  }
  /// The unread bytes at hand; empty only at the end. Valid until the next call that may read.
  [[nodiscard]] std::string_view rest() {
    if (cursor_ == end_) fill();
    return {data_ + cursor_, end_ - cursor_};
  }
  /// Moves over `count` bytes, which have been seen.
  void skip(std::size_t count) noexcept { cursor_ += count; }

  /// A number for the cursor's place, to be given to `view` and `locate`.
  [[nodiscard]] std::uint64_t index() const noexcept { return base_ + cursor_; }
  /// From the cursor on, bytes stay at hand until `release`.
  void keep() noexcept { keep_ = cursor_; }
  void release() noexcept { keep_ = nothing; }
  [[nodiscard]] bool is_keeping() const noexcept { return keep_ != nothing; }
  /// Kept bytes; valid until the next call that may read.
  [[nodiscard]] std::string_view view(std::uint64_t begin, std::uint64_t end) const noexcept;
  /// The place of a kept byte or of the cursor. Calls must not go back.
  [[nodiscard]] Place locate(std::uint64_t index) noexcept;

  /// Puts a line that was taken out before back in front of the cursor; it stood at `place`. Places
  /// behind it are right again. `line` is no part of this window; nothing is kept.
  void put_back(std::string_view line, const Place& place);

  /// Why reading stopped before the end, if it did.
  [[nodiscard]] const std::optional<base::Error>& failure() const noexcept { return failure_; }
  /// How many bytes of memory the text takes.
  [[nodiscard]] std::size_t capacity() const noexcept { return buffer_.capacity(); }

 private:
  static constexpr std::size_t nothing = static_cast<std::size_t>(-1);

  [[nodiscard]] int peek_behind(std::size_t ahead);
  bool fill();
  void make_room();
  void discard(std::size_t count) noexcept;
  void count_up_to(std::size_t offset) noexcept;

  struct Seam {
    std::uint64_t index;  ///< of the first byte behind a line that was put back
    Place place;          ///< where that byte stands
  };

  base::ByteSource* source_ = nullptr;
  std::vector<char> buffer_;
  const char* data_ = nullptr;
  std::uint64_t base_ = 0;  // index of data_[0]
  std::size_t cursor_ = 0;  // these are offsets in data_
  std::size_t end_ = 0;
  std::size_t keep_ = nothing;
  std::size_t counted_ = 0;  // where counter_ stands
  PlaceCounter counter_;
  std::optional<Seam> seam_;
  std::optional<base::Error> failure_;
};

}  // namespace garboard::sql
