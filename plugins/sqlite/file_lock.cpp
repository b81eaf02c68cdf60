// SPDX-License-Identifier: Apache-2.0
#include "file_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <garboard/driver.hpp>

namespace garboard::sqlite {
namespace {

// One byte for each key, far beyond SQLite's own at 1 GiB and beyond any database's size.
struct flock place_of(std::string_view key, short type) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a: the same in every build of this driver
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  struct flock place {};
  place.l_type = type;
  place.l_whence = SEEK_SET;
  place.l_start = static_cast<off_t>((std::uint64_t{1} << 62U) | (hash >> 8U));
  place.l_len = 1;
  return place;
}

[[noreturn]] void fail(const std::string& file, int number) {
  sdk::Failure failure(GBD_E_CONNECT, "cannot lock the database file " + file + ": " +
                                          std::generic_category().message(number));
  failure.native_code = number;
  if (number == EACCES || number == EPERM) failure.context_json = R"({"class":"permission"})";
  if (number == EROFS) failure.context_json = R"({"class":"readOnly"})";
  throw failure;
}

}  // namespace

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool FileLock::try_lock(const std::string& file, std::string_view key) {
  if (descriptor_ < 0) descriptor_ = open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (descriptor_ < 0) fail(file, errno);
  struct flock place = place_of(key, F_WRLCK);
  if (fcntl(descriptor_, F_OFD_SETLK, &place) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  fail(file, errno);
}

void FileLock::unlock(std::string_view key) noexcept {
  struct flock place = place_of(key, F_UNLCK);
  if (descriptor_ >= 0) fcntl(descriptor_, F_OFD_SETLK, &place);
}

}  // namespace garboard::sqlite
