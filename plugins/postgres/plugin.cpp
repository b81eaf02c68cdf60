// SPDX-License-Identifier: Apache-2.0
// The driver's description and its entry point.
#include <memory>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

#include "connect.hpp"
#include "options.hpp"
#include "render.hpp"
#include "session.hpp"

namespace garboard::postgres {

namespace {

constexpr std::string_view description = R"json({
"name":"postgres","displayName":"PostgreSQL","placeholders":"numbered","identifierQuote":"\"",
"defaultSchema":"public","transactionalDdl":true,"implicitCommit":false,
"nonTransactional":[
 "CREATE INDEX CONCURRENTLY","CREATE UNIQUE INDEX CONCURRENTLY","DROP INDEX CONCURRENTLY",
 "REINDEX * CONCURRENTLY","REINDEX DATABASE","REINDEX SYSTEM","REINDEX ( * ) DATABASE",
 "REINDEX ( * ) SYSTEM","VACUUM","CREATE DATABASE","DROP DATABASE",
 "CREATE TABLESPACE","DROP TABLESPACE","ALTER SYSTEM","ALTER DATABASE * SET TABLESPACE",
 "CREATE SUBSCRIPTION","ALTER SUBSCRIPTION","DROP SUBSCRIPTION",
 "ALTER TABLE * DETACH PARTITION * CONCURRENTLY"],
"lexical":{"nestedComments":true,"lineCommentEndsAtCr":true,"dollarQuotes":true,
 "escapeStrings":true,"beginAtomic":true,"copyFromStdin":true,"metaCommands":true,
 "dollarInIdentifiers":true},
"lock":{"scope":"session","transaction":{
 "sql":"SELECT CAST(CASE WHEN pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended($1, 0)) THEN '1' ELSE 'garboard: another run holds the lock' END AS pg_catalog.int4)",
 "busySqlstate":"22P02",
 "probe":"SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))"}},
"ledger":{"create":[
 "DO $garboard$ BEGIN IF pg_catalog.to_regnamespace($garboard_name${schema}$garboard_name$) IS NULL THEN CREATE SCHEMA {schema}; END IF; END $garboard$",
 "CREATE TABLE IF NOT EXISTS {table} (app text COLLATE pg_catalog.\"C\" NOT NULL, id text COLLATE pg_catalog.\"C\" NOT NULL, ordinal bigint NOT NULL, name text NOT NULL, checksum text NOT NULL, state text NOT NULL, started_at timestamp NOT NULL, finished_at timestamp, run_id text NOT NULL, applied_by text NOT NULL, tool_version text NOT NULL, down_sql text, PRIMARY KEY (app, id))",
 "CREATE TABLE IF NOT EXISTS {journal} (app text COLLATE pg_catalog.\"C\" NOT NULL, id text COLLATE pg_catalog.\"C\" NOT NULL, seq bigint NOT NULL, checksum text NOT NULL, state text NOT NULL, fingerprint text, note text, PRIMARY KEY (app, id, seq))",
 "CREATE TABLE IF NOT EXISTS {log} (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, app text COLLATE pg_catalog.\"C\" NOT NULL, id text COLLATE pg_catalog.\"C\" NOT NULL, name text NOT NULL, action text NOT NULL, logged_at timestamp NOT NULL, run_id text NOT NULL, applied_by text NOT NULL, tool_version text NOT NULL, duration_ms bigint, reason text, detail text)"],
 "now":"pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())",
 "missingTable":["42P01","3F000"]},
"lockTimeout":"SET LOCAL lock_timeout = '{ms}ms'",
"seeds":{"create":[
 "DO $garboard$ BEGIN IF pg_catalog.to_regnamespace($garboard_name${schema}$garboard_name$) IS NULL THEN CREATE SCHEMA {schema}; END IF; END $garboard$",
 "CREATE TABLE IF NOT EXISTS {seeds} (app text COLLATE pg_catalog.\"C\" NOT NULL, id text COLLATE pg_catalog.\"C\" NOT NULL, name text NOT NULL, mode text NOT NULL, checksum text NOT NULL, applied_at timestamp NOT NULL, run_id text NOT NULL, applied_by text NOT NULL, tool_version text NOT NULL, rows_inserted bigint NOT NULL, rows_updated bigint NOT NULL, rows_deleted bigint NOT NULL, PRIMARY KEY (app, id))"],
 "columns":"SELECT a.attname, 't' FROM pg_catalog.pg_attribute a WHERE a.attrelid = pg_catalog.to_regclass(CASE WHEN $1::text = '' THEN '' ELSE pg_catalog.quote_ident($1::text) || '.' END || pg_catalog.quote_ident($2::text)) AND a.attnum > 0 AND NOT a.attisdropped",
 "foreignKeys":"SELECT n.nspname, c.relname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.confrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND k.conrelid = pg_catalog.to_regclass(CASE WHEN $1::text = '' THEN '' ELSE pg_catalog.quote_ident($1::text) || '.' END || pg_catalog.quote_ident($2::text))",
 "copy":"COPY {table} ({columns}) FROM STDIN",
 "stage":["CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"],
 "staged":["CREATE INDEX IF NOT EXISTS {index} ON {stage} ({key})","ANALYZE {stage}"],
 "dropStage":"DROP TABLE {stage}",
 "update":"UPDATE {table} SET {assignments} FROM {stage} WHERE {match} AND ({differs})",
 "assignment":"{column} = {stage}.{column}",
 "differs":"{a}::text IS DISTINCT FROM {b}::text"}})json";

struct PostgresDriver {
  using Connection = Session;
  static std::string describe() { return std::string(description); }
  static std::unique_ptr<Session> open(std::string_view options_json) {
    return std::make_unique<Session>(connect(read_options(options_json)));
  }
  static std::string outline(std::string_view op_json) { return render_operation(op_json); }
};

}  // namespace

}  // namespace garboard::postgres

GARBOARD_DRIVER(garboard::postgres::PostgresDriver, "postgres", "0.1.0",
                "[\"postgres\",\"postgresql\"]")
