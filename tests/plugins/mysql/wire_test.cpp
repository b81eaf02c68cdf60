// SPDX-License-Identifier: Apache-2.0
#include "plugins/mysql/wire.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "plugins/mysql/driver.hpp"

namespace garboard::mysql_test {
namespace {

constexpr const char* canary = "canary-s3cret";

class MysqlCut : public OnServer {
 protected:
  // Options that go through a proxy, which cuts once the client has sent `trigger`.
  nlohmann::json through(const CuttingProxy& proxy) const {
    nlohmann::json changed = options();
    changed["port"] = proxy.port();
    return changed;
  }
  std::uint16_t server_port() const { return options()["port"].get<std::uint16_t>(); }
};
ON_EACH_SERVER(MysqlCut);

TEST_P(MysqlCut, InACommitLeavesTheOutcomeOpen) {
  must("CREATE TABLE t (a int)");
  const CuttingProxy proxy(server_port(), "COMMIT");
  Connection cut(through(proxy));
  ASSERT_TRUE(cut.tx(GBD_TX_BEGIN).ok());
  ASSERT_TRUE(cut.exec("INSERT INTO t VALUES (1)").ok());
  const Outcome outcome = cut.tx(GBD_TX_COMMIT);
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_TRUE(outcome.has(GBD_EF_OUTCOME_UNKNOWN)) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_RETRYABLE)) << outcome;
  EXPECT_EQ(run("SELECT count(*) FROM t").cell(), "1") << "it had been committed";
  EXPECT_TRUE(cut.exec("SELECT 1").has(GBD_EF_CONN_LOST));
}

TEST_P(MysqlCut, InAStatementOfItsOwnLeavesTheOutcomeOpen) {
  must("CREATE TABLE t (a int)");
  const CuttingProxy proxy(server_port(), "INSERT INTO t");
  Connection cut(through(proxy));
  const Outcome outcome = cut.exec("INSERT INTO t VALUES (1)");
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_TRUE(outcome.has(GBD_EF_OUTCOME_UNKNOWN)) << outcome;
}

TEST_P(MysqlCut, InAnAtomicBatchSaysWhere) {
  must("CREATE TABLE t (a int)");
  const CuttingProxy proxy(server_port(), "INSERT INTO t VALUES (2)");
  Connection cut(through(proxy));
  const Outcome outcome =
      cut.batch({"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"}, GBD_BATCH_ATOMIC);
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_OUTCOME_UNKNOWN)) << outcome;
  EXPECT_EQ(outcome.done, 1U);
  must("ALTER TABLE t ADD b int");  // waits until the transaction is gone
  EXPECT_EQ(run("SELECT count(*) FROM t").cell(), "0");
}

TEST_P(MysqlCut, InAQuestionLeavesNothingOpen) {
  const CuttingProxy proxy(server_port(), "SELECT 41");
  Connection cut(through(proxy));
  const Outcome outcome = cut.exec("SELECT 41 + 1");
  EXPECT_TRUE(outcome.has(GBD_EF_CONN_LOST)) << outcome;
  EXPECT_FALSE(outcome.has(GBD_EF_OUTCOME_UNKNOWN)) << outcome;
}

// What a server gets to see that answers the login with `answers`.
struct Shown {
  Outcome outcome;
  std::string received;
};
Shown shown_to(std::vector<std::string> answers, const nlohmann::json& params) {
  NosyServer server(std::move(answers));
  Shown shown;
  shown.outcome = Connection({{"host", "127.0.0.1"},
                              {"port", server.port()},
                              {"user", "u"},
                              {"password", canary},
                              {"params", params}})
                      .opened();
  shown.received = server.received();
  return shown;
}

// caching_sha2_password does not know this password yet and wants all of it
const std::string full_authentication = "\1\4";

// What a server may answer that would have all of the password, in clear if it gets it so.
std::vector<std::vector<std::string>> wishes_for_the_password() {
  return {{full_authentication},
          {NosyServer::change_to("sha256_password")},
          {NosyServer::change_to("caching_sha2_password"), full_authentication}};
}

TEST(MysqlNosyServer, IsNotShownThePassword) {
  const Shown shown = shown_to({std::string("\xfe"
                                            "mysql_clear_password\0",
                                            22)},
                               nlohmann::json::object());
  EXPECT_EQ(shown.outcome.status, GBD_E_AUTH) << shown.outcome;
  EXPECT_NE(shown.received.find("caching_sha2_password"), std::string::npos);
  EXPECT_EQ(shown.received.find(canary), std::string::npos);
}

TEST(MysqlNosyServer, IsToldNothingWhereEncryptionIsRequired) {
  for (const nlohmann::json& params :
       {nlohmann::json{{"ssl-mode", "required"}},
        nlohmann::json{{"ssl-mode", "required"}, {"ssl-ca", "/nonexistent"}},
        nlohmann::json{{"ssl-mode", "verify-ca"}, {"ssl-ca", "/nonexistent"}},
        nlohmann::json{{"ssl-mode", "verify-full"}, {"ssl-ca", "/nonexistent"}}})
    for (const std::vector<std::string>& answers : wishes_for_the_password()) {
      const Shown shown = shown_to(answers, params);
      EXPECT_EQ(shown.outcome.status, GBD_E_CONNECT) << params << shown.outcome;
      EXPECT_EQ(shown.outcome.context, R"({"class":"tls"})") << params << shown.outcome;
      EXPECT_EQ(shown.received.find(canary), std::string::npos) << params;
    }
}

TEST(MysqlNosyServer, GetsNoClearPasswordWhereEncryptionIsAWish) {
  for (const nlohmann::json& params :
       {nlohmann::json::object(), nlohmann::json{{"ssl-mode", "preferred"}},
        nlohmann::json{{"ssl-mode", "preferred"}, {"ssl-ca", "/nonexistent"}},
        nlohmann::json{{"ssl-mode", "disabled"}},
        nlohmann::json{{"ssl-mode", "disabled"}, {"ssl-ca", "/nonexistent"}},
        nlohmann::json{
            {"ssl-mode", "disabled"}, {"ssl-cert", "/nonexistent"}, {"ssl-key", "/nonexistent"}}})
    for (const std::vector<std::string>& answers : wishes_for_the_password()) {
      const Shown shown = shown_to(answers, params);
      EXPECT_NE(shown.received.find("caching_sha2_password"), std::string::npos) << params;
      EXPECT_EQ(shown.received.find(canary), std::string::npos) << params << shown.outcome;
    }
}

TEST(MysqlBrokenTls, IsNoMistakeInTheSettings) {
  for (const auto end : {BrokenTlsServer::End::close, BrokenTlsServer::End::reset}) {
    const BrokenTlsServer server(end);
    const Outcome outcome = Connection({{"host", "127.0.0.1"},
                                        {"port", server.port()},
                                        {"user", "u"},
                                        {"params", {{"ssl-mode", "required"}}}})
                                .opened();
    EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
    EXPECT_EQ(outcome.context, "") << outcome;
    EXPECT_EQ(outcome.hint, "") << outcome;
  }
}

// The MySQL server of the tests makes itself certificates; MariaDB's has none.
class MysqlCertificate : public OnServer {
 protected:
  void SetUp() override {
    OnServer::SetUp();
    if (connection_ == nullptr) return;
    const Outcome ca = run("SELECT LOAD_FILE(CONCAT(@@datadir, @@ssl_ca))");
    ASSERT_TRUE(ca.cell().has_value()) << "the server must let its certificate be read";
    path_ = ::testing::TempDir() + "garboard_ca_" + options()["database"].get<std::string>();
    std::ofstream(path_) << *ca.cell();
  }
  void TearDown() override {
    std::remove(path_.c_str());
    OnServer::TearDown();
  }
  Outcome open_with(const nlohmann::json& params) {
    nlohmann::json changed = options();
    changed["params"] = params;
    return Connection(changed).opened();
  }
  std::string path_;
};
INSTANTIATE_TEST_SUITE_P(Servers, MysqlCertificate, ::testing::Values("MYSQL"));

TEST_P(MysqlCertificate, IsTakenFromTheAuthorityThatIsNamed) {
  const Outcome outcome = open_with({{"ssl-ca", path_}});
  EXPECT_TRUE(outcome.ok()) << outcome;
}

// Until the server has seen a password once, it wants all of it.
TEST_P(MysqlCertificate, LetsAFreshPasswordThroughInEveryMode) {
  const std::string account = "'garboard_fresh'@'127.0.0.1'";
  nlohmann::json login = options();
  login["user"] = "garboard_fresh";
  login["password"] = canary;
  login.erase("database");
  for (const nlohmann::json& params :
       {nlohmann::json{{"ssl-mode", "disabled"}}, nlohmann::json{{"ssl-mode", "preferred"}},
        nlohmann::json{{"ssl-mode", "required"}},
        nlohmann::json{{"ssl-mode", "verify-ca"}, {"ssl-ca", path_}},
        nlohmann::json{{"ssl-mode", "disabled"}, {"ssl-ca", path_}}}) {
    must("DROP USER IF EXISTS " + account);
    must("CREATE USER " + account + " IDENTIFIED WITH caching_sha2_password BY '" + canary + "'");
    login["params"] = params;
    Connection connection(login);
    ASSERT_TRUE(connection.opened().ok()) << params << connection.opened();
    const Outcome cipher = connection.exec("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    EXPECT_EQ(cipher.rows.at(0).at(1) == "", params["ssl-mode"] == "disabled") << params;
  }
  must("DROP USER " + account);
}

TEST_P(MysqlCertificate, IsRefusedForAnotherHost) {
  const Outcome outcome = open_with({{"ssl-ca", path_}, {"ssl-mode", "verify-full"}});
  EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
  EXPECT_EQ(outcome.context, R"({"class":"tls"})");
}

TEST_P(MysqlCertificate, IsRefusedFromAnotherAuthority) {
  const Outcome outcome = open_with({{"ssl-capath", "/nonexistent"}, {"ssl-mode", "verify-ca"}});
  EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
  EXPECT_EQ(outcome.context, R"({"class":"tls"})");
}

}  // namespace
}  // namespace garboard::mysql_test
