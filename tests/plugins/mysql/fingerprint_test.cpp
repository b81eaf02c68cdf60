// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "plugins/mysql/driver.hpp"

namespace garboard::mysql_test {
namespace {

class MysqlFingerprint : public OnServer {
 protected:
  std::string fingerprint(const std::string& sql) {
    const Outcome outcome = connection_->fingerprint(sql);
    EXPECT_TRUE(outcome.ok()) << sql << ": " << outcome;
    EXPECT_EQ(outcome.text.size(), 16U);
    return outcome.text;
  }
  void is_changed_by(const std::string& sql) {
    const std::string before = fingerprint(sql);
    EXPECT_EQ(fingerprint(sql), before) << sql << ": the same before it ran";
    must(sql);
    EXPECT_NE(fingerprint(sql), before) << sql;
  }
};
ON_EACH_SERVER(MysqlFingerprint);

TEST_P(MysqlFingerprint, ChangesWithATable) {
  is_changed_by("CREATE TABLE `t x` (id int AUTO_INCREMENT PRIMARY KEY, a int)");
  is_changed_by("ALTER TABLE `t x` ADD b int");
  is_changed_by("CREATE INDEX i ON `t x` (a)");
  is_changed_by("DROP INDEX i ON `t x`");
  is_changed_by("ALTER TABLE `t x` RENAME TO u");
  is_changed_by("RENAME TABLE u TO w");
  is_changed_by("ALTER TABLE w COMMENT='c'");
  is_changed_by("DROP TABLE w");
}

TEST_P(MysqlFingerprint, ChangesWithViewsAndPrograms) {
  must("CREATE TABLE t (a int)");
  is_changed_by("CREATE VIEW v AS SELECT 1 AS a");
  is_changed_by("ALTER VIEW v AS SELECT 2 AS a");
  is_changed_by("DROP VIEW v");
  is_changed_by("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1");
  is_changed_by("DROP TRIGGER tr");
  is_changed_by("CREATE PROCEDURE p() SELECT 1");
  is_changed_by("ALTER PROCEDURE p COMMENT 'c'");
  is_changed_by("DROP PROCEDURE p");
  is_changed_by("CREATE FUNCTION f() RETURNS int DETERMINISTIC NO SQL RETURN 1");
  is_changed_by("DROP FUNCTION f");
  is_changed_by("CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1");
  is_changed_by("ALTER EVENT e DISABLE");
  is_changed_by("DROP EVENT e");
  if (is_mariadb()) {
    is_changed_by("CREATE SEQUENCE s");
    is_changed_by("DROP SEQUENCE s");
  }
}

TEST_P(MysqlFingerprint, IgnoresRowsAndOtherObjects) {
  must("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY)");
  const std::string before = fingerprint("ALTER TABLE t ADD b int");
  must("INSERT INTO t VALUES (), (), ()");
  must("CREATE TABLE u (a int)");
  EXPECT_EQ(fingerprint("ALTER TABLE t ADD b int"), before);
}

TEST_P(MysqlFingerprint, IsRefusedWhereItCannotTell) {
  EXPECT_EQ(connection_->fingerprint("TRUNCATE TABLE t").status, GBD_E_UNSUPPORTED);
  EXPECT_EQ(connection_->fingerprint("INSERT INTO t VALUES (1)").status, GBD_E_UNSUPPORTED);
}

TEST_P(MysqlFingerprint, HoldsNoLockInATransaction) {
  must("CREATE TABLE t (a int)");
  ASSERT_TRUE(connection_->tx(GBD_TX_BEGIN).ok());
  static_cast<void>(fingerprint("ALTER TABLE t ADD b int"));
  Connection other(options());
  ASSERT_TRUE(other.exec("SET SESSION lock_wait_timeout = 1").ok());
  EXPECT_TRUE(other.exec("ALTER TABLE t ADD c int").ok());
}

}  // namespace
}  // namespace garboard::mysql_test
