// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "driver_harness.hpp"

namespace garboard::postgres_tests {

namespace {

using Clock = std::chrono::steady_clock;

/// Answers every TLS request with "no" and then says `greeting`; keeps what the driver sends. One
/// that says "yes" instead ends the connection there.
class RudeServer {
 public:
  explicit RudeServer(std::string greeting, std::string tls_answer = "N")
      : greeting_(std::move(greeting)), tls_answer_(std::move(tls_answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 4) != 0 ||
        getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("cannot listen");
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  RudeServer(const RudeServer&) = delete;
  RudeServer& operator=(const RudeServer&) = delete;
  ~RudeServer() { stop(); }

  /// Everything it was sent; it listens no more.
  std::string stop() {
    if (thread_.joinable()) {
      is_stopping_ = true;
      thread_.join();
      close(listener_);
    }
    return heard_;
  }
  int port = 0;

 private:
  void serve() {
    int line = -1;
    bool is_greeted = false;
    while (!is_stopping_) {
      pollfd waiting{line < 0 ? listener_ : line, POLLIN, 0};
      if (poll(&waiting, 1, 20) <= 0) continue;
      if (line < 0) {
        line = accept(listener_, nullptr, nullptr);
        is_greeted = false;
        continue;
      }
      char buffer[4096];
      const ssize_t n = recv(line, buffer, sizeof buffer, 0);
      if (n <= 0) {
        close(line);
        line = -1;
        continue;
      }
      heard_.append(buffer, static_cast<std::size_t>(n));
      const bool is_tls_request = n == 8 && buffer[4] == 4 && buffer[5] == '\xd2';
      const std::string& answer = is_tls_request ? tls_answer_ : greeting_;
      if (is_tls_request || !is_greeted) send(line, answer.data(), answer.size(), MSG_NOSIGNAL);
      is_greeted = is_greeted || !is_tls_request;
      if (is_tls_request && tls_answer_ == "S") {
        close(line);
        line = -1;
      }
    }
    if (line >= 0) close(line);
  }

  std::string greeting_, tls_answer_, heard_;
  int listener_ = -1;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

const std::string secret = "s3cret-canary";
const std::string ask_cleartext("R\0\0\0\x08\0\0\0\x03", 9);

nlohmann::json options_for(int port) {
  return {{"host", "127.0.0.1"},     {"port", port},    {"user", "someone"},
          {"password", secret},      {"database", "x"}, {"params", nlohmann::json::object()},
          {"connectTimeoutMs", 3000}};
}

}  // namespace

TEST(Cleartext, IsNeverSentUnlessAskedFor) {
  RudeServer server(ask_cleartext);
  const Reply reply = Connection::try_open(options_for(server.port));
  EXPECT_EQ(reply.status, GBD_E_AUTH) << reply;
  EXPECT_NE(reply.all_text().find("in clear"), std::string::npos) << reply;
  EXPECT_EQ(server.stop().find(secret), std::string::npos);
}

TEST(Cleartext, IsNotSentWhenTheRequestHidesBehindOtherMessages) {
  const std::string md5_then_clear = std::string("R\0\0\0\x0c\0\0\0\x05salt", 13) + ask_cleartext;
  RudeServer server(md5_then_clear);
  EXPECT_FALSE(Connection::try_open(options_for(server.port)).is_ok());
  EXPECT_EQ(server.stop().find(secret), std::string::npos);
}

TEST(Cleartext, IsNotSentWhenTheRequestComesWithTheTlsAnswer) {
  // What comes later, here an empty notice, makes libpq go on with what it has.
  RudeServer server(std::string("N\0\0\0\x05\0", 6), "N" + ask_cleartext);
  EXPECT_FALSE(Connection::try_open(options_for(server.port)).is_ok());
  EXPECT_EQ(server.stop().find(secret), std::string::npos);
}

TEST(Cleartext, IsSentWhenAskedFor) {
  RudeServer server(ask_cleartext);
  auto options = options_for(server.port);
  options["params"]["allowCleartextPassword"] = "true";
  options["connectTimeoutMs"] = 500;
  EXPECT_FALSE(Connection::try_open(options).is_ok());
  EXPECT_NE(server.stop().find(secret), std::string::npos);
}

TEST(Options, AreRefusedByName) {
  for (const char* name : {"sslmoode", "passfile", "password", "service", "replication"}) {
    auto options = options_for(1);
    options["params"][name] = "some-value";
    const Reply reply = Connection::try_open(options);
    EXPECT_EQ(reply.status, GBD_E_INVALID) << name;
    EXPECT_NE(reply.message.find('"' + std::string(name) + '"'), std::string::npos) << reply;
    EXPECT_EQ(reply.all_text().find("some-value"), std::string::npos) << reply;
  }
}

TEST(Options, NeedACertificateAuthorityToVerify) {
  auto options = options_for(1);
  options["params"]["sslmode"] = "verify-ca";
  const Reply reply = Connection::try_open(options);
  EXPECT_EQ(reply.status, GBD_E_INVALID);
  EXPECT_NE(reply.all_text().find("sslrootcert"), std::string::npos) << reply;
}

TEST(Connecting, FailsAtOnceWhenNobodyListens) {
  const Reply reply = Connection::try_open(options_for(1));
  EXPECT_EQ(reply.status, GBD_E_CONNECT) << reply;
  EXPECT_EQ(reply.all_text().find(secret), std::string::npos) << reply;
}

TEST(Connecting, EndsWhenTheServerStaysSilent) {
  RudeServer server("", "");
  auto options = options_for(server.port);
  options["connectTimeoutMs"] = 200;
  EXPECT_EQ(Connection::try_open(options).status, GBD_E_CONNECT);
}

TEST(Connecting, EndsWhenTheRunIsInterrupted) {
  RudeServer server("", "");
  auto options = options_for(server.port);
  options["connectTimeoutMs"] = 60000;
  std::thread interrupter([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    Plugin::get().is_cancelled = true;
  });
  const auto start = Clock::now();
  const Reply reply = Connection::try_open(options);
  interrupter.join();
  Plugin::get().is_cancelled = false;
  EXPECT_EQ(reply.status, GBD_E_CANCELLED) << reply;
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(30));
}

TEST(Connecting, TriesAgainWithoutStartupOptionsThatAPoolerRefuses) {
  const std::string text("SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0", 62);
  std::string refusal("E\0\0\0", 4);
  refusal += static_cast<char>(text.size() + 4);
  RudeServer server(refusal + text);
  const Reply reply = Connection::try_open(options_for(server.port));
  EXPECT_EQ(reply.sqlstate, "08P01") << reply;
  const std::string heard = server.stop();
  const auto count = [&](const std::string& word) {
    int n = 0;
    for (std::size_t at = heard.find(word); at != std::string::npos; at = heard.find(word, at + 1))
      ++n;
    return n;
  };
  EXPECT_EQ(count("someone"), 2);
  EXPECT_EQ(count("client_connection_check_interval"), 1);
}

TEST(Connecting, DoesNotTryAWrongPasswordTwice) {
  const std::string text("SFATAL\0VFATAL\0C28P01\0Mno\0\0", 26);
  std::string refusal("E\0\0\0", 4);
  refusal += static_cast<char>(text.size() + 4);
  RudeServer server(refusal + text);
  EXPECT_EQ(Connection::try_open(options_for(server.port)).status, GBD_E_AUTH);
  const std::string heard = server.stop();
  EXPECT_EQ(heard.find("someone"), heard.rfind("someone"));
}

TEST(Connecting, GivesTlsProblemsTheirClass) {
  RudeServer server("");
  auto options = options_for(server.port);
  options["params"]["sslmode"] = "require";
  const Reply reply = Connection::try_open(options);
  EXPECT_EQ(nlohmann::json::parse(reply.context_json).at("class"), "tls") << reply;
}

TEST(Connecting, GivesACutDuringTlsNoClass) {
  RudeServer server("", "S");
  auto options = options_for(server.port);
  options["params"]["sslmode"] = "require";
  const Reply reply = Connection::try_open(options);
  EXPECT_EQ(reply.status, GBD_E_CONNECT) << reply;
  EXPECT_EQ(reply.context_json, "") << reply;
}

class Connect : public ServerTest {};

TEST_F(Connect, GivesAWrongPasswordAsSuchWithoutShowingIt) {
  options_["password"] = secret;
  const Reply reply = Connection::try_open(options_);
  EXPECT_EQ(reply.status, GBD_E_AUTH);
  EXPECT_EQ(reply.sqlstate, "28P01");
  EXPECT_EQ(reply.all_text().find(secret), std::string::npos) << reply;
  EXPECT_EQ(reply.message.find("LOCATION"), std::string::npos) << reply;
  EXPECT_EQ(reply.message.find("28P01"), std::string::npos) << reply;
}

TEST_F(Connect, NamesAMissingDatabase) {
  options_["database"] = "no_such_database";
  const Reply reply = Connection::try_open(options_);
  EXPECT_EQ(reply.sqlstate, "3D000") << reply;
  EXPECT_NE(reply.message.find("no_such_database"), std::string::npos);
}

TEST_F(Connect, DoesNotAskTheEnvironment) {
  setenv("PGOPTIONS", "-c work_mem=1234kB", 1);
  setenv("PGSERVICE", "no-such-service", 1);
  setenv("PGTZ", "Asia/Tokyo", 1);
  setenv("PGSSLMODE", "verify-full", 1);
  Connection connection(options_);
  EXPECT_NE(connection.cell("SHOW work_mem"), "1234kB");
  EXPECT_EQ(connection.cell("SHOW TimeZone"), db().cell("SHOW TimeZone"));
}

TEST_F(Connect, WatchesTheConnectionFromBothEnds) {
  EXPECT_EQ(db().cell("SHOW client_connection_check_interval"), "1s");
  EXPECT_EQ(db().cell("SHOW tcp_keepalives_idle"), "10");
  EXPECT_EQ(db().cell("SHOW tcp_user_timeout"), "20000");
  EXPECT_EQ(db().cell("SHOW idle_session_timeout"), "45s");
  EXPECT_EQ(db().cell("SHOW idle_in_transaction_session_timeout"), "45s");
}

TEST_F(Connect, KeepsTheOptionsAndTheNameThatWereGiven) {
  options_["params"]["options"] = "-c work_mem=1234kB -c client_connection_check_interval=2s";
  options_["applicationName"] = "garboard test";
  Connection connection(options_);
  EXPECT_EQ(connection.cell("SHOW work_mem"), "1234kB");
  EXPECT_EQ(connection.cell("SHOW client_connection_check_interval"), "2s");
  EXPECT_EQ(connection.cell("SHOW application_name"), "garboard test");
  EXPECT_EQ(connection.cell("SHOW client_encoding"), "UTF8");
}

TEST_F(Connect, SaysWhatTheServerIs) {
  const auto info = db().server_info();
  EXPECT_EQ(info.at("product"), "PostgreSQL");
  EXPECT_EQ(info.at("user"), options_.at("user"));
  EXPECT_EQ(info.at("database"), options_.at("database"));
  EXPECT_EQ(info.at("readOnly"), false);
  EXPECT_EQ(info.at("pooler"), false);
  EXPECT_EQ(info.at("session"), db().cell("SELECT pg_backend_pid()"));
  EXPECT_TRUE(db().cell("SHOW server_version").starts_with(info.at("version").get<std::string>()));
}

}  // namespace garboard::postgres_tests
