// SPDX-License-Identifier: Apache-2.0
// The least a program can do on the MySQL client library, to hold Garboard against.
// BENCH_HOST, BENCH_PORT, BENCH_USER, BENCH_PASSWORD and BENCH_DATABASE name the database.
//   minimal_mysql noop | migrate N | script FILE
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minimal.h"

static MYSQL* conn;

static void execute(const char* sql) {
  if (mysql_real_query(conn, sql, strlen(sql)) != 0) fail(mysql_error(conn));
  MYSQL_RES* result = mysql_store_result(conn);
  if (result != NULL) mysql_free_result(result);
}

static void read_history(void) {
  if (mysql_query(conn, HISTORY_QUERY) != 0) fail(mysql_error(conn));
  MYSQL_RES* result = mysql_store_result(conn);
  if (result == NULL) fail(mysql_error(conn));
  size_t bytes = 0;
  for (MYSQL_ROW row = mysql_fetch_row(result); row != NULL; row = mysql_fetch_row(result))
    bytes += strlen(row[0]);
  printf("%d rows, %zu bytes of ids\n", (int)mysql_num_rows(result), bytes);
  mysql_free_result(result);
}

int main(int argc, char** argv) {
  conn = mysql_init(NULL);
  if (mysql_real_connect(conn, getenv("BENCH_HOST"), getenv("BENCH_USER"), getenv("BENCH_PASSWORD"),
                         getenv("BENCH_DATABASE"), (unsigned)atoi(getenv("BENCH_PORT")), NULL,
                         0) == NULL)
    fail(mysql_error(conn));
  run_mode(argc, argv, execute, read_history);
  mysql_close(conn);
  return 0;
}
