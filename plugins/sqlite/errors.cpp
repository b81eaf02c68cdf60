// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"

#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "options.hpp"

namespace garboard::sqlite {
namespace {

using sdk::Failure;

constexpr const char* permission_class = R"({"class":"permission"})";
constexpr const char* read_only_class = R"({"class":"readOnly"})";

std::string text_of(int number) { return std::generic_category().message(number); }

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

const char* sqlstate_of(int primary, std::string_view message) {
  if (primary == SQLITE_CONSTRAINT) return "23000";
  if (primary == SQLITE_READONLY) return "25006";
  if (primary != SQLITE_ERROR) return "HY000";
  if (message.starts_with("no such table")) return "42S02";
  if (has(message, "syntax error") || has(message, "incomplete input") ||
      has(message, "unrecognized token"))
    return "42000";
  // "cannot VACUUM from within a transaction": PostgreSQL has a state for that, which hosts know
  if (message.starts_with("cannot start a transaction")) return "25000";
  if (has(message, "within a transaction") || has(message, "inside a transaction")) return "25001";
  return "HY000";
}

gbd_status status_of(int primary) {
  switch (primary) {
    case SQLITE_INTERRUPT:
      return GBD_E_CANCELLED;
    case SQLITE_CANTOPEN:
      return GBD_E_CONNECT;
    case SQLITE_NOTADB:
      return GBD_E_INVALID;
    case SQLITE_NOMEM:
      return GBD_E_NOMEM;
    case SQLITE_MISUSE:
      return GBD_E_INTERNAL;
    default:
      return GBD_E_SQL;
  }
}

// SQLITE_LOCKED is a conflict of the connection with itself, which trying again keeps.
bool is_retryable(int code) { return (code & 0xff) == SQLITE_BUSY; }

// ATTACH and VACUUM INTO open other files. SQLite names the one that it cannot open, which it does
// not do for its own file and journal; after one that is no database the own file can still be
// read.
bool is_about_own_file(sqlite3* handle, int primary, std::string_view message) {
  if (primary == SQLITE_CANTOPEN) return message == sqlite3_errstr(SQLITE_CANTOPEN);
  if (primary != SQLITE_NOTADB) return true;
  const int code = sqlite3_exec(handle, "PRAGMA main.schema_version", nullptr, nullptr, nullptr);
  return (code & 0xff) == SQLITE_NOTADB;
}

void name_file(Failure& failure, int primary, std::string_view path, int number) {
  if (!path.empty()) failure.message += ": " + std::string(path);
  if (number != 0) failure.message += ": " + text_of(number);
  if (primary != SQLITE_CANTOPEN) return;
  if (number == EACCES || number == EPERM) failure.context_json = permission_class;
  if (number == EROFS) failure.context_json = read_only_class;
}

Failure connect_failure(std::string message, std::string hint) {
  Failure failure(GBD_E_CONNECT, std::move(message));
  failure.hint = std::move(hint);
  return failure;
}

// Their locks do not reach other machines, or are known to lie (sqlite.org/howtocorrupt.html).
const char* network_name(const std::string& place) {
  struct statfs system {};
  if (statfs(place.c_str(), &system) != 0) return nullptr;
  switch (static_cast<std::uint32_t>(system.f_type)) {
    case 0x6969U:
      return "NFS";
    case 0x517BU:
    case 0xFF534D42U:
    case 0xFE534D42U:
      return "SMB";
    case 0x01021997U:
      return "9p";
    default:
      return nullptr;
  }
}

}  // namespace

Failure failure_of(sqlite3* handle, int code, std::string_view path) {
  const int primary = code & 0xff;
  const char* message = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  Failure failure(status_of(primary), message);
  failure.native_code = code;
  failure.sqlstate = sqlstate_of(primary, failure.message);
  if (is_retryable(code)) failure.flags |= GBD_EF_RETRYABLE;
#if SQLITE_VERSION_NUMBER >= 3038000
  if (handle != nullptr) failure.position = sqlite3_error_offset(handle);
#endif
  if (primary == SQLITE_READONLY) failure.context_json = read_only_class;
  if (primary == SQLITE_PERM || primary == SQLITE_AUTH) failure.context_json = permission_class;
  constexpr std::array files{SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_FULL,
                             SQLITE_NOTADB,   SQLITE_PERM,  SQLITE_CORRUPT};
  const bool has_errno =
      handle != nullptr && (primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR);
  const int number = has_errno ? sqlite3_system_errno(handle) : 0;
  const bool is_own = is_about_own_file(handle, primary, failure.message);
  if (!is_own) failure.status = GBD_E_SQL;
  if (std::find(files.begin(), files.end(), primary) != files.end())
    name_file(failure, primary, is_own ? path : std::string_view(), number);
  return failure;
}

void check_place(const Options& options) {
  if (options.is_memory()) return;
  const std::string file = options.file_name();
  struct stat info {};
  std::string place = file;
  if (stat(file.c_str(), &info) != 0) {
    if (errno == ENOENT && (options.mode != OpenMode::create || options.is_read_only))
      throw connect_failure("there is no database file " + options.path + " yet",
                            options.mode == OpenMode::create
                                ? "nothing is applied to it; garboard migrate makes the file"
                                : "with the parameter mode=rw or mode=ro the file must be there");
    place = file.substr(0, file.rfind('/') + 1);
    const int problem = stat(place.c_str(), &info) != 0 ? errno : 0;
    if (problem != 0)
      throw connect_failure("the folder of the database file " + options.path +
                                " cannot be opened: " + text_of(problem),
                            "make the folder first; only the file itself is made");
  } else if (S_ISDIR(info.st_mode)) {
    throw Failure(GBD_E_INVALID, options.path + " is a folder; name a file in it");
  }
  const char* network = network_name(place);
  if (network == nullptr) return;
  Failure failure(GBD_E_UNSUPPORTED,
                  options.path + " is on " + network + ", where SQLite's locks cannot be trusted");
  failure.hint = "put the file on a local disk or a block volume";
  throw failure;
}

}  // namespace garboard::sqlite
