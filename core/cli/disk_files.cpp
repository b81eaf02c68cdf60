// SPDX-License-Identifier: Apache-2.0
#include "cli/disk_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace garboard::cli {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Error;
using base::Result;

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

Error file_error(const fs::path& path, std::string what, std::string hint = {}) {
  return Error{.code = Code::bad_input,
               .message = "'" + path.string() + "' " + std::move(what),
               .hint = std::move(hint),
               .where = {.file = path.string()}};
}

Error system_error(const fs::path& path, int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return file_error(path, "does not exist");
    case EACCES:
      return file_error(path, "may not be read",
                        "it is read as user " + std::to_string(::geteuid()) + ", group " +
                            std::to_string(::getegid()) +
                            "; of a mounted volume see defaultMode and fsGroup");
    case ELOOP:
      return file_error(path, "is a loop of symbolic links");
    default:
      return file_error(path, "cannot be read: " + std::generic_category().message(number));
  }
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

Result<Descriptor> open_regular(const fs::path& path, struct stat& facts) {
  // Of a pipe that nobody writes to, O_NONBLOCK avoids waiting for ever; for a regular file it
  // means nothing.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) {
    const int number = errno;
    if (number == ENXIO)
      return file_error(path, "is a socket or a device, expected a regular file");
    return system_error(path, number);
  }
  if (::fstat(file.get(), &facts) != 0) return system_error(path, errno);
  if (!S_ISREG(facts.st_mode))
    return file_error(path,
                      "is " + std::string(kind_of(facts.st_mode)) + ", expected a regular file");
  return file;
}

class FileSource final : public base::ByteSource {
 public:
  FileSource(Descriptor file, fs::path path) : file_(std::move(file)), path_(std::move(path)) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    for (;;) {
      const ssize_t got = ::read(file_.get(), buffer.data(), buffer.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return system_error(path_, errno);
    }
  }

 private:
  Descriptor file_;
  fs::path path_;
};

/// nullopt, with errno, when there is no such file.
std::optional<fs::path> real_path(const fs::path& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (!real) return std::nullopt;
  return fs::path(real.get());
}

bool is_beneath(const fs::path& path, const fs::path& folder) {
  const std::string& inner = path.native();
  const std::string& outer = folder.native();
  if (outer == "/") return true;
  return inner.size() > outer.size() && inner.starts_with(outer) && inner[outer.size()] == '/';
}

/// True when following the `..` as they are written leaves the folder on the way.
bool climbs_out(const fs::path& relative) {
  int depth = 0;
  for (const fs::path& part : relative) {
    if (part == "..") {
      if (--depth < 0) return true;
    } else if (!part.empty() && part != ".") {
      ++depth;
    }
  }
  return false;
}

}  // namespace

Result<std::string> DiskFiles::read(const fs::path& path, std::uint64_t max_bytes) {
  struct stat facts {};
  Result<Descriptor> file = open_regular(path, facts);
  if (!file) return std::move(file).error();
  const auto too_long = [&] {
    return file_error(path, "is longer than " + std::to_string(max_bytes) + " bytes");
  };
  if (static_cast<std::uint64_t>(facts.st_size) > max_bytes) return too_long();
  std::string text(static_cast<std::size_t>(facts.st_size) + 1, '\0');
  FileSource source(*std::move(file), path);
  std::size_t length = 0;
  for (;;) {  // the size may be wrong by now, and is 0 in /proc
    const Result<std::size_t> got = source.read(std::span(text).subspan(length));
    if (!got) return got.error();
    length += *got;
    if (length > max_bytes) return too_long();
    if (*got == 0) break;
    if (length == text.size()) text.resize(2 * text.size());
  }
  text.resize(length);
  return text;
}

Result<std::unique_ptr<base::ByteSource>> DiskFiles::open(const fs::path& path) {
  struct stat facts {};
  Result<Descriptor> file = open_regular(path, facts);
  if (!file) return std::move(file).error();
  return std::unique_ptr<base::ByteSource>(std::make_unique<FileSource>(*std::move(file), path));
}

Result<std::vector<ports::FolderEntry>> DiskFiles::list(const fs::path& folder) {
  std::error_code failure;
  std::vector<ports::FolderEntry> entries;
  for (fs::directory_iterator next(folder, failure), end; !failure && next != end;
       next.increment(failure)) {
    const std::string name = next->path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code unreadable;  // a link that leads nowhere is not there
    const fs::file_status status = next->status(unreadable);
    if (fs::is_directory(status) || fs::is_regular_file(status))
      entries.push_back({name, fs::is_directory(status)});
  }
  if (failure == std::errc::not_a_directory)
    return file_error(folder, "is a file, expected a folder");
  if (failure) return system_error(folder, failure.value());
  std::ranges::sort(entries, {}, &ports::FolderEntry::name);
  return entries;
}

Result<fs::path> DiskFiles::resolve_beneath(const fs::path& folder, const fs::path& relative) {
  const fs::path shown_folder = folder.empty() ? fs::path(".") : folder;
  if (relative.empty()) return file_error(relative, "is no path");
  if (relative.is_absolute())
    return file_error(relative, "is an absolute path, expected one relative to the plan's folder");
  const std::string outside = "leaves the folder '" + shown_folder.string() + "'";
  const std::string hint = "files of a plan lie in its folder or beneath";
  if (climbs_out(relative)) return file_error(relative, outside, hint);
  const std::optional<fs::path> real_folder = real_path(shown_folder);
  if (!real_folder) return system_error(shown_folder, errno);
  const fs::path whole = folder / relative;
  const std::optional<fs::path> real = real_path(whole);
  if (!real) return system_error(whole, errno);
  if (!is_beneath(*real, *real_folder))
    return file_error(relative, outside + " through a symbolic link", hint);
  return *real;
}

}  // namespace garboard::cli
