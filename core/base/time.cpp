// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <time.h>

#include <array>
#include <cstdio>

namespace garboard::base {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::int64_t longest_ms = 3650LL * 86'400'000;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The number at the front of `text`, which it is cut from; nullopt when there is none or it is
// huge.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  std::size_t n = 0;
  for (; n < text.size() && is_digit(text[n]); ++n) {
    number = number * 10 + (text[n] - '0');
    if (number > longest_ms) return std::nullopt;
  }
  if (n == 0) return std::nullopt;
  text.remove_prefix(n);
  return number;
}

std::string_view take_letters(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && !is_digit(text[n])) ++n;
  const std::string_view letters = text.substr(0, n);
  text.remove_prefix(n);
  return letters;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const std::optional<std::int64_t> number = take_number(text);
    if (!number) return std::nullopt;
    const std::string_view letters = take_letters(text);
    while (next_unit < units.size() && units.at(next_unit).name != letters) ++next_unit;
    if (next_unit == units.size()) return std::nullopt;
    if (*number > longest_ms / units.at(next_unit).ms) return std::nullopt;
    total += *number * units.at(next_unit).ms;
    ++next_unit;
  }
  if (total > longest_ms) return std::nullopt;
  return std::chrono::milliseconds{total};
}

std::string duration_text(std::chrono::milliseconds duration) {
  std::int64_t rest = duration.count();
  if (rest <= 0) return "0";
  std::string text;
  for (const Unit& unit : units) {
    if (rest < unit.ms) continue;
    text += std::to_string(rest / unit.ms);
    text += unit.name;
    rest %= unit.ms;
  }
  return text;
}

std::string rounded_duration_text(std::chrono::milliseconds duration) {
  const std::int64_t ms = duration.count();
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (ms < 60'000) return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
  return std::to_string(ms / 60'000) + " min " + std::to_string(ms % 60'000 / 1000) + " s";
}

std::string utc_text(std::chrono::system_clock::time_point when) {
  using std::chrono::floor;
  const auto seconds = floor<std::chrono::seconds>(when);
  const auto ms = floor<std::chrono::milliseconds>(when - seconds).count();
  const time_t clock = std::chrono::system_clock::to_time_t(seconds);
  tm parts{};
  gmtime_r(&clock, &parts);
  std::array<char, 80> text{};
  const int n = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                              parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                              parts.tm_min, parts.tm_sec, static_cast<int>(ms));
  return {text.data(), static_cast<std::size_t>(n)};
}

}  // namespace garboard::base
