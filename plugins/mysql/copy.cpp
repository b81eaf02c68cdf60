// SPDX-License-Identifier: Apache-2.0
// Session::copy_in: rows streamed into LOAD DATA LOCAL INFILE. The server's word for the file's
// name is never looked at: what is sent comes from the host, or nothing is sent.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "session.hpp"

namespace garboard::mysql {
namespace {

constexpr int refused = 2068;  // what Oracle's client says when a request is not allowed

// So that a server that was not asked to load anything gets nothing.
bool is_load_statement(std::string_view sql) {
  constexpr std::string_view word = "LOAD DATA LOCAL INFILE ";
  return sql.starts_with(word);
}

bool is_unsupported(std::int64_t number) {
  constexpr std::int64_t not_allowed = 1148, disabled = 3948, mariadb_disabled = 4166;
  return number == not_allowed || number == disabled || number == mariadb_disabled ||
         number == refused;
}

}  // namespace

struct Session::Infile {
  static int start(void** raw, const char*, void* session) noexcept {
    *raw = session;
    return static_cast<Session*>(session)->infile_ == nullptr ? 1 : 0;
  }
  static int read(void* raw, char* buffer, unsigned size) noexcept {
    Infile* const self = static_cast<Session*>(raw)->infile_;
    if (self == nullptr || sdk::is_cancelled()) return -1;
    const std::size_t n = self->reader.read(self->reader.ctx, buffer, size);
    self->is_broken_off = n > size;
    return self->is_broken_off ? -1 : static_cast<int>(n);
  }
  static void end(void*) noexcept {}
  static int error(void*, char* text, unsigned size) noexcept {
    std::snprintf(text, size, "no file of this machine is sent to a server");
    return refused;
  }

  sdk::CopyReader reader;
  bool is_broken_off = false;
};

void Session::guard_local_files() {
  mysql_set_local_infile_handler(client_.get(), &Infile::start, &Infile::read, &Infile::end,
                                 &Infile::error, this);
}

std::int64_t Session::copy_in(std::string_view sql, sdk::CopyReader reader) {
  if (!is_load_statement(sql))
    throw sdk::Failure(GBD_E_INVALID,
                       "the statement does not begin with LOAD DATA LOCAL INFILE, so it takes no "
                       "rows");
  // LOCAL turns errors into warnings and leaves rows out: each warning has to be seen as what it is
  run("SET @garboard_sql_notes = @@SESSION.sql_notes, SESSION sql_notes = 0", Activity::read);
  Infile infile{reader};
  infile_ = &infile;
  std::int64_t rows = 0;
  try {
    rows = run_bound(sql, {}, {}, {});
    infile_ = nullptr;
    fail_on_warning();
  } catch (sdk::Failure& failure) {
    infile_ = nullptr;
    if ((failure.flags & (GBD_EF_CONN_LOST | GBD_EF_TX_ABORTED)) != 0) throw;
    run("SET SESSION sql_notes = @garboard_sql_notes", Activity::read);
    if (sdk::is_cancelled()) throw sdk::Failure(GBD_E_CANCELLED, "stopped while loading rows");
    if (infile.is_broken_off)
      throw sdk::Failure(GBD_E_CANCELLED, "the rows could not be read to their end");
    if (is_unsupported(failure.native_code)) failure.status = GBD_E_UNSUPPORTED;
    throw;
  }
  run("SET SESSION sql_notes = @garboard_sql_notes", Activity::read);
  return rows;
}

void Session::fail_on_warning() {
  if (mysql_warning_count(client_.get()) == 0) return;
  sdk::Failure failure(GBD_E_SQL, "the server refused a row");
  run("SHOW WARNINGS LIMIT 1", Activity::read, {}, [&failure](std::span<const gbd_str> cells) {
    const std::string number(sdk::view(cells[1]));
    failure.native_code = std::strtol(number.c_str(), nullptr, 10);
    failure.message = std::string(sdk::view(cells[2]));
    return true;
  });
  failure.context_json = row_context(failure.message);
  throw failure;
}

}  // namespace garboard::mysql
