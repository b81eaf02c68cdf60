/* SPDX-License-Identifier: Apache-2.0
 * Plugins with one fault each, chosen by a macro; also shows that the ABI needs no C++. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <garboard/abi.h>

#ifndef NOTE_ABI
#define NOTE_ABI "1.0"
#endif
#ifndef NOTE_MIN_HOST
#define NOTE_MIN_HOST "1.0"
#endif
#ifndef NOTE_NAME
#define NOTE_NAME BROKEN_NAME
#endif
#ifndef NOTE_KIND
#define NOTE_KIND "driver"
#endif
#ifndef DESCRIBE
#define DESCRIBE "{\"name\":\"broken\",\"ledger\":{\"create\":[\"c\"],\"now\":\"n\"}}"
#endif

#ifndef NO_NOTE
GARBOARD_NOTE("{\"abi\":\"" NOTE_ABI "\",\"minHost\":\"" NOTE_MIN_HOST "\",\"name\":\"" NOTE_NAME
              "\",\"version\":\"1.0.0\",\"kinds\":[\"" NOTE_KIND "\"],\"schemes\":[\"" NOTE_NAME
              "\"]}");
#endif

/* Both leave a mark in the file that the test names. */
static void mark(const char* what) {
  const char* path = getenv("GARBOARD_TEST_MARKER");
  FILE* file = path == NULL ? NULL : fopen(path, "a");
  if (file == NULL) return;
  fputs(what, file);
  fclose(file);
}
__attribute__((constructor)) static void started(void) { mark("code ran;"); }

static const gbd_host* the_host;

static gbd_status describe(const gbd_sink* json, gbd_error* error) {
  (void)error;
  json->write(json->ctx, DESCRIBE, strlen(DESCRIBE));
  return GBD_OK;
}
static gbd_status open_connection(gbd_str options, gbd_conn** out, gbd_error* error) {
  (void)options, (void)error;
  *out = NULL;
  return GBD_OK;
}
static void close_connection(gbd_conn* connection) { (void)connection; }
static gbd_status server_info(gbd_conn* connection, const gbd_sink* json, gbd_error* error) {
  (void)connection, (void)json, (void)error;
  return GBD_OK;
}
#ifndef NO_EXEC
static gbd_status exec(gbd_conn* connection, gbd_str sql, const gbd_call* call, int64_t* affected,
                       gbd_error* error) {
  (void)connection, (void)sql, (void)call, (void)affected, (void)error;
  return GBD_OK;
}
#endif
static gbd_status tx(gbd_conn* connection, int32_t op, gbd_error* error) {
  (void)connection, (void)op, (void)error;
  return GBD_OK;
}

static const gbd_driver driver = {
#ifdef SMALL_DRIVER
    .size = offsetof(gbd_driver, tx),
#else
    .size = sizeof(gbd_driver),
#endif
    .describe = describe,
    .open = open_connection,
    .close = close_connection,
    .server_info = server_info,
#ifndef NO_EXEC
    .exec = exec,
#endif
    .tx = tx,
};

static gbd_status init(const gbd_host* host, gbd_error* error) {
  the_host = host;
  (void)error;
#ifdef INIT_FAILS
  static const char message[] = "no licence was found";
  gbd_error_info info = {.size = sizeof info, .position = -1, .message = GBD_LIT(message)};
  the_host->fail(error, &info);
  return GBD_E_INVALID;
#else
  return GBD_OK;
#endif
}
static void stop(void) { mark("shutdown;"); }
static const void* get_interface(const char* id) {
#ifdef NO_INTERFACE
  const char* const offered = "garboard.nothing/1";
#else
  const char* const offered = "garboard.driver/1";
#endif
  return strcmp(id, offered) == 0 ? &driver : NULL;
}

static const gbd_plugin plugin = {
#ifdef SMALL_TABLE
    .size = 8,
#else
    .size = sizeof(gbd_plugin),
#endif
    .name = GBD_LIT(BROKEN_NAME),
    .version = GBD_LIT("1.0.0"),
    .init = init,
    .shutdown = stop,
    .get_interface = get_interface,
};

#ifdef NO_SYMBOL
const gbd_plugin* another_name(void);
const gbd_plugin* another_name(void) { return &plugin; }
#else
#ifdef NEEDS_LIBRARY
int garboard_test_gone(void);
#endif
const gbd_plugin* garboard_plugin_v1(void) {
#ifdef NEEDS_LIBRARY
  return garboard_test_gone() != 0 ? &plugin : NULL;
#else
  return &plugin;
#endif
}
#endif
