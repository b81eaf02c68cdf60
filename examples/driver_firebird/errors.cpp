// SPDX-License-Identifier: Apache-2.0
#include "errors.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace firebird {
namespace {

struct Entry {
  ISC_STATUS code;
  std::vector<ISC_STATUS> numbers = {};
};

std::vector<Entry> entries_of(const ISC_STATUS* vector) {
  std::vector<Entry> entries;
  while (*vector != isc_arg_end) {
    if (*vector == isc_arg_gds) entries.push_back({vector[1]});
    if (*vector == isc_arg_number && !entries.empty()) entries.back().numbers.push_back(vector[1]);
    vector += *vector == isc_arg_cstring ? 3 : 2;
  }
  return entries;
}

class Codes {
 public:
  explicit Codes(std::vector<Entry> entries) : entries_(std::move(entries)) {}
  template <class... Code>
  [[nodiscard]] bool has(Code... codes) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return ((entry.code == static_cast<ISC_STATUS>(codes)) || ...);
    });
  }

 private:
  const std::vector<Entry> entries_;
};

/// One line, without those that say nothing.
std::string message_of(fb::IStatus* status) {
  std::array<char, 4096> buffer{};
  master()->getUtilInterface()->formatStatus(buffer.data(), buffer.size(), status);
  std::string text;
  std::string_view rest(buffer.data());
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.starts_with('-')) line.remove_prefix(1);
    if (line == "Dynamic SQL Error" || line.starts_with("SQL error code =")) continue;
    text.append(text.empty() ? "" : ": ").append(line);
  }
  return text.empty() ? std::string(buffer.data()) : text;
}

/// The byte that "line, column" of the message is about; both count from 1, columns in bytes.
std::int64_t position_of(const std::vector<Entry>& entries, std::string_view sql) {
  for (const Entry& entry : entries) {
    if (entry.code != isc_dsql_token_unk_err && entry.code != isc_dsql_line_col_error) continue;
    if (entry.numbers.size() != 2 || entry.numbers[0] < 1 || entry.numbers[1] < 1) continue;
    std::size_t start = 0;
    for (auto line = entry.numbers[0]; line > 1; --line) {
      start = sql.find('\n', start);
      if (start == std::string_view::npos) return -1;
      ++start;
    }
    const auto at = start + static_cast<std::size_t>(entry.numbers[1]) - 1;
    if (at <= sql.size()) return static_cast<std::int64_t>(at);
  }
  return -1;
}

gbd_status status_of(const Codes& codes, Doing doing) {
  if (codes.has(isc_login)) return GBD_E_AUTH;
  if (doing == Doing::opening) return GBD_E_CONNECT;
  if (codes.has(isc_cancelled)) return GBD_E_CANCELLED;
  if (codes.has(isc_lock_timeout)) return GBD_E_TIMEOUT;
  return GBD_E_SQL;
}

}  // namespace

sdk::Failure failure_of(const fb::FbException& thrown, Doing doing, std::string_view sql) {
  const std::vector<Entry> entries = entries_of(thrown.getStatus()->getErrors());
  const Codes codes(entries);
  sdk::Failure failure(status_of(codes, doing), message_of(thrown.getStatus()));
  std::array<char, 6> sqlstate{};
  fb_sqlstate(sqlstate.data(), thrown.getStatus()->getErrors());
  failure.sqlstate = sqlstate.data();
  failure.native_code = entries.empty() ? 0 : entries.front().code;
  if (codes.has(isc_idx_create_err)) failure.native_code = isc_idx_create_err;
  failure.position = position_of(entries, sql);
  if (doing == Doing::opening) return failure;
  if (codes.has(isc_deadlock, isc_lock_conflict, isc_update_conflict, isc_lock_timeout,
                isc_idx_create_err))
    failure.flags |= GBD_EF_RETRYABLE;
  if (codes.has(isc_network_error, isc_net_read_err, isc_net_write_err, isc_lost_db_connection,
                isc_att_shutdown, isc_shutdown, isc_bad_db_handle)) {
    failure.flags = GBD_EF_CONN_LOST;
    if (doing == Doing::committing) failure.flags |= GBD_EF_OUTCOME_UNKNOWN;
  }
  if (codes.has(isc_no_priv)) failure.context_json = R"({"class":"permission"})";
  if (codes.has(isc_read_only_database, isc_read_only_trans))
    failure.context_json = R"({"class":"readOnly"})";
  return failure;
}

bool is_left_by_a_crash(const sdk::Failure& failure) {
  return failure.native_code == isc_idx_create_err;
}

bool is_about_opening_a_file(const fb::FbException& thrown) {
  return Codes(entries_of(thrown.getStatus()->getErrors())).has(isc_io_open_err);
}

}  // namespace firebird
