// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "base/number.hpp"
#include "base/time.hpp"
#include "model/change.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

constexpr std::size_t max_count = model::max_lock_retries;  // of the only setting of its kind
constexpr double max_decimal = 1000;

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  for_each_part(text, ',', [&](std::string_view part) {
    if (!part.empty()) parts.emplace_back(part);
  });
  return parts;
}

std::optional<bool> read_bool(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return std::nullopt;
}

std::optional<std::size_t> read_number(std::string_view text) {
  const std::optional<std::size_t> number = base::number_of<std::size_t>(text);
  return number == 0U ? std::nullopt : number;
}

std::optional<double> read_decimal(std::string_view text) {
  double number = 0;
  const auto [end, failure] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number >= 0 && number <= max_decimal ? std::optional(number) : std::nullopt;
}

std::string spelled_choices(std::string_view choices) {
  std::string text;
  for_each_part(choices, '|',
                [&](std::string_view part) { (text += text.empty() ? "" : ", ") += part; });
  return text;
}

// What is wrong with one value; empty when nothing is. Never shows the value of a free text.
std::string problem_of(const OptionSpec& option, std::string_view value) {
  switch (option.kind) {
    case ValueKind::flag:
      return read_bool(value) ? "" : "expected true or false";
    case ValueKind::number:
      return read_number(value) ? "" : "expected a whole number from 1";
    case ValueKind::count:
      return base::number_of<std::size_t>(value).value_or(max_count + 1) <= max_count
                 ? ""
                 : "expected a whole number from 0 to " + std::to_string(max_count);
    case ValueKind::decimal:
      return read_decimal(value) ? "" : "expected a number from 0, such as 1.5";
    case ValueKind::duration:
      return base::parse_duration(value) ? "" : "expected a duration such as 500ms, 30s or 5m";
    case ValueKind::choice: {
      bool is_known = false;
      for_each_part(option.choices, '|', [&](std::string_view part) { is_known |= part == value; });
      return is_known ? "" : "expected one of " + spelled_choices(option.choices);
    }
    case ValueKind::text:
    case ValueKind::list:
    case ValueKind::path:
      return value.empty() ? "the value is empty" : "";
  }
  return {};
}

Result<void> check(const OptionSpec& option, const Setting& setting) {
  if (setting.origin == Origin::fallback) return {};
  for (const std::string& value : setting.values) {
    const std::string problem = problem_of(option, value);
    if (problem.empty()) continue;
    return Error{.code = setting.origin == Origin::flag ? Code::usage : Code::bad_input,
                 .message = setting.place + ": " + problem,
                 .hint = "it sets: " + std::string(option.help)};
  }
  return {};
}

Setting resolve(const OptionSpec& option, const Arguments& arguments,
                const Environment& environment, FileSettings& file) {
  Setting setting;
  for (const auto& [given, value] : arguments.options) {
    if (given != &option) continue;
    if (option.kind != ValueKind::list) setting.values.clear();
    setting.values.push_back(value);
    setting.origin = Origin::flag;
    setting.place = "--" + std::string(option.name);
  }
  if (setting.origin == Origin::flag) return setting;
  if (option.is_setting) {
    const std::string name = environment_name(option);
    if (std::optional<std::string> value = environment.get(name)) {
      setting.values = option.kind == ValueKind::list ? split_list(*value) : std::vector{*value};
      setting.origin = Origin::environment;
      setting.place = name;
      return setting;
    }
    if (const auto found = file.find(option.name); found != file.end())
      return std::move(found->second);
  }
  if (!option.default_value.empty()) setting.values.emplace_back(option.default_value);
  return setting;
}

}  // namespace

Result<Settings> Settings::make(const Arguments& arguments, const Environment& environment,
                                FileSettings file) {
  Settings settings;
  for (const OptionSpec& option : option_specs()) {
    Setting setting = resolve(option, arguments, environment, file);
    if ((option.commands & bit(arguments.command)) != 0) {
      Result<void> checked = check(option, setting);
      if (!checked) return std::move(checked).error();
    }
    settings.settings_.emplace(option.name, std::move(setting));
  }
  return settings;
}

const Setting& Settings::setting(std::string_view name) const {
  const auto found = settings_.find(name);
  assert(found != settings_.end());
  return found->second;
}

const std::string& Settings::text(std::string_view name) const {
  static const std::string none;
  const Setting& found = setting(name);
  return found.values.empty() ? none : found.values.back();
}

const std::vector<std::string>& Settings::list(std::string_view name) const {
  return setting(name).values;
}

bool Settings::is_on(std::string_view name) const { return read_bool(text(name)).value_or(false); }

std::chrono::milliseconds Settings::duration(std::string_view name) const {
  return base::parse_duration(text(name)).value_or(std::chrono::milliseconds{0});
}

std::optional<std::size_t> Settings::number(std::string_view name) const {
  return read_number(text(name));
}

std::size_t Settings::count(std::string_view name) const {
  return base::number_of<std::size_t>(text(name)).value_or(0);
}

double Settings::decimal(std::string_view name) const {
  return read_decimal(text(name)).value_or(0);
}

bool Settings::is_given(std::string_view name) const {
  return setting(name).origin != Origin::fallback;
}

}  // namespace garboard::cli
