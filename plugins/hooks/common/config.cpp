// SPDX-License-Identifier: Apache-2.0
#include "common/config.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include <garboard/plugin.hpp>

namespace garboard::hooks {
namespace {

[[noreturn]] void refuse(std::string text) { throw sdk::Failure(GBD_E_INVALID, std::move(text)); }

std::string trimmed(const std::string& text) {
  constexpr const char* space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  std::string text = value == nullptr ? "" : trimmed(value);
  if (text.empty())
    refuse("the variable " + name +
           " is not set or is empty; a hook sees those that 'env' in the hooks file names");
  return text;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse("cannot read the file " + path);
  std::string text =
      trimmed({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  if (text.empty()) refuse("the file " + path + " is empty");
  return text;
}

}  // namespace

Json read_config(std::string_view text) {
  if (text.empty()) return Json::object();
  Json config = Json::parse(text, nullptr, false);
  if (!config.is_object()) refuse("config is not an object");
  return config;
}

void allow_only(const Json& config, std::initializer_list<std::string_view> known) {
  if (!config.is_object()) refuse("what should be a mapping is none");
  for (const auto& [key, value] : config.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) refuse("unknown key " + key);
}

std::chrono::milliseconds duration_of(const Json& config, const std::string& key,
                                      std::chrono::milliseconds otherwise) {
  if (!config.contains(key)) return otherwise;
  const std::string text = config[key].is_string() ? config[key].get<std::string>() : "";
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, number);
  const std::string_view name(unit, static_cast<std::size_t>(end - unit));
  const std::int64_t factor = name == "ms" ? 1 : name == "s" ? 1000 : name == "m" ? 60'000 : 0;
  constexpr std::int64_t longest = 100'000;
  if (error != std::errc() || factor == 0 || number <= 0 || number > longest)
    refuse(key + " is no duration; write it as 300ms, 5s or 2m");
  return std::chrono::milliseconds(number * factor);
}

std::string text_of(const Json& config, const std::string& key, const std::string& otherwise) {
  const auto found = config.find(key);
  if (found == config.end()) return otherwise;
  if (!found->is_string()) refuse(key + " is not a text");
  return found->get<std::string>();
}

bool flag_of(const Json& config, const std::string& key, bool otherwise) {
  const auto found = config.find(key);
  if (found == config.end()) return otherwise;
  if (!found->is_boolean()) refuse(key + " is neither true nor false");
  return found->get<bool>();
}

std::set<std::string> names_of(const Json& config, const std::string& key,
                               std::string_view known_json, std::set<std::string> otherwise) {
  if (!config.contains(key)) return otherwise;
  const Json& list = config[key];
  if (!list.is_array()) refuse(key + " is not a list of names");
  const Json known = Json::parse(known_json);
  std::set<std::string> names;
  for (const Json& name : list) {
    if (!name.is_string()) refuse(key + " is not a list of names");
    if (std::find(known.begin(), known.end(), name) == known.end())
      refuse(key + " knows no " + name.get<std::string>());
    names.insert(name.get<std::string>());
  }
  return names;
}

std::string outside_value(const Json& config, const std::string& key) {
  const std::string from_variable = text_of(config, key + "Env");
  const std::string from_file = text_of(config, key + "File");
  if (!from_variable.empty() && !from_file.empty())
    refuse("say either " + key + "Env or " + key + "File");
  if (!from_variable.empty()) return variable(from_variable);
  return from_file.empty() ? "" : content(from_file);
}

}  // namespace garboard::hooks
