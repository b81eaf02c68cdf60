// SPDX-License-Identifier: Apache-2.0
#include "guarded.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace garboard::conformance {

Guarded::Guarded(std::string_view bytes) : size_(bytes.size()) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t readable = (bytes.size() + page - 1) / page * page;
  mapped_ = readable + page;
  mapping_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  char* const first = static_cast<char*>(mapping_);
  begin_ = first + readable - bytes.size();
  if (!bytes.empty()) std::memcpy(begin_, bytes.data(), bytes.size());
  ::mprotect(first + readable, page, PROT_NONE);
}

Guarded::~Guarded() { ::munmap(mapping_, mapped_); }

}  // namespace garboard::conformance
