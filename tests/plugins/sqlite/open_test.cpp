// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "plugins/sqlite/driver.hpp"

namespace garboard::sqlite_test {
namespace {

class SqliteOpen : public OnFile {
 protected:
  Outcome open_with(const nlohmann::json& changes) { return Connection(options(changes)).opened(); }
  std::string path(const char* name) { return (folder_ / name).string(); }
};

TEST_F(SqliteOpen, MakesTheFileButNotItsFolder) {
  EXPECT_TRUE(open_with({{"database", path("new.db")}}).ok());
  const Outcome outcome = open_with({{"database", path("no/new.db")}});
  EXPECT_EQ(outcome.status, GBD_E_CONNECT);
  EXPECT_NE(outcome.message.find("the folder of"), std::string::npos) << outcome;
  EXPECT_NE(outcome.message.find("No such file"), std::string::npos) << outcome;
}

TEST_F(SqliteOpen, DoesNotMakeAFileForReaders) {
  for (const nlohmann::json& changes : std::vector<nlohmann::json>{
           {{"readOnly", true}}, {{"params", {{"mode", "rw"}}}}, {{"params", {{"mode", "ro"}}}}}) {
    nlohmann::json all = changes;
    all["database"] = path("absent.db");
    const Outcome outcome = open_with(all);
    EXPECT_EQ(outcome.status, GBD_E_CONNECT) << changes;
    EXPECT_NE(outcome.message.find("there is no database file"), std::string::npos) << outcome;
    EXPECT_NE(
        outcome.hint.find(all.contains("params") ? "must be there" : "garboard migrate makes"),
        std::string::npos)
        << outcome.hint;
    EXPECT_FALSE(std::filesystem::exists(path("absent.db")));
  }
}

TEST_F(SqliteOpen, TakesEveryFileNameLiterally) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  for (const char* name : {"file:a?mode=memory", "a?mode=memory#x", ":memory: ", "file::memory:"}) {
    Connection one(options({{"database", name}}));
    ASSERT_TRUE(one.opened().ok()) << one.opened();
    EXPECT_TRUE(one.exec("CREATE TABLE t (x)").ok());
    EXPECT_TRUE(std::filesystem::exists(folder_ / name)) << name;
  }
  std::filesystem::current_path(before);
}

TEST_F(SqliteOpen, KeepsMemoryInMemory) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  Connection memory(options({{"database", ":memory:"}}));
  EXPECT_TRUE(memory.exec("CREATE TABLE t (x)").ok());
  EXPECT_TRUE(memory.lock("k", 0).ok());
  EXPECT_FALSE(std::filesystem::exists(folder_ / ":memory:"));
  std::filesystem::current_path(before);
}

TEST_F(SqliteOpen, RefusesWhatItDoesNotKnowByName) {
  const std::vector<std::pair<nlohmann::json, const char*>> wrong{
      {{{"params", {{"cache", "shared"}}}}, "cache"},
      {{{"params", {{"mode", "memory"}}}}, "mode"},
      {{{"params", {{"busy_timeout", "5s"}}}}, "busy_timeout"},
      {{{"params", {{"busy_timeout", "-1"}}}}, "busy_timeout"},
      {{{"params", {{"foreign_keys", ""}}}}, "foreign_keys"},
      {{{"host", "db"}}, "host"},
      {{{"port", 1}}, "port"},
      {{{"database", ""}}, "no database file"},
      {{{"database", std::string("a\0b", 3)}}, "NUL"},
      {{{"colour", "red"}}, "colour"}};
  for (const auto& [changes, word] : wrong) {
    const Outcome outcome = open_with(changes);
    EXPECT_EQ(outcome.status, GBD_E_INVALID) << changes;
    EXPECT_NE(outcome.message.find(word), std::string::npos) << changes << outcome;
  }
}

TEST_F(SqliteOpen, DoesNotShowAPassword) {
  const Outcome outcome = open_with({{"password", "canary-p4ss"}});
  EXPECT_EQ(outcome.status, GBD_E_INVALID);
  EXPECT_EQ((outcome.message + outcome.hint).find("canary"), std::string::npos);
}

TEST_F(SqliteOpen, RefusesAFolderAndWhatIsNoDatabase) {
  EXPECT_EQ(open_with({{"database", folder_.string()}}).status, GBD_E_INVALID);
  std::ofstream(path("text")) << std::string(2000, 'x');
  Connection text(options({{"database", path("text")}}));
  const Outcome outcome = text.exec("SELECT * FROM sqlite_master");
  EXPECT_EQ(outcome.status, GBD_E_INVALID);
  EXPECT_NE(outcome.message.find("not a database: " + path("text")), std::string::npos) << outcome;
}

// Only the database's own file makes it unreachable; another one is the statement's affair.
TEST_F(SqliteOpen, BlamesTheStatementForAFileThatItNames) {
  must("CREATE TABLE t (x)");
  std::ofstream(path("text")) << std::string(2000, 'x');
  const std::string absent = path("absent/x.db");
  for (const std::string& sql :
       {"ATTACH '" + absent + "' AS o", "VACUUM INTO '" + absent + "'",
        "ATTACH '" + folder_.string() + "' AS o", "ATTACH '" + path("text") + "' AS o"}) {
    const Outcome outcome = run(sql);
    EXPECT_EQ(outcome.status, GBD_E_SQL) << sql << outcome;
    EXPECT_EQ(outcome.message.find(file()), std::string::npos) << outcome;
  }
  EXPECT_NE(run("ATTACH '" + absent + "' AS o").message.find(absent), std::string::npos);
  must("INSERT INTO t VALUES (1)");
}

TEST_F(SqliteOpen, BlamesTheDatabaseForAJournalThatCannotBeMade) {
  must("CREATE TABLE t (x)");
  std::filesystem::create_symlink(path("absent/journal"), file() + "-journal");
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  const Outcome outcome = run("INSERT INTO t VALUES (1)");
  EXPECT_EQ(outcome.status, GBD_E_CONNECT) << outcome;
  EXPECT_NE(outcome.message.find(file()), std::string::npos) << outcome;
}

TEST_F(SqliteOpen, BlamesTheDatabaseThatBecameUnreadable) {
  must("CREATE TABLE t (x)");
  std::ofstream(file()) << std::string(20000, 'x');
  const Outcome outcome = run("SELECT * FROM t");
  EXPECT_EQ(outcome.status, GBD_E_INVALID) << outcome;
  EXPECT_NE(outcome.message.find(file()), std::string::npos) << outcome;
}

TEST_F(SqliteOpen, EnforcesForeignKeysUnlessToldOtherwise) {
  EXPECT_EQ(run("PRAGMA foreign_keys").cell(), "1");
  Connection off(options({{"params", {{"foreign_keys", "off"}}}}));
  EXPECT_EQ(off.exec("PRAGMA foreign_keys").cell(), "0");
}

TEST_F(SqliteOpen, LeavesTheJournalModeAsFound) {
  must("PRAGMA journal_mode = wal");
  connection_.reset();
  connection_ = std::make_unique<Connection>(options());
  EXPECT_EQ(run("PRAGMA journal_mode").cell(), "wal");
}

TEST_F(SqliteOpen, DoesNotWriteForReaders) {
  must("CREATE TABLE t (x)");
  for (const nlohmann::json& changes :
       std::vector<nlohmann::json>{{{"readOnly", true}}, {{"params", {{"mode", "ro"}}}}}) {
    Connection reader(options(changes));
    EXPECT_TRUE(reader.exec("SELECT * FROM t").ok());
    const Outcome outcome = reader.exec("INSERT INTO t VALUES (1)");
    EXPECT_EQ(outcome.status, GBD_E_SQL);
    EXPECT_EQ(outcome.context, R"({"class":"readOnly"})");
    EXPECT_EQ(outcome.sqlstate, "25006");
  }
}

// A killed writer's journal can only be undone by writing, which a reader must be able to do.
TEST_F(SqliteOpen, ReadsAfterAKilledWriter) {
  must("CREATE TABLE t (x)");
  must("INSERT INTO t VALUES (1)");
  must("PRAGMA cache_spill = 1");
  must("PRAGMA cache_size = 1");
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  must("UPDATE t SET x = zeroblob(200000)");
  const auto copy = path("copy.db");
  std::filesystem::copy(file(), copy);
  std::filesystem::copy(file() + "-journal", copy + "-journal");
  Connection reader(options({{"database", copy}, {"readOnly", true}}));
  EXPECT_EQ(reader.exec("SELECT x FROM t").cell(), "1");
}

TEST_F(SqliteOpen, TellsAboutTheFile) {
  const auto info = nlohmann::json::parse(connection_->server_info().text);
  EXPECT_EQ(info["product"], "SQLite");
  EXPECT_EQ(info["database"], file());
  EXPECT_EQ(info["readOnly"], false);
  Connection reader(options({{"params", {{"mode", "ro"}}}}));
  EXPECT_EQ(nlohmann::json::parse(reader.server_info().text)["readOnly"], true);
}

TEST_F(SqliteOpen, DescribesItself) {
  std::string text;
  const gbd_sink sink{&text, [](void* ctx, const char* p, size_t n) noexcept {
                        static_cast<std::string*>(ctx)->append(p, n);
                      }};
  ASSERT_EQ(driver().describe(&sink, nullptr), GBD_OK);
  const auto described = nlohmann::json::parse(text);
  EXPECT_EQ(described["name"], "sqlite");
  EXPECT_EQ(described["lock"]["scope"], "begin");
  for (std::string sql : described["ledger"]["create"]) {
    for (const char* name : {"{table}", "{journal}", "{log}"})
      if (const auto at = sql.find(name); at != std::string::npos)
        sql.replace(at, std::string_view(name).size(), "\"history\"");
    EXPECT_TRUE(Connection(options({{"database", ":memory:"}})).exec(sql).ok()) << sql;
  }
  const Cell now = run("SELECT " + described["ledger"]["now"].get<std::string>()).cell();
  ASSERT_TRUE(now);
  EXPECT_EQ(now->size(), std::string_view("2026-01-02 03:04:05.678").size());
  EXPECT_EQ(run("SELECT * FROM missing").sqlstate, described["ledger"]["missingTable"][0]);
}

}  // namespace
}  // namespace garboard::sqlite_test
