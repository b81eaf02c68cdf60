// SPDX-License-Identifier: Apache-2.0
// Loaded before all other libraries, for "faults.memory": an allocation that it is told to, fails.
#include <atomic>
#include <cerrno>
#include <cstddef>

namespace {

constinit std::atomic<long> made{0};
constinit std::atomic<long> fails_at{0};

bool is_refused() noexcept {
  const bool is_it = made.fetch_add(1) + 1 == fails_at.load();
  if (is_it) errno = ENOMEM;
  return is_it;
}

}  // namespace

extern "C" {

// of the C library, without a header
#ifdef __clang__
#pragma clang diagnostic ignored "-Wreserved-identifier"
#endif
// NOLINTBEGIN(readability-identifier-naming)
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(readability-identifier-naming)

#define EXPORTED __attribute__((visibility("default")))

/// From now on counts anew; the n-th allocation from here fails, none for 0. Returns how many
/// there were.
EXPORTED long garboard_nomem_at(long n) {
  fails_at = 0;
  const long count = made.exchange(0);
  fails_at = n;
  return count;
}

EXPORTED void* malloc(std::size_t size) noexcept {
  return is_refused() ? nullptr : __libc_malloc(size);
}
EXPORTED void* calloc(std::size_t count, std::size_t size) noexcept {
  return is_refused() ? nullptr : __libc_calloc(count, size);
}
EXPORTED void* realloc(void* old, std::size_t size) noexcept {
  return is_refused() ? nullptr : __libc_realloc(old, size);
}
EXPORTED void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return is_refused() ? nullptr : __libc_memalign(alignment, size);
}
EXPORTED int posix_memalign(void** made_at, std::size_t alignment, std::size_t size) noexcept {
  if (is_refused()) return ENOMEM;
  *made_at = __libc_memalign(alignment, size);
  return *made_at == nullptr ? ENOMEM : 0;
}
}
