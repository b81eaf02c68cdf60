// SPDX-License-Identifier: Apache-2.0
// Log: what the process says on standard error while it works, as text for people or JSON lines for
// machines, redacted; and the one updating line of a terminal.
#pragma once

#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/redaction.hpp"
#include "cli/error_json.hpp"

namespace garboard::cli {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { text, json };

struct LogStyle {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;
  bool is_terminal = false;
  bool is_coloured = false;
};

/// Thread-safe: plugins log from their own threads, signals from ours.
class Log {
 public:
  Log(int fd, LogStyle style) noexcept : fd_(fd), style_(style) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void set_style(LogStyle style);
  [[nodiscard]] LogStyle style() const;
  /// Secrets added here are kept out of everything written later.
  void add_secret(std::string_view secret);
  [[nodiscard]] base::Redactor redactor() const;

  /// `fields`: an object whose members a JSON line carries too; text shows the message only.
  void write(LogLevel level, std::string_view message, Json fields = Json::object());
  void write(const base::Error& error);
  /// On a terminal: replaces the updating line; anything else that is written clears it first.
  void show_progress(std::string_view line);
  void clear_progress();

 private:
  void emit(const std::string& line);
  void erase_progress();

  mutable std::mutex mutex_;
  int fd_;
  LogStyle style_;
  base::Redactor redactor_;
  bool has_progress_ = false;
};

}  // namespace garboard::cli
