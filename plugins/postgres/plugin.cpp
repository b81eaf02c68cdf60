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
 "check":"SELECT '', pg_catalog.concat('the search_path ', pg_catalog.current_setting('search_path'), ' puts pg_catalog behind other schemas, whose functions and operators then replace the system''s') WHERE pg_catalog.array_to_string(pg_catalog.current_schemas(true), ',') OPERATOR(pg_catalog.!~) '^(pg_temp_[0-9]+,)?pg_catalog(,|$)' UNION ALL SELECT found.relname, found.problem FROM (SELECT c.relname, pg_catalog.concat_ws(', ', CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'v' THEN 'it is a view' WHEN c.relkind OPERATOR(pg_catalog.=) 'm' THEN 'it is a materialized view' WHEN c.relkind OPERATOR(pg_catalog.=) 'f' THEN 'it is a foreign table' WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN 'it is a partitioned table' WHEN c.relkind OPERATOR(pg_catalog.<>) 'r' THEN 'it is no ordinary table' END, CASE WHEN c.relpersistence OPERATOR(pg_catalog.<>) 'p' THEN 'it is unlogged, so that a crash of the server empties it' END, (SELECT pg_catalog.concat('it belongs to the role ', pg_catalog.quote_ident(o.rolname), ', which is neither this user nor one that it is a member of') FROM pg_catalog.pg_roles o, pg_catalog.pg_roles me WHERE o.oid OPERATOR(pg_catalog.=) c.relowner AND me.rolname OPERATOR(pg_catalog.=) CURRENT_USER AND o.oid OPERATOR(pg_catalog.<>) me.oid AND NOT o.rolsuper AND (me.rolsuper OR NOT pg_catalog.pg_has_role(o.oid, 'MEMBER')) AND pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'off'), (SELECT pg_catalog.concat('it has the trigger ', pg_catalog.string_agg(pg_catalog.quote_ident(t.tgname), ', ')) FROM pg_catalog.pg_trigger t WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.<>) 'D' HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0), (SELECT pg_catalog.concat('it has the rule ', pg_catalog.string_agg(pg_catalog.quote_ident(r.rulename), ', ')) FROM pg_catalog.pg_rewrite r WHERE r.ev_class OPERATOR(pg_catalog.=) c.oid AND r.rulename OPERATOR(pg_catalog.<>) '_RETURN' HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0), CASE WHEN c.relrowsecurity THEN 'it has row security' END, CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid) THEN 'it inherits from another table' END, CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhparent OPERATOR(pg_catalog.=) c.oid) THEN 'another table inherits from it' END) AS problem FROM pg_catalog.pg_class c WHERE c.relnamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) {schema}) AND c.relname OPERATOR(pg_catalog.=) ANY (ARRAY[{names}]::pg_catalog.name[])) found WHERE found.problem OPERATOR(pg_catalog.<>) ''",
 "now":"pg_catalog.timezone('UTC', pg_catalog.clock_timestamp())",
 "missingTable":["42P01","3F000"]},
"lockTimeout":"SET LOCAL lock_timeout = '{ms}ms'",
"statementTimeout":"SET LOCAL statement_timeout = '{ms}ms'",
"sessionReset":["RESET SESSION AUTHORIZATION","RESET ROLE","RESET ALL"],
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
