// SPDX-License-Identifier: Apache-2.0
#include "cli/connection.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

namespace garboard::cli {
namespace {

using nlohmann::json;

Result<Connection> found(const std::vector<std::string>& flags,
                         std::vector<std::string_view> variables) {
  std::vector<std::string> words{"migrate"};
  words.insert(words.end(), flags.begin(), flags.end());
  const Environment environment(std::move(variables));
  const Arguments arguments = parse_arguments(words).value();
  Result<Settings> settings = Settings::make(arguments, environment, {});
  if (!settings) return std::move(settings).error();
  return find_connection(*settings, environment);
}

json options(const Connection& connection) {
  return json::parse(connection.options_json(std::chrono::seconds{10}, false));
}

class SecretFile {
 public:
  explicit SecretFile(std::string_view content)
      : path_(std::filesystem::temp_directory_path() /
              ("garboard-secret-" + std::to_string(getpid()))) {
    std::ofstream(path_) << content;
  }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_.native(); }

 private:
  std::filesystem::path path_;
};

TEST(Connection, PrefersTheUrlFlagThenItsVariableThenTheNamedOneThenFields) {
  const std::vector<std::string_view> all{"GARBOARD_URL=mysql://two/d",
                                          "DATABASE_URL=mysql://three/d", "DB_HOST=four",
                                          "DB_TYPE=mysql"};
  EXPECT_EQ(found({"--url", "mysql://one/d"}, all)->url.host, "one");
  EXPECT_EQ(found({}, all)->url.host, "two");
  EXPECT_EQ(found({}, {"DATABASE_URL=mysql://three/d", "DB_HOST=four", "DB_TYPE=mysql"})->url.host,
            "three");
  EXPECT_EQ(found({}, {"DB_HOST=four", "DB_TYPE=mysql"})->url.host, "four");
  EXPECT_EQ(found({"--url-env", "OTHER"}, {"OTHER=mysql://five/d", "DATABASE_URL=mysql://three/d"})
                ->url.host,
            "five");
}

TEST(Connection, RefusesAPasswordOnTheCommandLine) {
  for (const char* url : {"postgres://u:canary@h/d", "postgres://h/d?sslpassword=canary"}) {
    const Result<Connection> connection = found({"--url", url}, {});
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, base::Code::usage);
    EXPECT_EQ((connection.error().message + connection.error().hint).find("canary"),
              std::string::npos);
  }
  EXPECT_TRUE(found({"--url", "postgres://u@h/d"}, {}));
}

TEST(Connection, TakesAPasswordFromTheEnvironmentAndRemembersItAsSecret) {
  for (const char* variable :
       {"GARBOARD_URL=postgres://u:canary@h/d", "DATABASE_URL=postgres://u:canary@h/d"}) {
    const Result<Connection> connection = found({}, {variable});
    ASSERT_TRUE(connection);
    EXPECT_EQ(options(*connection).at("password"), "canary");
    EXPECT_EQ(connection->secrets.at(0), "canary");
    EXPECT_EQ(connection->shown(), "postgres://h/d");
  }
}

TEST(Connection, BlamesTheVariableForABadUrl) {
  const Result<Connection> connection = found({}, {"DATABASE_URL=canary"});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, base::Code::bad_input);
  EXPECT_EQ(connection.error().context, std::vector<std::string>{"DATABASE_URL"});
}

TEST(Connection, IsPutTogetherFromFieldsThatNeedNoEscaping) {
  const Result<Connection> connection = found(
      {"--env-prefix", "PG_"}, {"PG_TYPE=postgres", "PG_HOST=h", "PG_PORT=5433", "PG_NAME=a/b",
                                "PG_USER=u@x", "PG_PASSWORD=p%41/?#@:", "PG_SSLMODE=require"});
  ASSERT_TRUE(connection);
  const json opened = options(*connection);
  EXPECT_EQ(connection->driver, "postgres");
  EXPECT_EQ(opened.at("host"), "h");
  EXPECT_EQ(opened.at("port"), 5433);
  EXPECT_EQ(opened.at("database"), "a/b");
  EXPECT_EQ(opened.at("user"), "u@x");
  EXPECT_EQ(opened.at("password"), "p%41/?#@:");
  EXPECT_EQ(opened.at("params").at("sslmode"), "require");
  EXPECT_EQ(connection->secrets, std::vector<std::string>{"p%41/?#@:"});
}

TEST(Connection, ReadsEachFieldFromAFileToo) {
  const SecretFile secret("canary pass\n");
  const std::string variable = "DB_PASSWORD_FILE=" + secret.path();
  const Result<Connection> connection = found({}, {"DB_TYPE=mysql", "DB_HOST=h", variable});
  ASSERT_TRUE(connection);
  EXPECT_EQ(options(*connection).at("password"), "canary pass");
  const SecretFile url("mysql://u:canary@h/d\r\n");
  for (const std::string name : {"GARBOARD_URL_FILE=", "DATABASE_URL_FILE="}) {
    const std::string text = name + url.path();
    EXPECT_EQ(found({}, {text})->url.password, "canary");
  }
  const Result<Connection> missing = found({}, {"DATABASE_URL_FILE=/nonexistent/url"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, base::Code::bad_input);
}

TEST(Connection, OverlooksThePortThatKubernetesSetsForAServiceNamedDb) {
  const Result<Connection> connection =
      found({}, {"DB_TYPE=postgres", "DB_HOST=h", "DB_PORT=tcp://10.0.0.7:5432"});
  ASSERT_TRUE(connection);
  EXPECT_FALSE(connection->url.port);
  EXPECT_FALSE(found({}, {"DB_TYPE=postgres", "DB_HOST=h", "DB_PORT=54x"}));
  // and nothing but that port says that no database is named
  EXPECT_EQ(found({}, {"DB_PORT=tcp://10.0.0.7:5432"}).error().message, "no database is named");
}

TEST(Connection, SaysWhichWaysThereAreWhenNoDatabaseIsNamed) {
  const Result<Connection> connection = found({}, {});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, base::Code::usage);
  for (const char* part : {"DATABASE_URL", "DB_HOST", "--url"})
    EXPECT_NE(connection.error().hint.find(part), std::string::npos) << part;
  EXPECT_NE(found({}, {"DB_HOST=h"}).error().hint.find("DB_TYPE"), std::string::npos);
}

TEST(Connection, TakesTheDriverThatIsNamed) {
  EXPECT_EQ(found({"--database", "sqlite"}, {"DB_NAME=x.db"})->driver, "sqlite");
  EXPECT_EQ(found({"--database", "acme"}, {"DATABASE_URL=postgres://h/d"})->driver, "acme");
}

TEST(Connection, TellsTheDriverTimeoutAndAccess) {
  const json opened = json::parse(
      found({"--url", "sqlite:x.db"}, {})->options_json(std::chrono::milliseconds{1500}, true));
  EXPECT_EQ(opened.at("connectTimeoutMs"), 1500);
  EXPECT_EQ(opened.at("readOnly"), true);
  EXPECT_EQ(opened.at("database"), "x.db");
  EXPECT_FALSE(opened.contains("host"));
  EXPECT_FALSE(opened.contains("password"));
}

}  // namespace
}  // namespace garboard::cli
