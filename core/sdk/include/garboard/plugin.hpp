// SPDX-License-Identifier: Apache-2.0
// The C++20 layer over garboard/abi.h that drivers and hooks have in common. It holds the only
// exception barrier, and the macro behind GARBOARD_DRIVER and GARBOARD_HOOK.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <garboard/abi.h>

namespace garboard::sdk {

/// What a slot reports. Throw it; empty fields are left out.
struct Failure : std::exception {
  gbd_status status = GBD_E_INTERNAL;
  std::uint32_t flags = 0;  ///< GBD_EF_*
  std::int64_t native_code = 0;
  std::int64_t position = -1;  ///< 0-based byte offset in the call's sql
  std::string sqlstate, message, detail, hint, context_json;

  Failure(gbd_status failure_status, std::string text)
      : status(failure_status), message(std::move(text)) {}
  [[nodiscard]] const char* what() const noexcept override { return message.c_str(); }
};

[[nodiscard]] inline std::string_view view(gbd_str text) noexcept {
  return text.ptr == nullptr ? std::string_view{} : std::string_view{text.ptr, text.len};
}
[[nodiscard]] inline gbd_str str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
/// A cell or parameter that is SQL NULL.
inline constexpr gbd_str null_str{nullptr, 0};
/// The empty string as a cell: its pointer must not be NULL.
[[nodiscard]] inline gbd_str cell(std::string_view text) noexcept {
  return {text.data() == nullptr ? "" : text.data(), text.size()};
}

/// The host of this plugin; null before init.
inline const gbd_host*& host_slot() noexcept {
  static const gbd_host* host = nullptr;
  return host;
}
/// True once the run was interrupted; poll it in waits that cancel() cannot end.
[[nodiscard]] inline bool is_cancelled() noexcept {
  const gbd_host* host = host_slot();
  return host != nullptr && GBD_HAS(gbd_host, host, cancelled) && host->cancelled(host) != 0;
}
/// A line for the host's log; levels as in gbd_host.
inline void log(std::int32_t level, std::string_view message) noexcept {
  const gbd_host* host = host_slot();
  if (host != nullptr && GBD_HAS(gbd_host, host, log))
    host->log(host, level, {message.data(), message.size()}, {nullptr, 0});
}

namespace detail {

inline void report(gbd_error* error, const Failure& failure) noexcept {
  const gbd_host* host = host_slot();
  if (host == nullptr || error == nullptr) return;
  gbd_error_info info{};
  info.size = sizeof info;
  info.flags = failure.flags;
  info.native_code = failure.native_code;
  info.position = failure.position;
  info.sqlstate = str(failure.sqlstate);
  info.message = str(failure.message);
  info.detail = str(failure.detail);
  info.hint = str(failure.hint);
  info.context_json = str(failure.context_json);
  host->fail(error, &info);
}

inline gbd_status plain_failure(gbd_error* error, gbd_status status, const char* text) noexcept {
  const gbd_host* host = host_slot();
  if (host == nullptr || error == nullptr) return status;
  gbd_error_info info{};
  info.size = sizeof info;
  info.position = -1;
  info.message = str(text);
  host->fail(error, &info);
  return status;
}

/// Runs `body` and turns whatever it throws into a status.
template <class Body>
gbd_status barrier(gbd_error* error, Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return GBD_OK;
  } catch (const Failure& failure) {
    report(error, failure);
    return failure.status == GBD_OK ? static_cast<gbd_status>(GBD_E_INTERNAL) : failure.status;
  } catch (const std::bad_alloc&) {
    return plain_failure(error, GBD_E_NOMEM, "out of memory");
  } catch (const std::exception& unexpected) {
    return plain_failure(error, GBD_E_INTERNAL, unexpected.what());
  } catch (...) {
    return plain_failure(error, GBD_E_INTERNAL,
                         "the plugin threw something that is no std::exception");
  }
}

inline void write(const gbd_sink* sink, std::string_view text) noexcept {
  sink->write(sink->ctx, text.data(), text.size());
}

}  // namespace detail

}  // namespace garboard::sdk

/// Defines the plugin's only exported symbol and its identity note, which is as in abi.h.
/// `more_json`: further members of the note, each with a comma before it.
#define GARBOARD_PLUGIN(kind, interface_id, interface_table, plugin_name, plugin_version,        \
                        more_json)                                                               \
  GARBOARD_NOTE("{\"abi\":\"1.0\",\"minHost\":\"1.0\",\"name\":\"" plugin_name                   \
                "\",\"version\":\"" plugin_version "\",\"kinds\":[\"" kind "\"]" more_json "}"); \
  namespace {                                                                                    \
  gbd_status garboard_plugin_init(const gbd_host* host, gbd_error*) noexcept {                   \
    ::garboard::sdk::host_slot() = host;                                                         \
    return GBD_OK;                                                                               \
  }                                                                                              \
  void garboard_plugin_shutdown() noexcept { ::garboard::sdk::host_slot() = nullptr; }           \
  const void* garboard_plugin_interface(const char* id) noexcept {                               \
    return std::string_view(id) == interface_id ? &(interface_table) : nullptr;                  \
  }                                                                                              \
  constexpr gbd_plugin garboard_plugin_table = {sizeof(gbd_plugin),                              \
                                                GARBOARD_ABI_MINOR,                              \
                                                0,                                               \
                                                GBD_LIT(plugin_name),                            \
                                                GBD_LIT(plugin_version),                         \
                                                GBD_LIT(""),                                     \
                                                GBD_LIT(""),                                     \
                                                GBD_LIT(""),                                     \
                                                &garboard_plugin_init,                           \
                                                &garboard_plugin_shutdown,                       \
                                                &garboard_plugin_interface};                     \
  }                                                                                              \
  extern "C" GBD_EXPORT const gbd_plugin* garboard_plugin_v1(void) noexcept {                    \
    return &garboard_plugin_table;                                                               \
  }
