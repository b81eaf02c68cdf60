// SPDX-License-Identifier: Apache-2.0
// The least a program can do on libpq, to hold Garboard against. BENCH_URL names the database.
//   minimal_postgres noop | migrate N | script FILE
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minimal.h"

static PGconn* conn;

static void execute(const char* sql) {
  PGresult* result = PQexec(conn, sql);
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(PQerrorMessage(conn));
  PQclear(result);
}

static void read_history(void) {
  PGresult* result = PQexec(conn, HISTORY_QUERY);
  if (PQresultStatus(result) != PGRES_TUPLES_OK) fail(PQerrorMessage(conn));
  size_t bytes = 0;
  for (int row = 0; row < PQntuples(result); ++row) bytes += strlen(PQgetvalue(result, row, 0));
  printf("%d rows, %zu bytes of ids\n", PQntuples(result), bytes);
  PQclear(result);
}

int main(int argc, char** argv) {
  conn = PQconnectdb(getenv("BENCH_URL"));
  if (PQstatus(conn) != CONNECTION_OK) fail(PQerrorMessage(conn));
  run_mode(argc, argv, execute, read_history);
  PQfinish(conn);
  return 0;
}
