// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "plugins/mysql/driver.hpp"

namespace garboard::mysql_test {
namespace {

constexpr const char* canary = "canary-s3cret";

class MysqlConnect : public OnServer {
 protected:
  Outcome open_with(const nlohmann::json& changes) {
    nlohmann::json changed = options();
    changed.merge_patch(changes);
    return Connection(changed).opened();
  }
};
ON_EACH_SERVER(MysqlConnect);

TEST_P(MysqlConnect, NamesAWrongPasswordWithoutShowingIt) {
  const Outcome outcome = open_with({{"password", canary}});
  EXPECT_EQ(outcome.status, GBD_E_AUTH) << outcome;
  EXPECT_EQ(outcome.native_code, 1045);
  const std::string all = outcome.message + outcome.hint + outcome.context;
  EXPECT_EQ(all.find(canary), std::string::npos) << all;
}

TEST_P(MysqlConnect, NamesAnUnknownDatabase) {
  const Outcome outcome = open_with({{"database", "garboard_missing"}});
  EXPECT_EQ(outcome.status, GBD_E_CONNECT);
  EXPECT_EQ(outcome.native_code, 1049);
}

TEST_P(MysqlConnect, SaysWhenNobodyListens) {
  const Outcome outcome = open_with({{"port", 1}, {"password", canary}});
  EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
  EXPECT_EQ(outcome.message.find(canary), std::string::npos);
}

TEST_P(MysqlConnect, GivesUpOnASilentServerInTime) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome =
      open_with({{"port", ntohs(address.sin_port)}, {"connectTimeoutMs", 1000}});
  EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
  ::close(listener);
}

TEST_P(MysqlConnect, RefusesAnUnknownParameterByName) {
  const Outcome outcome = open_with({{"params", {{"colour", "red"}}}});
  EXPECT_EQ(outcome.status, GBD_E_INVALID);
  EXPECT_NE(outcome.message.find("colour"), std::string::npos);
}

TEST_P(MysqlConnect, EncryptsWhenTheServerCan) {
  nlohmann::json wanting = options();
  wanting["params"]["ssl-mode"] = "preferred";
  Connection connection(wanting);
  ASSERT_TRUE(connection.opened().ok()) << connection.opened();
  const Outcome cipher = connection.exec("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
  if (is_mariadb())
    EXPECT_EQ(cipher.rows.at(0).at(1), "") << "the test server has no certificate";
  else
    EXPECT_NE(cipher.rows.at(0).at(1), "");
}

TEST_P(MysqlConnect, NeverGoesOnInPlainTextWhereEncryptionIsRequired) {
  const Outcome outcome = open_with({{"params", {{"ssl-mode", "required"}}}});
  if (!is_mariadb()) {
    EXPECT_TRUE(outcome.ok()) << outcome;
    return;
  }
  EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
  EXPECT_EQ(outcome.context, R"({"class":"tls"})");
}

TEST_P(MysqlConnect, RefusesACertificateThatNobodyItKnowsHasSigned) {
  const Outcome outcome = open_with({{"params", {{"ssl-mode", "verify-full"}}}});
  EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
  EXPECT_EQ(outcome.context, R"({"class":"tls"})");
}

class MysqlSocket : public OnServer {};
INSTANTIATE_TEST_SUITE_P(Servers, MysqlSocket, ::testing::Values("MARIADB"));

TEST_P(MysqlSocket, IsUsedWhenGiven) {
  const char* path = std::getenv("GARBOARD_TEST_MARIADB_SOCKET");
  if (path == nullptr) GTEST_SKIP() << "GARBOARD_TEST_MARIADB_SOCKET is not set";
  Connection connection(nlohmann::json{{"user", options()["user"]},
                                       {"password", options()["password"]},
                                       {"database", options()["database"]},
                                       {"params", {{"socket", path}}}});
  ASSERT_TRUE(connection.opened().ok()) << connection.opened();
  EXPECT_EQ(connection.exec("SELECT 1").cell(), "1");
  EXPECT_TRUE(connection.cancel().ok());
}

TEST_P(MysqlConnect, SetsTheSqlModeThatIsAskedFor) {
  nlohmann::json changed = options();
  changed["params"]["sql_mode"] = "ANSI_QUOTES,NO_BACKSLASH_ESCAPES";
  Connection connection(changed);
  EXPECT_EQ(connection.exec("SELECT @@sql_mode").cell(), "ANSI_QUOTES,NO_BACKSLASH_ESCAPES");
}

TEST_P(MysqlConnect, RunsAsTheApplicationNameSays) {
  nlohmann::json changed = options();
  changed["applicationName"] = "garboard-test";
  EXPECT_TRUE(Connection(changed).opened().ok());
}

TEST_P(MysqlConnect, TellsAMissingRightFromABrokenStatement) {
  const std::string account = "'garboard_poor'@'127.0.0.1'";
  must("DROP USER IF EXISTS " + account);
  must("CREATE USER " + account + " IDENTIFIED BY 'poor'");
  const std::string database = options()["database"];
  must("GRANT SELECT ON " + database + ".* TO " + account);
  nlohmann::json poor = options();
  poor["user"] = "garboard_poor";
  poor["password"] = "poor";
  Connection connection(poor);
  ASSERT_TRUE(connection.opened().ok()) << connection.opened();
  const Outcome outcome = connection.exec("CREATE TABLE t (a int)");
  EXPECT_EQ(outcome.native_code, 1142) << outcome;
  EXPECT_EQ(outcome.context, R"({"class":"permission"})");
  must("DROP USER " + account);
}

}  // namespace
}  // namespace garboard::mysql_test
