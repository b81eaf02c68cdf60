// SPDX-License-Identifier: Apache-2.0
#include "sql/text_window.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace garboard::sql {

namespace {
constexpr std::size_t first_capacity = std::size_t{64} * 1024;
}  // namespace

TextWindow::TextWindow(base::ByteSource& source)
    : source_(&source), buffer_(first_capacity), data_(buffer_.data()) {}

TextWindow::TextWindow(std::string_view text) noexcept : data_(text.data()), end_(text.size()) {}

int TextWindow::peek_behind(std::size_t ahead) {
  while (cursor_ + ahead >= end_) {
    if (!fill()) return -1;
  }
  return static_cast<unsigned char>(data_[cursor_ + ahead]);
}

std::string_view TextWindow::view(std::uint64_t begin, std::uint64_t end) const noexcept {
  return {data_ + (begin - base_), static_cast<std::size_t>(end - begin)};
}

Place TextWindow::locate(std::uint64_t index) noexcept {
  count_up_to(static_cast<std::size_t>(index - base_));
  return counter_.place();
}

void TextWindow::put_back(std::string_view line, const Place& place) {
  const Place after = locate(index());
  if (cursor_ < line.size()) {
    const std::size_t missing = line.size() - cursor_;
    buffer_.insert(buffer_.begin(), missing, '\0');
    data_ = buffer_.data();
    cursor_ += missing;
    end_ += missing;
    // Indexes need not stay true: nothing is kept.
  }
  cursor_ -= line.size();
  std::memcpy(buffer_.data() + cursor_, line.data(), line.size());
  counter_.jump(place);
  counted_ = cursor_;
  seam_ = Seam{index() + line.size(), after};
}

bool TextWindow::fill() {
  if (source_ == nullptr) return false;
  make_room();
  const base::Result<std::size_t> got = source_->read(std::span(buffer_).subspan(end_));
  if (!got) failure_ = got.error();
  if (!got || *got == 0) {
    source_ = nullptr;
    return false;
  }
  end_ += *got;
  return true;
}

void TextWindow::make_room() {
  if (end_ < buffer_.size()) return;
  const std::size_t unneeded = keep_ == nothing ? cursor_ : keep_;
  // Each move frees at least half of the buffer, so that all moves together cost linear time.
  if (unneeded >= buffer_.size() / 2) return discard(unneeded);
  buffer_.resize(buffer_.size() * 2);
  data_ = buffer_.data();
}

void TextWindow::discard(std::size_t count) noexcept {
  if (counted_ < count) count_up_to(count);
  std::memmove(buffer_.data(), buffer_.data() + count, end_ - count);
  base_ += count;
  cursor_ -= count;
  end_ -= count;
  counted_ -= count;
  if (keep_ != nothing) keep_ -= count;
}

void TextWindow::count_up_to(std::size_t offset) noexcept {
  if (seam_ && base_ + offset >= seam_->index) {
    counter_.jump(seam_->place);
    counted_ = static_cast<std::size_t>(seam_->index - base_);
    seam_.reset();
  }
  if (offset <= counted_) return;
  counter_.advance({data_ + counted_, offset - counted_});
  counted_ = offset;
}

}  // namespace garboard::sql
