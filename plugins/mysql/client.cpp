// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string>

#include <garboard/driver.hpp>

#include "errors.hpp"
#include "password_guard.hpp"

namespace garboard::mysql {
namespace {

#if defined(MARIADB_PACKAGE_VERSION_ID)
using Flag = my_bool;
#else
using Flag = bool;
#endif

/// What both client libraries would take code, files or a server's place from.
void forget_environment() {
  for (const char* name :
       {"LIBMYSQL_PLUGINS", "LIBMYSQL_PLUGIN_DIR", "LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN",
        "MARIADB_PLUGIN_DIR", "MARIADB_HOME", "MARIADB_TLS_DISABLE_PEER_VERIFICATION",
        "MARIADB_UNIX_PORT", "MYSQL_HOME", "MYSQL_HOST", "MYSQL_PWD", "MYSQL_TCP_PORT",
        "MYSQL_UNIX_PORT", "MYSQL_GROUP_SUFFIX", "MYSQL_TEST_LOGIN_FILE"})
    unsetenv(name);
}

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    forget_environment();
    if (mysql_library_init(0, nullptr, nullptr) != 0)
      throw sdk::Failure(GBD_E_INTERNAL, "the MySQL client library does not start");
  });
}

void set(MYSQL* handle, mysql_option option, const void* value) {
  if (mysql_options(handle, option, value) != 0)
    throw sdk::Failure(GBD_E_INTERNAL, "the MySQL client library refuses its option number " +
                                           std::to_string(static_cast<int>(option)));
}

void set_file(MYSQL* handle, mysql_option option, const std::string& path) {
  if (!path.empty()) set(handle, option, path.c_str());
}

#if defined(MARIADB_PACKAGE_VERSION_ID)
// The library has no switch for an issuer alone: before 3.4 it looks at the issuer whenever an
// authority is named, from then on only together with the name.
bool verifies_name(TlsMode mode) {
  constexpr unsigned long without_issuer_alone = 30400;
  return mode == TlsMode::verify_full ||
         (mode == TlsMode::verify_ca && mysql_get_client_version() >= without_issuer_alone);
}
#endif

void set_tls(MYSQL* handle, const Options& options) {
  if (options.tls != TlsMode::disabled) {  // Connector/C takes any of them for a wish for TLS
    set_file(handle, MYSQL_OPT_SSL_CA, options.tls_ca);
    set_file(handle, MYSQL_OPT_SSL_CAPATH, options.tls_ca_path);
    set_file(handle, MYSQL_OPT_SSL_CERT, options.tls_cert);
    set_file(handle, MYSQL_OPT_SSL_KEY, options.tls_key);
  }
#if defined(MARIADB_PACKAGE_VERSION_ID)
  const auto wants_tls = static_cast<Flag>(options.tls != TlsMode::disabled);
  const auto verifies = static_cast<Flag>(verifies_name(options.tls));
  set(handle, MYSQL_OPT_SSL_ENFORCE, &wants_tls);
  set(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verifies);
#else
  const unsigned modes[] = {SSL_MODE_DISABLED, SSL_MODE_PREFERRED, SSL_MODE_REQUIRED,
                            SSL_MODE_VERIFY_CA, SSL_MODE_VERIFY_IDENTITY};
  set(handle, MYSQL_OPT_SSL_MODE, &modes[static_cast<std::size_t>(options.tls)]);
#endif
}

// Which ways to log in a server may choose: none that shows it the password, unless asked for.
void set_authentication(MYSQL* handle, const Options& options) {
#if defined(MARIADB_PACKAGE_VERSION_ID)
  std::string allowed =
      "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,parsec,"
      "auth_gssapi_client";
  if (options.allows_cleartext_password) allowed += ",mysql_clear_password,dialog";
  set(handle, MARIADB_OPT_RESTRICTED_AUTH, allowed.c_str());
  // keeps MARIADB_PLUGIN_DIR of the environment from choosing what is loaded
  set(handle, MYSQL_PLUGIN_DIR, MARIADB_PLUGINDIR);
#else
  const Flag allows = options.allows_cleartext_password;
  set(handle, MYSQL_ENABLE_CLEARTEXT_PLUGIN, &allows);
  const Flag asks_for_key = true;  // as Connector/C always does; the key only encrypts the password
  set(handle, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &asks_for_key);
#endif
  set_file(handle, MYSQL_SERVER_PUBLIC_KEY, options.server_public_key);
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

void set_options(MYSQL* handle, const Options& options) {
  set(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  // for Session::copy_in, whose handler sends rows of the host and never a file
  const unsigned local_infile = 1;
  set(handle, MYSQL_OPT_LOCAL_INFILE, &local_infile);
  set(handle, MYSQL_OPT_CONNECT_TIMEOUT, &options.connect_timeout_s);
  const unsigned protocol = options.is_socket() ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
  set(handle, MYSQL_OPT_PROTOCOL, &protocol);
  if (!options.application_name.empty())
    mysql_options4(handle, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name",
                   options.application_name.c_str());
  if (options.has_sql_mode)
    set(handle, MYSQL_INIT_COMMAND, ("SET SESSION sql_mode=" + quoted(options.sql_mode)).c_str());
  set_tls(handle, options);
  set_authentication(handle, options);
}

int socket_of(MYSQL* handle) {
#if defined(MARIADB_PACKAGE_VERSION_ID)
  return static_cast<int>(mysql_get_socket(handle));
#else
  return static_cast<int>(handle->net.fd);
#endif
}

// A server or node that vanishes without a word is noticed within half a minute.
void keep_alive(int socket) {
  const auto option = [socket](int level, int name, int value) {
    static_cast<void>(setsockopt(socket, level, name, &value, sizeof value));
  };
  option(SOL_SOCKET, SO_KEEPALIVE, 1);
  option(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  option(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  option(IPPROTO_TCP, TCP_KEEPCNT, 3);
  option(IPPROTO_TCP, TCP_USER_TIMEOUT, 20'000);
}

const char* c_str_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

sdk::Failure no_tls() {
  sdk::Failure failure(GBD_E_CONNECT, "the server offers no TLS, which ssl-mode asks for");
  failure.hint = "switch TLS on there or, where the network is trusted, say ssl-mode=disabled";
  failure.context_json = R"({"class":"tls"})";
  return failure;
}

}  // namespace

Client connect(const Options& options) {
  start_library();
  // undone when the thread ends, whichever thread of the host's connects
  static thread_local const ClientThread thread;
  Client client(mysql_init(nullptr));
  if (!client) throw std::bad_alloc();
  set_options(client.get(), options);
  const PasswordGuard guard(client.get(), options);
  // a NULL user would become the login name of this process
  if (mysql_real_connect(client.get(), c_str_or_null(options.host), options.user.c_str(),
                         options.password.c_str(), c_str_or_null(options.database), options.port,
                         c_str_or_null(options.socket), CLIENT_MULTI_RESULTS) == nullptr) {
    if (guard.has_refused()) throw no_tls();
    throw failure_of(client.get(), Activity::connect);
  }
  // Connector/C goes on in plain text with a server that offers no TLS
  if (options.tls >= TlsMode::required && !options.is_socket() &&
      mysql_get_ssl_cipher(client.get()) == nullptr)
    throw no_tls();
  if (!options.is_socket()) keep_alive(socket_of(client.get()));
  return client;
}

}  // namespace garboard::mysql
