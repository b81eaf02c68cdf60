// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/host_table.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

#include "plugin_host/errors.hpp"

namespace garboard::plugin_host {
namespace {

constexpr std::size_t max_sink_size = std::size_t{64} * 1024 * 1024;
constexpr std::string_view host_name = "garboard";

std::string_view view(gbd_str text) noexcept {
  return text.ptr == nullptr ? std::string_view{} : std::string_view{text.ptr, text.len};
}

}  // namespace

HostTable::HostTable(std::string version, HostCalls calls)
    : version_(std::move(version)),
      calls_(std::move(calls)),
      table_{{sizeof(gbd_host),
              GARBOARD_ABI_MINOR,
              {host_name.data(), host_name.size()},
              {version_.data(), version_.size()},
              &write_log,
              &fail,
              &cancelled,
              &get_interface},
             this} {}

HostTable& HostTable::owner_of(const gbd_host* host) noexcept {
  static_assert(std::is_standard_layout_v<Table>);
  return *reinterpret_cast<const Table*>(host)->owner;
}

void HostTable::write_log(const gbd_host* host, std::int32_t level, gbd_str message,
                          gbd_str fields_json) noexcept {
  HostTable& self = owner_of(host);
  if (!self.calls_.log) return;
  try {
    std::string line(view(message));
    if (fields_json.len != 0) line.append(" ").append(view(fields_json));
    const std::lock_guard lock(self.log_mutex_);
    self.calls_.log(std::clamp<int>(level, 0, 3), line);
  } catch (const std::exception&) {
    return;  // a lost line of the log must not end the run
  }
}

void HostTable::fail(gbd_error* error, const gbd_error_info* info) noexcept {
  if (error == nullptr || info == nullptr) return;
  try {
    copy_error(*error, *info);
  } catch (const std::exception&) {
    error->flags = info->flags;  // what may be done next matters more than the text
  }
}

std::int32_t HostTable::cancelled(const gbd_host* host) noexcept {
  const HostTable& self = owner_of(host);
  try {
    return self.calls_.is_cancelled && self.calls_.is_cancelled() ? 1 : 0;
  } catch (const std::exception&) {
    return 1;
  }
}

const void* HostTable::get_interface(const gbd_host* host, const char* id) noexcept {
  static constexpr gbd_query questions{sizeof(gbd_query), 0, &query};
  const bool is_known = id != nullptr && std::string_view(id) == "garboard.query/1";
  return is_known && owner_of(host).calls_.query ? &questions : nullptr;
}

gbd_status HostTable::query(const gbd_host* host, gbd_str sql, const gbd_sink* rows_json) noexcept {
  try {
    const auto rows = owner_of(host).calls_.query(view(sql));
    const std::string& text = rows ? *rows : rows.error().message;
    rows_json->write(rows_json->ctx, text.data(), text.size());
    if (rows) return GBD_OK;
    return rows.error().reason == no_connection ? GBD_E_UNSUPPORTED : GBD_E_SQL;
  } catch (const std::exception&) {
    return GBD_E_NOMEM;
  }
}

void TextSink::write(void* ctx, const char* text, std::size_t size) noexcept {
  auto& self = *static_cast<TextSink*>(ctx);
  if (size > max_sink_size - self.text_.size()) {
    self.is_complete_ = false;
    return;
  }
  try {
    self.text_.append(text, size);
  } catch (const std::exception&) {
    self.is_complete_ = false;
  }
}

}  // namespace garboard::plugin_host
