// SPDX-License-Identifier: Apache-2.0
#include "loading/problems.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace garboard::loading {

using base::Code;
using base::Error;

namespace {
constexpr std::size_t excerpt_bytes = 40;
}

std::string excerpt(std::string_view text) {
  std::size_t end = std::min(text.size(), excerpt_bytes);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  std::string shown;
  for (const char c : text.substr(0, end)) {
    if (c == '\n')
      shown += "\\n";
    else
      shown += static_cast<unsigned char>(c) < 0x20U || c == '\x7F' ? ' ' : c;
  }
  return end < text.size() ? shown + "..." : shown;
}

void Problems::add(const Document& document, std::size_t offset, std::string message,
                   std::string hint) {
  add(offset, Error{.code = Code::bad_input,
                    .message = std::move(message),
                    .hint = std::move(hint),
                    .where = document.position(offset)});
}

void Problems::add(std::size_t offset, Error error) {
  found_.push_back(Found{file_, offset, std::move(error)});
}

Error Problems::take() {
  std::ranges::stable_sort(found_, [](const Found& a, const Found& b) {
    return std::tie(a.file, a.offset) < std::tie(b.file, b.offset);
  });
  Error first = std::move(found_.front().error);
  for (std::size_t i = 1; i < found_.size(); ++i)
    first.others.push_back(std::move(found_[i].error));
  found_.clear();
  return first;
}

}  // namespace garboard::loading
