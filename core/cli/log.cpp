// SPDX-License-Identifier: Apache-2.0
#include "cli/log.hpp"

#include <array>
#include <chrono>

#include "base/time.hpp"
#include "cli/error_text.hpp"
#include "cli/output.hpp"

namespace garboard::cli {

namespace {

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

std::string now_text() { return base::utc_text(std::chrono::system_clock::now()); }
std::string name_of(LogLevel level) {
  return std::string(level_names.at(static_cast<std::size_t>(level)));
}

}  // namespace

void Log::set_style(LogStyle style) {
  const std::scoped_lock guard(mutex_);
  style_ = style;
}

LogStyle Log::style() const {
  const std::scoped_lock guard(mutex_);
  return style_;
}

void Log::add_secret(std::string_view secret) {
  const std::scoped_lock guard(mutex_);
  redactor_.add(secret);
}

base::Redactor Log::redactor() const {
  const std::scoped_lock guard(mutex_);
  return redactor_;
}

// One write for each line, so that lines of several processes do not mix.
void Log::emit(const std::string& line) {
  erase_progress();
  write_all(fd_, line);
}

void Log::write(LogLevel level, std::string_view message, Json fields) {
  const std::scoped_lock guard(mutex_);
  if (level < style_.level) return;
  const std::string shown = redactor_.apply(message);
  if (style_.format == LogFormat::json) {
    Json line = {{"time", now_text()}, {"level", name_of(level)}, {"message", shown}};
    redact_json(fields, redactor_);
    line.update(fields);
    emit(dumped(line) + "\n");
    return;
  }
  std::string line = now_text() + " ";
  const bool is_marked = style_.is_coloured && level >= LogLevel::warn;
  if (is_marked) line += level == LogLevel::warn ? "\033[33m" : "\033[31m";
  line += name_of(level);
  if (is_marked) line += "\033[0m";
  emit(line + " " + printable(shown) + "\n");
}

void Log::write(const base::Error& error) {
  const std::scoped_lock guard(mutex_);
  if (style_.format == LogFormat::text) {
    emit(error_text(error, redactor_, style_.is_coloured ? Colour::on : Colour::off));
    return;
  }
  Json line = {{"time", now_text()}, {"level", "error"}};
  line.update(error_json(error, redactor_));
  emit(dumped(line) + "\n");
}

void Log::show_progress(std::string_view line) {
  const std::scoped_lock guard(mutex_);
  if (!style_.is_terminal || style_.format != LogFormat::text || style_.level > LogLevel::info)
    return;
  write_all(fd_, "\r\033[K" + printable(redactor_.apply(line)));
  has_progress_ = true;
}

void Log::clear_progress() {
  const std::scoped_lock guard(mutex_);
  erase_progress();
}

void Log::erase_progress() {
  if (has_progress_) write_all(fd_, "\r\033[K");
  has_progress_ = false;
}

}  // namespace garboard::cli
