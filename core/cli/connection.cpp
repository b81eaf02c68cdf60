// SPDX-License-Identifier: Apache-2.0
#include "cli/connection.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/number.hpp"
#include "cli/text_file.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

constexpr std::uint64_t max_secret_bytes = 65536;

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  Result<std::string> content = read_text_file(path, max_secret_bytes);
  if (!content) return content;
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  return content;
}

Result<std::optional<std::string>> value_of(const Environment& environment,
                                            const std::string& name) {
  if (std::optional<std::string> value = environment.get(name)) return value;
  const std::optional<std::string> path = environment.get(name + "_FILE");
  if (!path) return std::optional<std::string>{};
  Result<std::string> content = read_secret_file(*path);
  if (!content) return std::move(content).error().in(name + "_FILE");
  return std::optional(std::move(content).value());
}

Result<Connection> connection_from_url(std::string_view text, const std::string& place) {
  Result<Url> url = parse_url(text);
  if (!url) return std::move(url).error().in(place);
  Connection connection{.driver = url->scheme, .url = std::move(url).value()};
  connection.secrets = connection.url.secrets();
  // The whole text too: a message of a library may repeat it.
  if (!connection.secrets.empty()) connection.secrets.emplace_back(text);
  return connection;
}

namespace {

// A Service named "db" makes Kubernetes set DB_PORT=tcp://10.0.0.7:5432 in every pod, unasked.
bool is_service_link(std::string_view port) {
  return port.starts_with("tcp://") || port.starts_with("udp://");
}

struct Fields {
  std::optional<std::string> type, host, port, name, user, password, sslmode;
};

Result<Fields> read_fields(const Environment& environment, const std::string& prefix) {
  Fields fields;
  const std::pair<const char*, std::optional<std::string>*> wanted[] = {
      {"TYPE", &fields.type},      {"HOST", &fields.host}, {"PORT", &fields.port},
      {"NAME", &fields.name},      {"USER", &fields.user}, {"PASSWORD", &fields.password},
      {"SSLMODE", &fields.sslmode}};
  for (const auto& [suffix, field] : wanted) {
    Result<std::optional<std::string>> value = value_of(environment, prefix + suffix);
    if (!value) return std::move(value).error();
    *field = std::move(value).value();
  }
  return fields;
}

Result<Connection> from_fields(Fields fields, const std::string& prefix,
                               const std::string& database) {
  Connection connection{.driver = database.empty() ? fields.type.value_or("") : database,
                        .url = {}};
  if (connection.driver.empty()) {
    return Error{
        .code = Code::usage,
        .message = prefix + "HOST or " + prefix + "NAME is set, but not the kind of database",
        .hint = "set " + prefix + "TYPE or pass --database: postgres, mysql, sqlite, ..."};
  }
  Url& url = connection.url;
  url.scheme = connection.driver;
  url.host = std::move(fields.host);
  url.user = std::move(fields.user);
  url.password = std::move(fields.password);
  url.database = fields.name.value_or("");
  if (fields.sslmode) url.params.emplace_back("sslmode", *fields.sslmode);
  if (fields.port && !is_service_link(*fields.port)) {
    url.port = base::number_of<std::uint16_t>(*fields.port).value_or(0);
    if (url.port == 0)
      return Error{.code = Code::bad_input,
                   .message = prefix + "PORT is not a number from 1 to 65535"};
  }
  connection.secrets = url.secrets();
  return connection;
}

Error nothing_named(const Settings& settings) {
  const std::string& prefix = settings.text("env-prefix");
  return Error{.code = Code::usage,
               .message = "no database is named",
               .hint = "set " + settings.text("url-env") +
                       " (or another variable with --url-env), or " + prefix + "TYPE, " + prefix +
                       "HOST, " + prefix + "NAME, " + prefix + "USER and " + prefix +
                       "PASSWORD, or pass --url without a password"};
}

Result<Connection> from_setting(const Settings& settings) {
  const Setting& given = settings.setting("url");
  Result<Connection> connection = connection_from_url(given.values.back(), given.place);
  if (given.origin != Origin::flag) return connection;
  if (!connection) {
    connection.error().code = Code::usage;
    return connection;
  }
  if (connection->secrets.empty()) return connection;
  return Error{
      .code = Code::usage,
      .message = "--url holds a password, and every user of the machine can read a command line",
      .hint = "put the URL into the environment variable " + settings.text("url-env") +
              " or GARBOARD_URL, or name a file that holds it in GARBOARD_URL_FILE"};
}

}  // namespace

std::string Connection::options_json(std::chrono::milliseconds connect_timeout,
                                     bool is_read_only) const {
  nlohmann::json options = {{"database", url.database},
                            {"applicationName", "garboard"},
                            {"connectTimeoutMs", connect_timeout.count()},
                            {"readOnly", is_read_only}};
  if (url.host) options["host"] = *url.host;
  if (url.port) options["port"] = *url.port;
  if (url.user) options["user"] = *url.user;
  if (url.password) options["password"] = *url.password;
  options["params"] = nlohmann::json::object();
  for (const auto& [key, value] : url.params) options["params"][key] = value;
  return options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Connection::shown() const {
  std::string text = driver + ":";
  if (url.host) {
    const bool is_ipv6 = url.host->find(':') != std::string::npos;
    text += "//" + (is_ipv6 ? "[" + *url.host + "]" : *url.host);
    if (url.port) text += ":" + std::to_string(*url.port);
    if (!url.database.empty()) text += "/";
  }
  return text + url.database;
}

Result<Connection> find_connection(const Settings& settings, const Environment& environment) {
  const std::string& database = settings.text("database");
  const auto with_database = [&](Result<Connection> connection) {
    if (connection && !database.empty()) connection->driver = database;
    return connection;
  };
  if (settings.is_given("url") && settings.setting("url").origin != Origin::file)
    return with_database(from_setting(settings));
  Result<std::optional<std::string>> own = value_of(environment, "GARBOARD_URL");
  if (!own) return std::move(own).error();
  if (*own) return with_database(connection_from_url(**own, "GARBOARD_URL"));
  if (settings.is_given("url")) return with_database(from_setting(settings));
  Result<std::optional<std::string>> named = value_of(environment, settings.text("url-env"));
  if (!named) return std::move(named).error();
  if (*named) return with_database(connection_from_url(**named, settings.text("url-env")));
  const std::string& prefix = settings.text("env-prefix");
  Result<Fields> fields = read_fields(environment, prefix);
  if (!fields) return std::move(fields).error();
  if (!fields->host && !fields->name && !fields->type) return nothing_named(settings);
  return from_fields(std::move(fields).value(), prefix, database);
}

Result<std::string> find_driver_name(const Settings& settings, const Environment& environment) {
  if (settings.is_given("database")) return settings.text("database");
  Result<Connection> connection = find_connection(settings, environment);
  if (!connection) return std::move(connection).error();
  return connection->driver;
}

}  // namespace garboard::cli
