/* SPDX-License-Identifier: Apache-2.0
 * A driver as it was written for plugin ABI 1.0, with the abi.h of that day beside it. It is never
 * changed: as long as garboard speaks ABI 1, this builds, loads and runs. Of SQLite files. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"

GARBOARD_NOTE(
    "{\"abi\":\"1.0\",\"minHost\":\"1.0\",\"name\":\"frozen\",\"version\":\"1.0.0\","
    "\"kinds\":[\"driver\"],\"schemes\":[\"frozen\"]}");

enum { max_columns = 64 };

struct gbd_conn {
  sqlite3* db;
  sqlite3* lock; /* another file, where a transaction is the lock */
};

static const gbd_host* host;

static gbd_status fail(gbd_error* error, gbd_status status, uint32_t flags, const char* text) {
  gbd_error_info info;
  memset(&info, 0, sizeof info);
  info.size = sizeof info;
  info.flags = flags;
  info.position = -1;
  info.message.ptr = text;
  info.message.len = strlen(text);
  if (strncmp(text, "no such table", 13) == 0) {
    info.sqlstate.ptr = "42S02";
    info.sqlstate.len = 5;
  }
  host->fail(error, &info);
  return status;
}

static gbd_status refused(gbd_error* error, sqlite3* db) {
  const int code = sqlite3_errcode(db);
  if (code == SQLITE_INTERRUPT) return fail(error, GBD_E_CANCELLED, 0, "cancelled");
  return fail(error, GBD_E_SQL, code == SQLITE_BUSY ? GBD_EF_RETRYABLE : 0, sqlite3_errmsg(db));
}

static gbd_status describe(const gbd_sink* json, gbd_error* error) {
  static const char text[] =
      "{\"name\":\"frozen\",\"transactionalDdl\":true,\"nonTransactional\":[\"VACUUM\"],"
      "\"lexical\":{\"triggerBodies\":true},\"lock\":{\"scope\":\"begin\"},"
      "\"ledger\":{\"now\":\"strftime('%Y-%m-%d %H:%M:%f','now')\",\"missingTable\":[\"42S02\"],"
      "\"create\":["
      "\"CREATE TABLE IF NOT EXISTS {table} (app TEXT, id TEXT, ordinal INTEGER, name TEXT, "
      "checksum TEXT, state TEXT, started_at TEXT, finished_at TEXT, run_id TEXT, applied_by TEXT, "
      "tool_version TEXT, down_sql TEXT, PRIMARY KEY (app, id))\","
      "\"CREATE TABLE IF NOT EXISTS {journal} (app TEXT, id TEXT, seq INTEGER, checksum TEXT, "
      "state TEXT, fingerprint TEXT, note TEXT, PRIMARY KEY (app, id, seq))\","
      "\"CREATE TABLE IF NOT EXISTS {log} (seq INTEGER PRIMARY KEY, app TEXT, id TEXT, name TEXT, "
      "action TEXT, logged_at TEXT, run_id TEXT, applied_by TEXT, tool_version TEXT, "
      "duration_ms INTEGER, reason TEXT, detail TEXT)\"]}}";
  (void)error;
  json->write(json->ctx, text, 20); /* in two pieces, as is allowed */
  json->write(json->ctx, text + 20, sizeof text - 1 - 20);
  return GBD_OK;
}

/* Offers each row of one statement to the call; a NULL call takes none. */
static gbd_status run(sqlite3* db, gbd_str sql, const gbd_str* params, size_t n_params,
                      const gbd_call* call, int64_t* affected, gbd_error* error) {
  const int takes_rows = call != NULL && GBD_HAS(gbd_call, call, row);
  sqlite3_stmt* statement = NULL;
  gbd_str cells[max_columns];
  int code, column, columns;
  size_t i;
  *affected = -1;
  if (sqlite3_prepare_v2(db, sql.ptr, (int)sql.len, &statement, NULL) != SQLITE_OK)
    return refused(error, db);
  if (statement == NULL) return GBD_OK; /* nothing but comments */
  for (i = 0; i < n_params; ++i)        /* a NULL pointer binds NULL */
    sqlite3_bind_text(statement, (int)i + 1, params[i].ptr, (int)params[i].len, SQLITE_STATIC);
  columns = sqlite3_column_count(statement);
  if (columns > max_columns) columns = max_columns;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW && takes_rows) {
    for (column = 0; column < columns; ++column) {
      cells[column].ptr = (const char*)sqlite3_column_text(statement, column);
      cells[column].len = (size_t)sqlite3_column_bytes(statement, column);
    }
    if (call->row(call->ctx, cells, (size_t)columns) != 0) break;
  }
  if (code == SQLITE_DONE && columns == 0) *affected = sqlite3_changes(db);
  sqlite3_finalize(statement);
  return code == SQLITE_DONE || code == SQLITE_ROW ? GBD_OK : refused(error, db);
}

static gbd_status run_text(sqlite3* db, const char* sql, gbd_error* error) {
  int64_t ignored;
  gbd_str text;
  text.ptr = sql;
  text.len = strlen(sql);
  return run(db, text, NULL, 0, NULL, &ignored, error);
}

static void close_connection(gbd_conn* connection) {
  sqlite3_close(connection->lock);
  sqlite3_close(connection->db);
  free(connection);
}

static int32_t copy_cell(void* ctx, const gbd_str* cells, size_t n) {
  char** const out = ctx;
  if (n == 1 && cells[0].ptr != NULL && (*out = malloc(cells[0].len + 1)) != NULL) {
    memcpy(*out, cells[0].ptr, cells[0].len);
    (*out)[cells[0].len] = '\0';
  }
  return 1;
}

/* "database" of the options; SQLite reads the JSON. The caller frees. */
static char* database_of(gbd_str options, gbd_error* error) {
  static const gbd_str sql = GBD_LIT("SELECT json_extract(?1, '$.database')");
  char* path = NULL;
  int64_t ignored;
  sqlite3* memory = NULL;
  gbd_call call;
  memset(&call, 0, sizeof call);
  call.size = sizeof call;
  call.ctx = &path;
  call.row = copy_cell;
  if (sqlite3_open(":memory:", &memory) == SQLITE_OK)
    (void)run(memory, sql, &options, 1, &call, &ignored, error);
  sqlite3_close(memory);
  return path;
}

static gbd_status open_connection(gbd_str options, gbd_conn** out, gbd_error* error) {
  char* const path = database_of(options, error);
  char* const lock_path = path == NULL ? NULL : malloc(strlen(path) + sizeof "-lock");
  gbd_conn* const connection = calloc(1, sizeof *connection);
  gbd_status status = GBD_OK;
  if (path == NULL || lock_path == NULL || connection == NULL) {
    free(path);
    free(lock_path);
    free(connection);
    return fail(error, GBD_E_INVALID, 0, "no file was named, or there is no memory");
  }
  strcat(strcpy(lock_path, path), "-lock");
  if (sqlite3_open(path, &connection->db) != SQLITE_OK ||
      sqlite3_open(lock_path, &connection->lock) != SQLITE_OK)
    status = fail(error, GBD_E_CONNECT, 0, "the file cannot be opened");
  free(path);
  free(lock_path);
  if (status == GBD_OK) {
    *out = connection;
  } else {
    close_connection(connection);
  }
  return status;
}

static gbd_status server_info(gbd_conn* connection, const gbd_sink* json, gbd_error* error) {
  char text[80];
  (void)connection, (void)error;
  snprintf(text, sizeof text, "{\"product\":\"SQLite\",\"version\":\"%s\"}", sqlite3_libversion());
  json->write(json->ctx, text, strlen(text));
  return GBD_OK;
}

static gbd_status exec(gbd_conn* connection, gbd_str sql, const gbd_call* call, int64_t* affected,
                       gbd_error* error) {
  const int has_params = call != NULL && call->size >= offsetof(gbd_call, ctx);
  return run(connection->db, sql, has_params ? call->params : NULL, has_params ? call->n_params : 0,
             call, affected, error);
}

static gbd_status tx(gbd_conn* connection, int32_t op, gbd_error* error) {
  gbd_status status;
  if (op == GBD_TX_COMMIT) return run_text(connection->db, "COMMIT", error);
  if (op == GBD_TX_ROLLBACK) return run_text(connection->db, "ROLLBACK", error);
  if (op != GBD_TX_BEGIN) return fail(error, GBD_E_UNSUPPORTED, 0, "no such transaction");
  status = run_text(connection->db, "BEGIN IMMEDIATE", error);
  return status != GBD_OK && sqlite3_errcode(connection->db) == SQLITE_BUSY ? GBD_E_LOCK_BUSY
                                                                            : status;
}

static gbd_status batch(gbd_conn* connection, const gbd_stmt* statements, size_t n, uint32_t flags,
                        const gbd_call* call, size_t* done, gbd_error* error) {
  const int is_atomic = (flags & GBD_BATCH_ATOMIC) != 0;
  gbd_status status = is_atomic ? tx(connection, GBD_TX_BEGIN, error) : GBD_OK;
  int64_t ignored;
  for (*done = 0; status == GBD_OK && *done < n; *done += status == GBD_OK ? 1 : 0)
    status = run(connection->db, statements[*done].sql, statements[*done].params,
                 statements[*done].n_params, call, &ignored, error);
  if (status == GBD_OK && is_atomic) status = tx(connection, GBD_TX_COMMIT, error);
  if (status != GBD_OK && is_atomic && !sqlite3_get_autocommit(connection->db))
    sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
  return status;
}

static gbd_status lock(gbd_conn* connection, gbd_str key, int64_t timeout_ms, gbd_error* error) {
  (void)key;
  sqlite3_busy_timeout(connection->lock, (int)timeout_ms);
  return run_text(connection->lock, "BEGIN EXCLUSIVE", error) == GBD_OK ? GBD_OK : GBD_E_LOCK_BUSY;
}

static gbd_status unlock(gbd_conn* connection, gbd_str key, gbd_error* error) {
  (void)key;
  return run_text(connection->lock, "ROLLBACK", error);
}

static gbd_status cancel(gbd_conn* connection, gbd_error* error) {
  (void)error;
  sqlite3_interrupt(connection->db);
  return GBD_OK;
}

static int32_t write_cell(void* ctx, const gbd_str* cells, size_t n) {
  const gbd_sink* const out = ctx;
  if (n == 1 && cells[0].ptr != NULL) out->write(out->ctx, cells[0].ptr, cells[0].len);
  return 0;
}

static gbd_status fingerprint(gbd_conn* connection, gbd_str sql, const gbd_sink* out,
                              gbd_error* error) {
  static const gbd_str all = GBD_LIT("SELECT name || ' ' || sql FROM sqlite_master ORDER BY name");
  int64_t ignored;
  gbd_sink copy = *out;
  gbd_call call;
  (void)sql;
  memset(&call, 0, sizeof call);
  call.size = sizeof call;
  call.ctx = &copy;
  call.row = write_cell;
  return run(connection->db, all, NULL, 0, &call, &ignored, error);
}

static const gbd_driver driver = {sizeof(gbd_driver),
                                  0,
                                  describe,
                                  open_connection,
                                  close_connection,
                                  server_info,
                                  exec,
                                  tx,
                                  NULL,
                                  batch,
                                  NULL,
                                  lock,
                                  unlock,
                                  cancel,
                                  fingerprint,
                                  NULL};

static gbd_status init(const gbd_host* of_this_run, gbd_error* error) {
  static const gbd_str message = GBD_LIT("the frozen driver was started");
  static const gbd_str no_fields = {NULL, 0};
  (void)error;
  host = of_this_run;
  if (host->name.len == 0 || host->version.len == 0) return GBD_E_INVALID;
  host->log(host, 0, message, no_fields);
  return GBD_OK;
}
static void stop(void) { host = NULL; }
static const void* get_interface(const char* id) {
  return strcmp(id, "garboard.driver/1") == 0 ? &driver : NULL;
}

static const gbd_plugin plugin = {sizeof(gbd_plugin),
                                  0,
                                  0,
                                  GBD_LIT("frozen"),
                                  GBD_LIT("1.0.0"),
                                  GBD_LIT("nobody"),
                                  GBD_LIT("Apache-2.0"),
                                  GBD_LIT(""),
                                  init,
                                  stop,
                                  get_interface};

const gbd_plugin* garboard_plugin_v1(void) { return &plugin; }
