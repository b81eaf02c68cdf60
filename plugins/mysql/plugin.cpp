// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

#include "options.hpp"
#include "render.hpp"
#include "session.hpp"

namespace garboard::mysql {
namespace {

constexpr std::string_view description = R"json({
"name":"mysql","displayName":"MySQL/MariaDB","placeholders":"question","identifierQuote":"`",
"defaultSchema":"{database}","transactionalDdl":false,"implicitCommit":true,"nonTransactional":[],
"lexical":{"hashComments":true,"needsSpaceAfterDashes":true,"executableComments":true,
"backslashEscapes":true,"doubleQuotedStrings":true,"backtickIdentifiers":true,
"compoundStatements":true,"delimiterCommand":true,"dollarInIdentifiers":true,
"verticalTabIsSpace":true},
"lock":{"scope":"session"},
"ledger":{"create":[
"CREATE TABLE IF NOT EXISTS {journal} (app varchar(64) NOT NULL, id varchar(200) NOT NULL, seq bigint NOT NULL, checksum varchar(100) NOT NULL, state varchar(16) NOT NULL, fingerprint longtext NULL, note longtext NULL, PRIMARY KEY (app, id, seq)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
"CREATE TABLE IF NOT EXISTS {log} (seq bigint NOT NULL AUTO_INCREMENT, app varchar(64) NOT NULL, id varchar(200) NOT NULL, name varchar(400) NOT NULL, action varchar(32) NOT NULL, logged_at datetime(6) NOT NULL, run_id varchar(36) NOT NULL, applied_by varchar(255) NOT NULL, tool_version varchar(32) NOT NULL, duration_ms bigint NULL, reason longtext NULL, detail longtext NULL, PRIMARY KEY (seq)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
"CREATE TABLE IF NOT EXISTS {table} (app varchar(64) NOT NULL, id varchar(200) NOT NULL, ordinal bigint NOT NULL, name varchar(400) NOT NULL, checksum varchar(100) NOT NULL, state varchar(16) NOT NULL, started_at datetime(6) NOT NULL, finished_at datetime(6) NULL, run_id varchar(36) NOT NULL, applied_by varchar(255) NOT NULL, tool_version varchar(32) NOT NULL, down_sql longtext NULL, PRIMARY KEY (app, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"],
"check":"SELECT TABLE_NAME, CASE WHEN TABLE_TYPE <> 'BASE TABLE' THEN CONCAT('it is no ordinary table but a ', LOWER(TABLE_TYPE)) ELSE CONCAT('its engine is ', COALESCE(ENGINE, 'unknown'), ', and only InnoDB keeps what was committed') END FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(NULLIF({schema}, _utf8mb4''), DATABASE()) AND TABLE_NAME = {name} AND (TABLE_TYPE <> 'BASE TABLE' OR COALESCE(ENGINE, '') <> 'InnoDB') UNION ALL SELECT EVENT_OBJECT_TABLE, CONCAT('it has the trigger ', TRIGGER_NAME) FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = COALESCE(NULLIF({schema}, _utf8mb4''), DATABASE()) AND EVENT_OBJECT_TABLE = {name}",
"now":"UTC_TIMESTAMP(6)","missingTable":["42S02"]},
"lockTimeout":"SET SESSION lock_wait_timeout = {s}, innodb_lock_wait_timeout = {s}",
"lockTimeoutReset":"SET SESSION lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT",
"seeds":{"create":[
"CREATE TABLE IF NOT EXISTS {seeds} (app varchar(64) NOT NULL, id varchar(200) NOT NULL, name varchar(400) NOT NULL, mode varchar(16) NOT NULL, checksum varchar(100) NOT NULL, applied_at datetime(6) NOT NULL, run_id varchar(36) NOT NULL, applied_by varchar(255) NOT NULL, tool_version varchar(32) NOT NULL, rows_inserted bigint NOT NULL, rows_updated bigint NOT NULL, rows_deleted bigint NOT NULL, PRIMARY KEY (app, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"],
"columns":"SELECT c.COLUMN_NAME, CASE WHEN e.TRANSACTIONS = 'YES' THEN 't' ELSE 'f' END FROM information_schema.COLUMNS c JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE c.TABLE_SCHEMA = COALESCE(NULLIF(?, _utf8mb4''), DATABASE()) AND c.TABLE_NAME = ?",
"foreignKeys":"SELECT REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = COALESCE(NULLIF(?, _utf8mb4''), DATABASE()) AND TABLE_NAME = ? AND REFERENCED_TABLE_NAME IS NOT NULL",
"copy":"LOAD DATA LOCAL INFILE 'garboard' INTO TABLE {table} CHARACTER SET utf8mb4 FIELDS TERMINATED BY 0x09 ESCAPED BY 0x5C LINES TERMINATED BY 0x0A ({columns})",
"rowsPerInsert":1000,
"stage":["CREATE TEMPORARY TABLE {stage} (garboard_row bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, INDEX ({key})) ENGINE=InnoDB AS SELECT {columns} FROM {table} LIMIT 0"],
"dropStage":"DROP TEMPORARY TABLE {stage}",
"update":"UPDATE {table} JOIN {stage} ON {match} SET {assignments} WHERE {differs}",
"assignment":"{name}.{column} = {stage}.{column}",
"differs":"NOT (CAST({a} AS BINARY) <=> CAST({b} AS BINARY))"}
})json";

struct MysqlDriver {
  using Connection = Session;
  static std::string describe() { return std::string(description); }
  static std::unique_ptr<Session> open(std::string_view options_json) {
    return std::make_unique<Session>(parse_options(options_json));
  }
  static std::string outline(std::string_view op_json) {
    return render_operation(op_json, nullptr);
  }
};

}  // namespace
}  // namespace garboard::mysql

GARBOARD_DRIVER(garboard::mysql::MysqlDriver, "mysql", "0.1.0", "[\"mysql\",\"mariadb\"]")
