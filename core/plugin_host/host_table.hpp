// SPDX-License-Identifier: Apache-2.0
// The functions that the host offers to plugins (gbd_host), none of which ever throws.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include <garboard/abi.h>

namespace garboard::plugin_host {

/// Must outlive every plugin's shutdown(). `log` and `is_cancelled` may be called from any thread;
/// calls of `log` never overlap.
class HostTable {
 public:
  HostTable(std::string version, std::function<bool()> is_cancelled,
            std::function<void(int, std::string_view)> log);
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

  std::string version_;
  std::function<bool()> is_cancelled_;
  std::function<void(int, std::string_view)> log_;
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
