// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <charconv>
#include <initializer_list>

#include <garboard/driver.hpp>
#include <nlohmann/json.hpp>

namespace garboard::sqlite {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& text) { throw sdk::Failure(GBD_E_INVALID, text); }

const std::string& string_of(const std::string& key, const json& value) {
  if (!value.is_string()) refuse("option \"" + key + "\" must be a string");
  return value.get_ref<const std::string&>();
}

int milliseconds_of(const std::string& key, const std::string& text) {
  int ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (error != std::errc{} || end != text.data() + text.size() || ms < 0)
    refuse("parameter \"" + key + "\" must be a number of milliseconds");
  return ms;
}

bool flag_of(const std::string& key, const std::string& text) {
  for (const char* yes : {"on", "true", "1", "yes"})
    if (text == yes) return true;
  for (const char* no : {"off", "false", "0", "no"})
    if (text == no) return false;
  refuse("parameter \"" + key + "\" must be on or off");
}

OpenMode mode_of(const std::string& text) {
  if (text == "rwc") return OpenMode::create;
  if (text == "rw") return OpenMode::write;
  if (text == "ro") return OpenMode::read;
  refuse("parameter \"mode\" must be rwc, rw or ro");
}

void take_parameter(Options& options, const std::string& key, const std::string& text) {
  if (key == "busy_timeout") {
    options.busy_timeout_ms = milliseconds_of(key, text);
  } else if (key == "mode") {
    options.mode = mode_of(text);
  } else if (key == "foreign_keys") {
    options.has_foreign_keys = flag_of(key, text);
  } else {
    refuse("unknown parameter \"" + key + "\"; known are busy_timeout, mode, foreign_keys");
  }
}

void take_option(Options& options, const std::string& key, const json& value) {
  if (key == "database") {
    options.path = string_of(key, value);
  } else if (key == "readOnly") {
    if (!value.is_boolean()) refuse("option \"readOnly\" must be true or false");
    options.is_read_only = value.get<bool>();
  } else if (key == "params") {
    if (!value.is_object()) refuse("option \"params\" must be an object");
    for (const auto& [name, text] : value.items())
      take_parameter(options, name, string_of(name, text));
  } else if (key == "host" || key == "port" || key == "user" || key == "password") {
    const bool is_empty = value.is_string() && value.get_ref<const std::string&>().empty();
    if (!is_empty) refuse("SQLite is a file and has no " + key + "; name the file only");
  } else if (key != "applicationName" && key != "connectTimeoutMs") {
    refuse("unknown option \"" + key + "\"");
  }
}

}  // namespace

std::string Options::file_name() const {
  // "file:x?mode=.." would be taken for a URI where SQLite was built to do so
  return is_memory() || path.starts_with('/') ? path : "./" + path;
}

Options parse_options(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) refuse("the options are not a JSON object");
  Options options;
  for (const auto& [key, value] : document.items()) take_option(options, key, value);
  if (options.path.empty()) refuse("no database file is named; write sqlite:path/to/file.db");
  if (options.path.find('\0') != std::string::npos) refuse("the file name holds a NUL byte");
  return options;
}

}  // namespace garboard::sqlite
