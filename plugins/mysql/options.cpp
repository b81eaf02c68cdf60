// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <limits>

#include <garboard/driver.hpp>
#include <garboard/tls.hpp>
#include <nlohmann/json.hpp>

namespace garboard::mysql {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& text) { throw sdk::Failure(GBD_E_INVALID, text); }

const std::string& string_of(const std::string& key, const json& value) {
  if (!value.is_string()) refuse("option \"" + key + "\" must be a string");
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) refuse("option \"" + key + "\" holds a NUL byte");
  return text;
}

std::int64_t number_of(const std::string& key, const json& value, std::int64_t max) {
  if (!value.is_number_integer()) refuse("option \"" + key + "\" must be a whole number");
  const auto number = value.get<std::int64_t>();
  if (number < 0 || number > max)
    refuse("option \"" + key + "\" must be between 0 and " + std::to_string(max));
  return number;
}

bool flag_of(const std::string& key, const std::string& text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  refuse("parameter \"" + key + "\" must be true or false");
}

TlsMode tls_mode_of(const std::string& key, std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (text == "disabled" || text == "disable") return TlsMode::disabled;
  if (text == "preferred" || text == "prefer") return TlsMode::preferred;
  if (text == "required" || text == "require") return TlsMode::required;
  if (text == "verify-ca") return TlsMode::verify_ca;
  if (text == "verify-full" || text == "verify-identity") return TlsMode::verify_full;
  refuse("parameter \"" + key +
         "\" must be disabled, preferred, required, verify-ca or verify-full");
}

// True when it chose the TLS mode.
bool take_parameter(Options& options, const std::string& key, const std::string& text) {
  if (key == "ssl-mode" || key == "sslmode") {
    options.tls = tls_mode_of(key, text);
    return true;
  }
  if (key == "socket") {
    options.socket = text;
  } else if (key == "ssl-ca") {
    options.tls_ca = text;
  } else if (key == "ssl-capath") {
    options.tls_ca_path = text;
  } else if (key == "ssl-cert") {
    options.tls_cert = text;
  } else if (key == "ssl-key") {
    options.tls_key = text;
  } else if (key == "server-public-key") {
    options.server_public_key = text;
  } else if (key == "sql_mode") {
    options.sql_mode = text;
    options.has_sql_mode = true;
  } else if (key == "allowCleartextPassword") {
    options.allows_cleartext_password = flag_of(key, text);
  } else if (key == "charset") {
    if (text != "utf8mb4") refuse("parameter \"charset\" can only be utf8mb4");
  } else {
    refuse("unknown parameter \"" + key +
           "\"; known are socket, ssl-mode (or sslmode), ssl-ca, ssl-capath, ssl-cert, ssl-key, "
           "server-public-key, sql_mode, charset, allowCleartextPassword");
  }
  return false;
}

bool take_parameters(Options& options, const json& params) {
  if (!params.is_object()) refuse("option \"params\" must be an object");
  bool has_tls_mode = false;
  for (const auto& [key, value] : params.items())
    has_tls_mode = take_parameter(options, key, string_of(key, value)) || has_tls_mode;
  return has_tls_mode;
}

void take_option(Options& options, const std::string& key, const json& value) {
  if (key == "host") {
    options.host = string_of(key, value);
  } else if (key == "port") {
    options.port = static_cast<unsigned>(number_of(key, value, 65535));
  } else if (key == "user") {
    options.user = string_of(key, value);
  } else if (key == "password") {
    options.password = string_of(key, value);
  } else if (key == "database") {
    options.database = string_of(key, value);
  } else if (key == "applicationName") {
    options.application_name = string_of(key, value);
  } else if (key == "connectTimeoutMs") {
    const std::int64_t ms = number_of(key, value, std::numeric_limits<std::int32_t>::max());
    if (ms > 0) options.connect_timeout_s = static_cast<unsigned>((ms + 999) / 1000);
  } else if (key != "readOnly" && key != "params") {
    refuse("unknown option \"" + key + "\"");
  }
}

// As the vendors' clients do: "localhost" without a port is the unix socket.
void settle_address(Options& options) {
  const bool is_tcp = !options.host.empty() && (options.host != "localhost" || options.port != 0);
  if (!options.socket.empty()) {
    if (is_tcp) refuse("parameter \"socket\" and a host or port exclude each other");
    options.host.clear();
    return;
  }
  if (is_tcp) return;
  options.host = options.port != 0 ? "127.0.0.1" : "";
}

void settle_tls(Options& options, bool has_tls_mode) {
  const bool has_ca = !options.tls_ca.empty() || !options.tls_ca_path.empty();
  if (!has_tls_mode) {
    if (!options.is_socket() && !sdk::is_local_host(options.host))
      options.tls = TlsMode::verify_full;
    else if (has_ca)
      options.tls = TlsMode::verify_ca;
    else
      options.tls = options.tls_cert.empty() ? TlsMode::disabled : TlsMode::required;
  }
  if (options.tls == TlsMode::verify_ca && !has_ca)
    refuse("ssl-mode verify-ca needs the parameter ssl-ca or ssl-capath");
  if (options.tls == TlsMode::verify_full && !has_ca) options.tls_ca = sdk::system_authorities();
  if (options.tls_cert.empty() != options.tls_key.empty())
    refuse("the parameters ssl-cert and ssl-key need each other");
  // any lesser mode can be stripped of its encryption by whoever sits in between
  if (options.allows_cleartext_password && !options.is_socket() &&
      options.tls != TlsMode::verify_full)
    refuse("allowCleartextPassword needs ssl-mode verify-full or a unix socket");
}

}  // namespace

Options parse_options(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) refuse("the options are not a JSON object");
  Options options;
  for (const auto& [key, value] : document.items()) take_option(options, key, value);
  const auto params = document.find("params");
  const bool has_tls_mode = params != document.end() && take_parameters(options, *params);
  settle_address(options);
  settle_tls(options, has_tls_mode);
  return options;
}

}  // namespace garboard::mysql
