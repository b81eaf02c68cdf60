// SPDX-License-Identifier: Apache-2.0
// The C++20 layer over garboard/abi.h for authors of drivers: write a Connection class that throws
// garboard::sdk::Failure, and GARBOARD_DRIVER makes the C tables.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <garboard/abi.h>
#include <garboard/plugin.hpp>

namespace garboard::sdk {

/// Options of one exec or batch, readable whatever the size of the caller's gbd_call.
class Call {
 public:
  explicit Call(const gbd_call* call) noexcept : call_(call) {}
  [[nodiscard]] std::int64_t timeout_ms() const noexcept {
    return call_ != nullptr && has(offsetof(gbd_call, timeout_ms), sizeof call_->timeout_ms)
               ? call_->timeout_ms
               : 0;
  }
  [[nodiscard]] std::span<const gbd_str> params() const noexcept {
    if (call_ == nullptr || !has(offsetof(gbd_call, n_params), sizeof call_->n_params)) return {};
    return {call_->params, call_->n_params};
  }
  [[nodiscard]] bool wants_rows() const noexcept {
    return call_ != nullptr && GBD_HAS(gbd_call, call_, row);
  }
  void columns(std::span<const gbd_str> names) const noexcept {
    if (call_ != nullptr && GBD_HAS(gbd_call, call_, columns))
      call_->columns(call_->ctx, names.data(), names.size());
  }
  /// False when the caller has seen enough.
  [[nodiscard]] bool row(std::span<const gbd_str> cells) const noexcept {
    return !wants_rows() || call_->row(call_->ctx, cells.data(), cells.size()) == 0;
  }

 private:
  [[nodiscard]] bool has(std::size_t offset, std::size_t size) const noexcept {
    return call_->size >= offset + size;
  }
  const gbd_call* call_;
};

/// What GARBOARD_DRIVER needs. A Driver has static `std::string describe()` and static
/// `std::unique_ptr<Connection> open(std::string_view options_json)`; a Connection has:
///   std::int64_t exec(std::string_view sql, const Call&);     one statement; affected rows or -1
///   void tx(std::int32_t op);                                 GBD_TX_*
///   std::string server_info();
/// and, each optional (a missing one becomes a NULL slot):
///   void batch(std::span<const gbd_stmt>, std::uint32_t flags, const Call&, std::size_t& done);
///   std::int64_t copy_in(std::string_view sql, CopyReader);
///   void lock(std::string_view key, std::int64_t timeout_ms); void unlock(std::string_view key);
///   void cancel();                                            called from another thread
///   std::string fingerprint(std::string_view sql);            throw GBD_E_UNSUPPORTED when it
///   cannot tell
///   std::string blockers(std::string_view waiting_session);   together with
///   std::string lock_holders(std::string_view key);
///   std::string render(std::string_view op_json);             needs Driver::outline as well
/// A Driver that renders logical operations also has `static std::string outline(std::string_view
/// op_json)`, which answers without a connection.
template <class D>
concept Driver = requires(typename D::Connection& connection, std::string_view text) {
  { D::describe() } -> std::convertible_to<std::string>;
  { D::open(text) } -> std::same_as<std::unique_ptr<typename D::Connection>>;
  { connection.server_info() } -> std::convertible_to<std::string>;
};

/// Reads the rows of a COPY; returns 0 at the end and throws when the host cannot read on, in which
/// case the COPY must be aborted.
struct CopyReader {
  void* ctx;
  std::size_t (*read)(void* ctx, char* buffer, std::size_t size) GBD_NX;
  [[nodiscard]] std::size_t operator()(std::span<char> buffer) const {
    const std::size_t n = read(ctx, buffer.data(), buffer.size());
    if (n > buffer.size())
      throw Failure(GBD_E_CANCELLED, "the rows could not be read to their end");
    return n;
  }
};

template <Driver D>
class DriverTable {
  using C = typename D::Connection;
  static C& connection(gbd_conn* raw) noexcept { return *reinterpret_cast<C*>(raw); }

  static gbd_status describe(const gbd_sink* json, gbd_error* error) noexcept {
    return detail::barrier(error, [&] { detail::write(json, D::describe()); });
  }
  static gbd_status open(gbd_str options, gbd_conn** out, gbd_error* error) noexcept {
    return detail::barrier(
        error, [&] { *out = reinterpret_cast<gbd_conn*>(D::open(view(options)).release()); });
  }
  static void close(gbd_conn* raw) noexcept { delete &connection(raw); }
  static gbd_status server_info(gbd_conn* raw, const gbd_sink* json, gbd_error* error) noexcept {
    return detail::barrier(error, [&] { detail::write(json, connection(raw).server_info()); });
  }
  static gbd_status exec(gbd_conn* raw, gbd_str sql, const gbd_call* call, std::int64_t* affected,
                         gbd_error* error) noexcept {
    return detail::barrier(error, [&] {
      const std::int64_t rows = connection(raw).exec(view(sql), Call(call));
      if (affected != nullptr) *affected = rows;
    });
  }
  static gbd_status tx(gbd_conn* raw, std::int32_t op, gbd_error* error) noexcept {
    return detail::barrier(error, [&] { connection(raw).tx(op); });
  }
  static gbd_status batch(gbd_conn* raw, const gbd_stmt* statements, std::size_t n,
                          std::uint32_t flags, const gbd_call* call, std::size_t* done,
                          gbd_error* error) noexcept {
    std::size_t count = 0;
    const gbd_status status = detail::barrier(
        error, [&] { connection(raw).batch(std::span(statements, n), flags, Call(call), count); });
    if (done != nullptr) *done = count;
    return status;
  }
  static gbd_status copy_in(gbd_conn* raw, gbd_str sql, void* ctx,
                            std::size_t (*read)(void*, char*, std::size_t) GBD_NX,
                            std::int64_t* rows, gbd_error* error) noexcept {
    return detail::barrier(error, [&] {
      const std::int64_t n = connection(raw).copy_in(view(sql), CopyReader{ctx, read});
      if (rows != nullptr) *rows = n;
    });
  }
  static gbd_status lock(gbd_conn* raw, gbd_str key, std::int64_t timeout_ms,
                         gbd_error* error) noexcept {
    return detail::barrier(error, [&] { connection(raw).lock(view(key), timeout_ms); });
  }
  static gbd_status unlock(gbd_conn* raw, gbd_str key, gbd_error* error) noexcept {
    return detail::barrier(error, [&] { connection(raw).unlock(view(key)); });
  }
  static gbd_status cancel(gbd_conn* raw, gbd_error* error) noexcept {
    return detail::barrier(error, [&] { connection(raw).cancel(); });
  }
  static gbd_status fingerprint(gbd_conn* raw, gbd_str sql, const gbd_sink* out,
                                gbd_error* error) noexcept {
    return detail::barrier(error,
                           [&] { detail::write(out, connection(raw).fingerprint(view(sql))); });
  }
  static gbd_status render(gbd_conn* raw, gbd_str operation, const gbd_sink* json,
                           gbd_error* error) noexcept {
    return detail::barrier(error, [&] {
      detail::write(json, raw == nullptr ? D::outline(view(operation))
                                         : connection(raw).render(view(operation)));
    });
  }
  static gbd_status blockers(gbd_conn* raw, gbd_str waiting, gbd_str key, const gbd_sink* json,
                             gbd_error* error) noexcept {
    return detail::barrier(error, [&] {
      detail::write(json, key.ptr == nullptr ? connection(raw).blockers(view(waiting))
                                             : connection(raw).lock_holders(view(key)));
    });
  }

 public:
  /// The table, with a NULL slot for each optional function that Connection lacks.
  static constexpr gbd_driver make() noexcept {
    gbd_driver table{};
    table.size = sizeof table;
    table.describe = &describe;
    table.open = &open;
    table.close = &close;
    table.server_info = &server_info;
    table.exec = &exec;
    table.tx = &tx;
    if constexpr (requires { &C::batch; }) table.batch = &batch;
    if constexpr (requires { &C::copy_in; }) table.copy_in = &copy_in;
    if constexpr (requires { &C::lock; }) table.lock = &lock;
    if constexpr (requires { &C::unlock; }) table.unlock = &unlock;
    if constexpr (requires { &C::cancel; }) table.cancel = &cancel;
    if constexpr (requires { &C::fingerprint; }) table.fingerprint = &fingerprint;
    if constexpr (requires { &C::render; }) table.render = &render;
    if constexpr (requires { &C::blockers; }) table.blockers = &blockers;
    return table;
  }
};

}  // namespace garboard::sdk

/// Defines the plugin's only exported symbol and its identity note:
///   GARBOARD_DRIVER(MyDriver, "mydb", "1.0.0", "[\"mydb\"]")
#define GARBOARD_DRIVER(driver_type, plugin_name, plugin_version, schemes_json)               \
  namespace {                                                                                 \
  constexpr gbd_driver garboard_table = ::garboard::sdk::DriverTable<driver_type>::make();    \
  }                                                                                           \
  GARBOARD_PLUGIN("driver", "garboard.driver/1", garboard_table, plugin_name, plugin_version, \
                  ",\"schemes\":" schemes_json)
