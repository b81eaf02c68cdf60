// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

#include "options.hpp"
#include "session.hpp"

namespace garboard::mysql {
namespace {

constexpr std::string_view description = R"json({
"name":"mysql","displayName":"MySQL/MariaDB","placeholders":"question","identifierQuote":"`",
"defaultSchema":"","transactionalDdl":false,"implicitCommit":true,"nonTransactional":[],
"lexical":{"hashComments":true,"needsSpaceAfterDashes":true,"executableComments":true,
"backslashEscapes":true,"doubleQuotedStrings":true,"backtickIdentifiers":true,
"compoundStatements":true,"delimiterCommand":true,"dollarInIdentifiers":true,
"verticalTabIsSpace":true},
"lock":{"scope":"session"},
"ledger":{"create":[
"CREATE TABLE IF NOT EXISTS {table} (app varchar(64) NOT NULL, id varchar(200) NOT NULL, ordinal bigint NOT NULL, name varchar(400) NOT NULL, checksum varchar(100) NOT NULL, state varchar(16) NOT NULL, started_at datetime(6) NOT NULL, finished_at datetime(6) NULL, run_id varchar(36) NOT NULL, applied_by varchar(255) NOT NULL, tool_version varchar(32) NOT NULL, down_sql longtext NULL, PRIMARY KEY (app, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
"CREATE TABLE IF NOT EXISTS {journal} (app varchar(64) NOT NULL, id varchar(200) NOT NULL, seq bigint NOT NULL, checksum varchar(100) NOT NULL, state varchar(16) NOT NULL, fingerprint longtext NULL, note longtext NULL, PRIMARY KEY (app, id, seq)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"],
"now":"UTC_TIMESTAMP(6)","missingTable":["42S02"]},
"lockTimeout":"SET SESSION lock_wait_timeout = {s}, innodb_lock_wait_timeout = {s}"
})json";

struct MysqlDriver {
  using Connection = Session;
  static std::string describe() { return std::string(description); }
  static std::unique_ptr<Session> open(std::string_view options_json) {
    return std::make_unique<Session>(parse_options(options_json));
  }
};

}  // namespace
}  // namespace garboard::mysql

GARBOARD_DRIVER(garboard::mysql::MysqlDriver, "mysql", "0.1.0", "[\"mysql\",\"mariadb\"]")
