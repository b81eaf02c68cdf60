// SPDX-License-Identifier: Apache-2.0
#include "loading/problems.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace garboard::loading {

using base::Code;
using base::Error;

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
