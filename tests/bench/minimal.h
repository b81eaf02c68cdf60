// SPDX-License-Identifier: Apache-2.0
// What the minimal clients share: the three jobs, written once over a function that sends one
// statement and waits for its answer.
#ifndef GARBOARD_TESTS_BENCH_MINIMAL_H
#define GARBOARD_TESTS_BENCH_MINIMAL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define HISTORY_QUERY \
  "SELECT id, ordinal, checksum, state FROM garboard_migrations ORDER BY ordinal, id"
#define CHECKSUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void fail(const char* message) {
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static void migrate(int count, void (*execute)(const char*)) {
  char sql[512];
  execute(
      "CREATE TABLE garboard_migrations (app varchar(100) NOT NULL, id varchar(200) NOT NULL,"
      " ordinal bigint NOT NULL, name varchar(200) NOT NULL, checksum varchar(64) NOT NULL,"
      " state varchar(20) NOT NULL, run_id varchar(64) NOT NULL,"
      " started_at timestamp NOT NULL, PRIMARY KEY (app, id))");
  for (int i = 1; i <= count; ++i) {
    execute("BEGIN");
    snprintf(sql, sizeof sql, "CREATE TABLE bench_%d (id integer PRIMARY KEY, name varchar(80))",
             i);
    execute(sql);
    snprintf(sql, sizeof sql, "CREATE INDEX bench_%d_name ON bench_%d (name)", i, i);
    execute(sql);
    snprintf(sql, sizeof sql, "INSERT INTO bench_%d VALUES (1, 'one')", i);
    execute(sql);
    snprintf(sql, sizeof sql,
             "INSERT INTO garboard_migrations VALUES ('default', 'm%04d', %d, 'm%04d', '" CHECKSUM
             "', 'applied', 'run', CURRENT_TIMESTAMP)",
             i, i, i);
    execute(sql);
    execute("COMMIT");
  }
}

/* One statement ends each line, as tests/bench/run writes them. */
static void script(const char* path, void (*execute)(const char*)) {
  FILE* file = fopen(path, "r");
  if (file == NULL) fail(path);
  char* line = NULL;
  size_t size = 0;
  execute("BEGIN");
  while (getline(&line, &size, file) > 0) execute(line);
  execute("COMMIT");
  free(line);
  fclose(file);
}

static void run_mode(int argc, char** argv, void (*execute)(const char*),
                     void (*read_history)(void)) {
  if (argc == 2 && strcmp(argv[1], "noop") == 0) {
    read_history();
  } else if (argc == 3 && strcmp(argv[1], "migrate") == 0) {
    migrate(atoi(argv[2]), execute);
  } else if (argc == 3 && strcmp(argv[1], "script") == 0) {
    script(argv[2], execute);
  } else {
    fail("usage: noop | migrate N | script FILE");
  }
}

#endif
