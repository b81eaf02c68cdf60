// SPDX-License-Identifier: Apache-2.0
// The functions that the host offers to plugins (gbd_host), none of which ever throws.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include <garboard/abi.h>

#include "base/result.hpp"

namespace garboard::plugin_host {

/// The reason of a question's error where there is nobody to ask.
inline constexpr std::string_view no_connection = "no-connection";

/// What HostTable passes on. `log` and `is_cancelled` may be called from any thread; calls of `log`
/// never overlap.
struct HostCalls {
  std::function<bool()> is_cancelled = {};
  std::function<void(int level, std::string_view message)> log = {};
  /// The rows of a statement that only reads, as gbd_query says; empty = no such interface.
  std::function<base::Result<std::string>(std::string_view sql)> query = {};
};

/// Must outlive every plugin's shutdown().
class HostTable {
 public:
  HostTable(std::string version, HostCalls calls);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;
  ~HostTable() = default;
  [[nodiscard]] const gbd_host* table() const noexcept { return &table_.host; }

 private:
  // standard layout, so that a gbd_host of ours leads back to its owner
  struct Table {
    gbd_host host;
    HostTable* owner;
  };
  static HostTable& owner_of(const gbd_host* host) noexcept;
  static void write_log(const gbd_host* host, std::int32_t level, gbd_str message,
                        gbd_str fields_json) noexcept;
  static void fail(gbd_error* error, const gbd_error_info* info) noexcept;
  static std::int32_t cancelled(const gbd_host* host) noexcept;
  static const void* get_interface(const gbd_host* host, const char* id) noexcept;
  static gbd_status query(const gbd_host* host, gbd_str sql, const gbd_sink* rows_json) noexcept;

  std::string version_;
  HostCalls calls_;
  std::mutex log_mutex_;
  Table table_;
};

/// Collects what a plugin writes into a gbd_sink.
class TextSink {
 public:
  TextSink() noexcept : sink_{this, &write} {}
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;
  ~TextSink() = default;
  [[nodiscard]] const gbd_sink* sink() const noexcept { return &sink_; }
  /// False when there was not enough memory, or more than a plugin may write.
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }
  [[nodiscard]] std::string take() noexcept { return std::move(text_); }

 private:
  static void write(void* ctx, const char* text, std::size_t size) noexcept;
  std::string text_;
  bool is_complete_ = true;
  gbd_sink sink_;
};

}  // namespace garboard::plugin_host
