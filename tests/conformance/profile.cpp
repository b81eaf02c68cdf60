// SPDX-License-Identifier: Apache-2.0
#include "profile.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/text_file.hpp"
#include "cli/url.hpp"

namespace garboard::conformance {
namespace {

using base::Code;
using base::Error;
using base::Result;
using nlohmann::json;

constexpr std::uint64_t max_bytes = 1U << 20U;

Error wrong(const std::string& message, std::string hint = "see docs/conformance.md") {
  return {.code = Code::bad_input, .message = message, .hint = std::move(hint)};
}

/// Takes known keys out of an object, and says which are left.
class Keys {
 public:
  Keys(const json& object, std::string path) : object_(object), path_(std::move(path)) {}

  std::optional<std::string> text(const char* key) {
    const json* const value = take(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    complain(key, "a text");
    return std::nullopt;
  }
  std::map<std::string, std::string> texts(const char* key) {
    std::map<std::string, std::string> texts;
    const json* const value = take(key);
    if (value == nullptr) return texts;
    if (!value->is_object()) complain(key, "an object of texts");
    for (const auto& [name, text] : value->items()) {
      if (!text.is_string())
        complain(key, "an object of texts");
      else
        texts.emplace(name, text.get<std::string>());
    }
    return texts;
  }
  const json* object(const char* key) {
    const json* const value = take(key);
    if (value != nullptr && !value->is_object()) complain(key, "an object");
    return value != nullptr && value->is_object() ? value : nullptr;
  }
  std::optional<std::int64_t> number(const char* key) {
    const json* const value = take(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_number_unsigned()) return value->get<std::int64_t>();
    complain(key, "a number of seconds");
    return std::nullopt;
  }
  /// The first thing that was wrong.
  Result<void> end() {
    for (const auto& [key, value] : object_.items()) {
      if (!taken_.contains(key) && !problem_) problem_ = wrong(path_ + key + ": unknown key");
    }
    if (problem_) return *problem_;
    return {};
  }

 private:
  const json* take(const char* key) {
    taken_.emplace(key, key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  void complain(const char* key, const char* expected) {
    if (!problem_) problem_ = wrong(path_ + key + " must be " + expected);
  }

  const json& object_;
  const std::string path_;
  std::map<std::string, std::string> taken_;
  std::optional<Error> problem_;
};

Result<cli::Connection> find_database(Keys& keys) {
  const auto url = keys.text("url");
  const auto variable = keys.text("urlEnv");
  if (url.has_value() == variable.has_value())
    return wrong("database needs either \"url\" or \"urlEnv\"");
  const char* const value = variable ? std::getenv(variable->c_str()) : nullptr;
  if (variable && value == nullptr)
    return wrong("the variable " + *variable + " is not set",
                 "set it to the URL of a database to try the driver on");
  auto parsed = cli::parse_url(variable ? value : *url);
  if (!parsed) return std::move(parsed).error();
  if (url && parsed->password)
    return wrong("database.url holds a password",
                 "put the URL into a variable and name it in \"urlEnv\"");
  cli::Connection connection{.driver = parsed->scheme, .url = std::move(*parsed)};
  connection.secrets = connection.url.secrets();
  return connection;
}

Result<DatabaseProfile> read_database(const json& object) {
  Keys keys(object, "database.");
  auto connection = find_database(keys);
  if (!connection) return std::move(connection).error();
  DatabaseProfile database{.connection = *std::move(connection)};
  if (auto text = keys.text("select")) database.select = *std::move(text);
  if (auto text = keys.text("textTable")) database.text_table = *std::move(text);
  database.sleep = keys.text("sleep");
  database.terminate = keys.text("terminate");
  database.unsupported = keys.texts("unsupported");
  if (auto end = keys.end(); !end) return std::move(end).error();
  return database;
}

}  // namespace

Result<Profile> read_profile(const std::filesystem::path& file) {
  auto text = cli::read_text_file(file.string(), max_bytes);
  if (!text) return std::move(text).error();
  const json object = json::parse(*text, nullptr, false);
  if (!object.is_object()) return wrong(file.string() + " is not a JSON object");
  Keys keys(object, "");
  Profile profile{.file = file};
  if (const json* const database = keys.object("database")) {
    auto read = read_database(*database);
    if (!read) return std::move(read).error().in(file.string());
    profile.database = *std::move(read);
  }
  if (const json* const hook = keys.object("hook")) {
    Keys hook_keys(*hook, "hook.");
    const json* const config = hook_keys.object("config");
    profile.hook_config_json = config == nullptr ? "{}" : config->dump();
    profile.hook_env = hook_keys.texts("env");
    if (auto end = hook_keys.end(); !end) return std::move(end).error().in(file.string());
  }
  profile.quirks = keys.texts("quirks");
  profile.symbols = keys.texts("symbols");
  if (const auto seconds = keys.number("timeout")) profile.timeout = std::chrono::seconds(*seconds);
  if (auto end = keys.end(); !end) return std::move(end).error().in(file.string());
  return profile;
}

}  // namespace garboard::conformance
