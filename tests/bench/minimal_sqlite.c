// SPDX-License-Identifier: Apache-2.0
// The least a program can do on SQLite, to hold Garboard against. BENCH_FILE names the database.
//   minimal_sqlite noop | migrate N | script FILE
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minimal.h"

static sqlite3* conn;

static void execute(const char* sql) {
  if (sqlite3_exec(conn, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sqlite3_errmsg(conn));
}

static void read_history(void) {
  sqlite3_stmt* statement = NULL;
  if (sqlite3_prepare_v2(conn, HISTORY_QUERY, -1, &statement, NULL) != SQLITE_OK)
    fail(sqlite3_errmsg(conn));
  int rows = 0;
  size_t bytes = 0;
  for (; sqlite3_step(statement) == SQLITE_ROW; ++rows)
    bytes += strlen((const char*)sqlite3_column_text(statement, 0));
  printf("%d rows, %zu bytes of ids\n", rows, bytes);
  sqlite3_finalize(statement);
}

int main(int argc, char** argv) {
  if (sqlite3_open(getenv("BENCH_FILE"), &conn) != SQLITE_OK) fail(sqlite3_errmsg(conn));
  run_mode(argc, argv, execute, read_history);
  sqlite3_close(conn);
  return 0;
}
