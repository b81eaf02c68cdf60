// SPDX-License-Identifier: Apache-2.0
#include "execution/foreign_time.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/number.hpp"

namespace garboard::execution {

namespace {

using std::string;
using std::string_view;
using std::chrono::microseconds;
using std::chrono::sys_time;

/// Takes numbers and characters off the front of a text.
class Scan {
 public:
  explicit Scan(string_view text) : rest_(text) {}

  std::optional<int> number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) return std::nullopt;
    const char* const end = rest_.data() + digits;
    const auto [stopped, failed] = std::from_chars(rest_.data(), end, value);
    if (failed != std::errc() || stopped != end || value < 0) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }
  bool one_of(string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// The digits at the front as a fraction.
  microseconds fraction() {
    std::int64_t value = 0;
    for (int i = 0; i < 6; ++i) {
      const bool is_digit = !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
      value = value * 10 + (is_digit ? rest_.front() - '0' : 0);
      if (is_digit) rest_.remove_prefix(1);
    }
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') rest_.remove_prefix(1);
    return microseconds(value);
  }
  [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }

 private:
  string_view rest_;
};

/// "+05:30", "-0300", "+00", "Z", or nothing.
std::optional<std::chrono::minutes> offset(Scan& scan) {
  while (scan.one_of(" ")) {
  }
  const bool is_west = scan.front() == '-';
  if (!scan.one_of("+-")) return std::chrono::minutes(0);
  const auto hours = scan.number(2);
  if (!hours) return std::nullopt;
  (void)scan.one_of(":");
  const int minutes = *hours * 60 + scan.number(2).value_or(0);
  return std::chrono::minutes(is_west ? -minutes : minutes);
}

std::optional<sys_time<microseconds>> parse_calendar(string_view text) {
  namespace c = std::chrono;
  Scan scan(text);
  const auto year = scan.number(4);
  if (!year || !scan.one_of("-")) return std::nullopt;
  const auto month = scan.number(2);
  if (!month || !scan.one_of("-")) return std::nullopt;
  const auto day = scan.number(2);
  if (!day || !scan.one_of(" T")) return std::nullopt;
  const auto hour = scan.number(2);
  if (!hour || !scan.one_of(":")) return std::nullopt;
  const auto minute = scan.number(2);
  if (!minute || !scan.one_of(":")) return std::nullopt;
  const auto second = scan.number(2);
  const c::year_month_day date(c::year(*year), c::month(static_cast<unsigned>(*month)),
                               c::day(static_cast<unsigned>(*day)));
  if (!second || !date.ok()) return std::nullopt;
  const microseconds part = scan.one_of(".,") ? scan.fraction() : microseconds(0);
  const auto zone = offset(scan);
  if (!zone) return std::nullopt;
  return c::sys_days(date) + c::hours(*hour) + c::minutes(*minute) + c::seconds(*second) + part -
         *zone;
}

std::optional<sys_time<microseconds>> parse_epoch(string_view text) {
  text = text.substr(0, text.find('.'));
  std::int64_t count = base::number_of<std::int64_t>(text).value_or(0);
  if (count <= 0 || text.size() > 16) return std::nullopt;
  if (text.size() < 12) count *= 1000000;                    // seconds
  if (text.size() >= 12 && text.size() < 15) count *= 1000;  // milliseconds
  return sys_time<microseconds>(microseconds(count));
}

string padded(std::int64_t number, std::size_t digits) {
  string text = std::to_string(number);
  return string(digits - std::min(digits, text.size()), '0') + text;
}

}  // namespace

string utc_of(string_view text) {
  namespace c = std::chrono;
  auto time = parse_calendar(text);
  if (!time) time = parse_epoch(text);
  if (!time) return {};
  const auto days = c::floor<c::days>(*time);
  const c::year_month_day date(days);
  const c::hh_mm_ss<microseconds> clock(*time - days);
  return padded(static_cast<int>(date.year()), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2) + " " + padded(clock.hours().count(), 2) +
         ":" + padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + "." +
         padded(clock.subseconds().count(), 6);
}

}  // namespace garboard::execution
