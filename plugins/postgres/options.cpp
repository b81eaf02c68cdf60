// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <map>

#include <garboard/driver.hpp>
#include <garboard/tls.hpp>
#include <nlohmann/json.hpp>

#include "pq.hpp"

namespace garboard::postgres {

namespace {

using Settings = std::map<std::string, std::string, std::less<>>;

/// A path below a device cannot exist: libpq then looks at no file in the home directory.
constexpr const char* no_file = "/dev/null/none";

/// Behind a load balancer that keeps the connection up only silence tells that the client is gone.
constexpr const char* server_side_options =
    "-c idle_in_transaction_session_timeout=45s -c idle_session_timeout=45s "
    "-c client_connection_check_interval=1s -c tcp_keepalives_idle=10 "
    "-c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=20s";

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
  sdk::Failure failure(GBD_E_INVALID, std::move(message));
  failure.hint = std::move(hint);
  throw failure;
}

std::vector<std::string> known_keywords() {
  std::vector<std::string> names;
  const SettingsHandle list = known_settings();
  for (const PQconninfoOption* option = list.get(); option->keyword != nullptr; ++option)
    names.emplace_back(option->keyword);
  return names;
}

bool is_known(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool read_flag(const std::string& name, const std::string& value) {
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  refuse(name + " is true or false, not \"" + value + "\"");
}

void check_param(const std::vector<std::string>& known, const std::string& name,
                 const std::string& value) {
  if (!is_known(known, name))
    refuse("unknown parameter \"" + name + "\" for a PostgreSQL connection");
  for (const std::string_view own :
       {"password", "passfile", "service", "servicefile", "replication"})
    if (name == own)
      refuse("parameter \"" + name + "\" is not allowed in a connection URL",
             "give the connection's parts as settings of their own");
  if (name == "client_encoding" && !value.empty() && value != "UTF8" && value != "utf8" &&
      value != "UTF-8")
    refuse("parameter \"client_encoding\" can only be UTF8");
}

bool is_unix_socket(const Settings& settings) {
  const auto host = settings.find("host");
  const bool has_address = settings.count("hostaddr") != 0;
  if (host == settings.end() || host->second.empty()) return !has_address;
  return !has_address && (host->second.front() == '/' || host->second.front() == '@') &&
         host->second.find(',') == std::string::npos;
}

/// True when every host is this machine: nothing that is sent leaves it.
bool is_local(const Settings& settings) {
  const auto address = settings.find("hostaddr");
  const bool has_address = address != settings.end() && !address->second.empty();
  const auto named = has_address ? address : settings.find("host");
  std::string_view hosts = named == settings.end() ? std::string_view() : named->second;
  while (true) {
    const std::string_view host = hosts.substr(0, hosts.find(','));
    const bool is_socket = host.empty() || host.front() == '/' || host.front() == '@';
    if (!is_socket && !sdk::is_local_host(host)) return false;
    if (host.size() == hosts.size()) return true;
    hosts.remove_prefix(host.size() + 1);
  }
}

/// Whose word is taken for the server's certificate when the URL does not say.
std::string known_authorities() {
  std::string file = sdk::system_authorities();
  if (!file.empty()) return file;
  if (PQlibVersion() >= 160000) return "system";
  sdk::Failure failure(GBD_E_CONNECT,
                       "the server's certificate cannot be checked: this system has no file with "
                       "the certificates of known authorities");
  failure.hint = "name the file with your authority's certificate in sslrootcert";
  failure.context_json = R"({"class":"tls"})";
  throw failure;
}

/// A host that is not this machine has to prove who it is, unless the URL says otherwise.
void add_tls_defaults(Settings& settings) {
  settings.try_emplace("sslmode", is_local(settings) ? "prefer" : "verify-full");
  const std::string& mode = settings.at("sslmode");
  if (settings.count("sslrootcert") != 0) return;
  if (mode == "verify-ca")
    refuse("sslmode=verify-ca needs sslrootcert",
           "name the file with the certificate authority's certificate in sslrootcert");
  settings["sslrootcert"] = mode == "verify-full" ? known_authorities() : no_file;
}

/// True when the settings alone make sure that nothing is sent before TLS is up.
bool is_surely_encrypted(const Settings& settings) {
  const std::string& mode = settings.at("sslmode");
  return mode == "require" || mode == "verify-ca" || mode == "verify-full";
}

void add_defaults(Settings& settings, const std::vector<std::string>& known) {
  const auto preset = [&](const char* name, const char* value) {
    if (is_known(known, name)) settings.try_emplace(name, value);
  };
  add_tls_defaults(settings);
  preset("sslcert", no_file);
  preset("sslkey", no_file);
  if (settings.count("sslcrldir") == 0) preset("sslcrl", no_file);
  preset("passfile", no_file);
  preset("gssencmode", "disable");  // else every connect looks for Kerberos credentials first
  preset("keepalives", "1");
  preset("keepalives_idle", "10");
  preset("keepalives_interval", "5");
  preset("keepalives_count", "3");
  preset("tcp_user_timeout", "20000");
  settings["client_encoding"] = "UTF8";
}

void read_params(const nlohmann::json& params, const std::vector<std::string>& known,
                 Settings& settings, bool& allows_cleartext) {
  if (!params.is_object()) refuse("\"params\" is not an object");
  for (const auto& [name, value] : params.items()) {
    if (!value.is_string()) refuse("parameter \"" + name + "\" is not a string");
    const auto& text = value.get_ref<const std::string&>();
    if (text.find('\0') != std::string::npos)
      refuse("parameter \"" + name + "\" contains a NUL byte");
    const bool is_own = name == "allowCleartextPassword";
    if (!is_own) check_param(known, name, text);
    if (text.empty()) continue;  // libpq would fall back on defaults of its own, and on files
    if (is_own) {
      allows_cleartext = read_flag(name, text);
    } else {
      settings[name] = text;
    }
  }
}

Settings read_parts(const nlohmann::json& document) {
  Settings settings;
  const auto copy = [&](const char* from, const char* to) {
    const auto found = document.find(from);
    if (found == document.end() || found->is_null()) return;
    if (!found->is_string()) refuse(std::string("\"") + from + "\" is not a string");
    settings[to] = found->get<std::string>();
    if (settings[to].find('\0') != std::string::npos)
      refuse(std::string("the ") + from + " contains a NUL byte");
  };
  copy("host", "host");
  copy("user", "user");
  copy("password", "password");
  copy("database", "dbname");
  copy("applicationName", "application_name");
  if (const auto port = document.find("port"); port != document.end() && !port->is_null())
    settings["port"] = port->is_string() ? port->get<std::string>() : port->dump();
  return settings;
}

/// connect_timeout counts whole seconds; 0 means for ever, as in libpq.
std::int64_t read_timeout(const std::string& text) {
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos)
    refuse("connect_timeout is a number of seconds, not \"" + text + "\"");
  const std::int64_t seconds = std::stoll(text);
  return seconds == 0 ? INT64_MAX / 1000000 : seconds * 1000;
}

}  // namespace

ConnectOptions read_options(std::string_view options_json) {
  const auto document = nlohmann::json::parse(options_json, nullptr, false);
  if (!document.is_object()) refuse("the options of open are not a JSON object");
  const std::vector<std::string> known = known_keywords();
  Settings settings = read_parts(document);
  ConnectOptions out;
  bool allows_cleartext = false;
  if (const auto params = document.find("params"); params != document.end() && !params->is_null())
    read_params(*params, known, settings, allows_cleartext);
  if (const auto limit = document.find("connectTimeoutMs");
      limit != document.end() && limit->is_number() && limit->get<std::int64_t>() > 0)
    out.timeout_ms = limit->get<std::int64_t>();
  if (const auto given = settings.extract("connect_timeout"); !given.empty())
    out.timeout_ms = read_timeout(given.mapped());
  if (auto given = settings.extract("options"); !given.empty())
    out.given_session_options = std::move(given.mapped());
  out.wanted_session_options = server_side_options;
  if (document.value("readOnly", false))
    out.wanted_session_options += " -c default_transaction_read_only=on";

  add_defaults(settings, known);
  out.refuses_cleartext = settings.count("password") != 0 && !allows_cleartext &&
                          !is_unix_socket(settings) && !is_surely_encrypted(settings);
  if (out.refuses_cleartext && is_known(known, "require_auth"))
    settings.try_emplace("require_auth", "!password");
  out.settings.assign(settings.begin(), settings.end());
  return out;
}

}  // namespace garboard::postgres
