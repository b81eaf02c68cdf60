// SPDX-License-Identifier: Apache-2.0
// What the driver makes of texts alone: the options of open(), and libpq's messages.
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "errors.hpp"
#include "options.hpp"

namespace garboard::postgres {
namespace {

using Settings = std::map<std::string, std::string>;

Settings settings_with(const nlohmann::json& params) {
  const nlohmann::json options = {
      {"host", "db.example.org"}, {"user", "app"}, {"database", "app"}, {"params", params}};
  const ConnectOptions read = read_options(options.dump());
  return {read.settings.begin(), read.settings.end()};
}

TEST(PostgresOptions, TakeAnEmptyParameterForOneThatIsNotGiven) {
  const Settings defaults = settings_with({{"sslrootcert", "/ca.crt"}});
  EXPECT_EQ(defaults.at("sslmode"), "verify-full");
  for (const char* name : {"sslmode", "sslcert", "sslkey", "sslcrl", "sslcrldir", "gssencmode",
                           "keepalives", "tcp_user_timeout", "hostaddr", "host", "connect_timeout",
                           "client_encoding", "allowCleartextPassword"})
    EXPECT_EQ(settings_with({{"sslrootcert", "/ca.crt"}, {name, ""}}), defaults) << name;
  EXPECT_EQ(settings_with({{"sslmode", "require"}, {"sslrootcert", ""}}),
            settings_with({{"sslmode", "require"}}));
}

TEST(PostgresOptions, AreCheckedByNameWhenTheyAreEmpty) {
  for (const char* name : {"sslmoode", "passfile", "service"})
    EXPECT_THROW(settings_with({{name, ""}}), sdk::Failure) << name;
  EXPECT_THROW(settings_with({{"sslmode", "verify-ca"}, {"sslrootcert", ""}}), sdk::Failure);
}

const std::string tls_class = R"({"class":"tls"})";

std::string failed(const std::string& host, const std::string& reason) {
  return "connection to server at \"" + host + "\" (192.0.2.1), port 5432 failed: " + reason + "\n";
}

TEST(PostgresConnectFailure, IsNotToldFromNamesInQuotes) {
  for (const char* name : {"certificates-db.invalid", "SSL", "TLS", "SCRAM", "a-sslmode-b"}) {
    const std::string host(name);
    for (const std::string& text :
         {"could not translate host name \"" + host + "\" to address: Name or service not known\n",
          failed(host,
                 "Connection refused\n\tIs the server running on that host and accepting "
                 "TCP/IP connections?"),
          failed("a", "Connection refused") + failed(host, "timeout expired"),
          "connection to server on socket \"/" + host +
              "/.s.PGSQL.5432\" failed: No such file or "
              "directory\n"}) {
      const sdk::Failure failure = connect_failure_of(text);
      EXPECT_EQ(failure.status, GBD_E_CONNECT) << text;
      EXPECT_EQ(failure.context_json, "") << text;
      EXPECT_NE(failure.message.find(host), std::string::npos) << failure.message;
    }
  }
}

TEST(PostgresConnectFailure, HasNoClassWhereTheLineWasCutInsideTls) {
  for (const char* reason :
       {"SSL SYSCALL error: EOF detected", "SSL SYSCALL error: Connection reset by peer",
        "SSL SYSCALL error: Connection timed out", "SSL connection has been closed unexpectedly",
        "SSL error: unexpected eof while reading",
        "could not send SSL negotiation packet: Broken pipe",
        "could not send GSSAPI negotiation packet: Broken pipe",
        "server sent an error response during SSL exchange",
        "server closed the connection unexpectedly\n\tThis probably means the server is gone"}) {
    const sdk::Failure one = connect_failure_of(failed("db", reason));
    EXPECT_EQ(one.status, GBD_E_CONNECT) << reason;
    EXPECT_EQ(one.context_json, "") << reason;
    const sdk::Failure two =
        connect_failure_of(failed("a", reason) + failed("b", "Connection refused"));
    EXPECT_EQ(two.context_json, "") << reason;
  }
}

TEST(PostgresConnectFailure, HasTheClassTlsWhereTryingAgainDoesNotHelp) {
  for (const char* reason :
       {"server does not support SSL, but SSL was required", "SSL error: certificate verify failed",
        "SSL error: wrong version number", "SSL error: tlsv1 alert unknown ca",
        "server certificate for \"other.example.org\" does not match host name \"db\"",
        "root certificate file \"/ca.crt\" does not exist\nProvide it or change sslmode",
        "private key file \"/key\" has group or world access",
        "received invalid response to SSL negotiation: H"}) {
    EXPECT_EQ(connect_failure_of(failed("db", reason)).context_json, tls_class) << reason;
    EXPECT_EQ(connect_failure_of(failed("::1", "Connection refused") +
                                 failed("b", "SSL SYSCALL error: EOF detected") +
                                 failed("c", reason) + failed("d", "Connection refused"))
                  .context_json,
              tls_class)
        << reason;
  }
  const sdk::Failure none =
      connect_failure_of(failed("db", "server does not support SSL, but SSL was required"));
  EXPECT_NE(none.hint.find("offers no TLS"), std::string::npos) << none.hint;
}

TEST(PostgresConnectFailure, IsOneOfAuthenticationInTheText) {
  for (const char* reason :
       {"fe_sendauth: no password supplied",
        "authentication method requirement \"!password\" failed: server requested a cleartext "
        "password",
        "channel binding required but not supported by server's authentication request",
        "server offered SCRAM-SHA-256-PLUS authentication over a non-SSL connection"})
    EXPECT_EQ(connect_failure_of(failed("db", reason)).status, GBD_E_AUTH) << reason;
}

}  // namespace
}  // namespace garboard::postgres
