/* SPDX-License-Identifier: Apache-2.0
 * The plugin ABI of Garboard, major 1: C99, and C++11 or later. Vendor this file freely.
 *
 * OWNERSHIP   Nobody frees what the other side allocated. Inputs are borrowed until the call
 *             returns; outputs are copied out at once, through a sink or gbd_host.fail.
 * EXCEPTIONS  and panics and longjmp never cross a slot, in either direction.
 * THREADS     All calls for one connection, open to close, come from one thread. Slots marked
 *             [thread-safe] may be called from any; nothing is signal-safe.
 * GROWTH      Tables only grow at the end: test a slot with GBD_HAS. An interface id ends in
 *             "/revision", and its existing slots never change meaning.
 */
#ifndef GARBOARD_ABI_H
#define GARBOARD_ABI_H

#include <stddef.h>
#include <stdint.h>

#define GARBOARD_ABI_MAJOR 1 /* is part of the entry symbol's name */
#define GARBOARD_ABI_MINOR 0

/* From C++17 on, a function that may throw does not convert to a slot. */
#if defined(__cplusplus) && __cplusplus >= 201703L
#define GBD_NX noexcept
#else
#define GBD_NX
#endif
#define GBD_EXPORT __attribute__((visibility("default")))

/* A gbd_str of a string literal. */
/* clang-format off */
#define GBD_LIT(s) { (s), sizeof(s) - 1 }
/* clang-format on */

/* True when table p of type T is long enough for slot m, and the slot is filled. */
#define GBD_HAS(T, p, m) ((p)->size >= offsetof(T, m) + sizeof((p)->m) && (p)->m)

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8, not NUL-terminated. ptr == NULL is SQL NULL where a cell or parameter can be NULL. */
typedef struct gbd_str {
  const char* ptr;
  size_t len;
} gbd_str;

/* Takes output; write appends and may be called many times. */
typedef struct gbd_sink {
  void* ctx;
  void (*write)(void* ctx, const char* bytes, size_t n) GBD_NX;
} gbd_sink;

/* ---------------------------------------------------------------- errors */

typedef int32_t gbd_status; /* an unknown value is taken for GBD_E_INTERNAL */
enum {
  GBD_OK,
  GBD_E_INVALID,     /* the caller's fault: unknown option, two statements in one text */
  GBD_E_UNSUPPORTED, /* this driver or server cannot do it */
  GBD_E_CONNECT,     /* no connection */
  GBD_E_AUTH,        /* user or password refused */
  GBD_E_SQL,         /* the server refused the statement */
  GBD_E_CANCELLED,   /* stopped by cancel, or because the host said cancelled */
  GBD_E_TIMEOUT,     /* the server gave up waiting */
  GBD_E_LOCK_BUSY,   /* somebody else holds the lock */
  GBD_E_NOMEM,
  GBD_E_INTERNAL
};

enum {
  GBD_EF_RETRYABLE = 1,      /* certainly not done; the same transaction may succeed if run again */
  GBD_EF_CONN_LOST = 2,      /* only close is allowed on this connection now */
  GBD_EF_TX_ABORTED = 4,     /* only a rollback is allowed now */
  GBD_EF_OUTCOME_UNKNOWN = 8 /* may have been applied: the connection died in COMMIT or DDL */
};

/* Opaque and host-owned; never NULL; one for each call. */
typedef struct gbd_error gbd_error;

typedef struct gbd_error_info {
  uint32_t size;
  uint32_t flags;      /* GBD_EF_* */
  int64_t native_code; /* the vendor's number; 0 = none */
  int64_t position;    /* 0-based byte offset in this call's sql; -1 = unknown */
  gbd_str sqlstate;    /* five characters, or empty */
  gbd_str message, detail, hint;
  gbd_str context_json; /* {"class":..,"table":..,"constraint":..}, or empty */
} gbd_error_info;

/* ---------------------------------------------------------------- the host */

/* Valid from init until shutdown has returned. Every slot is [thread-safe]. */
typedef struct gbd_host {
  uint32_t size;
  uint32_t abi_minor;
  gbd_str name, version;
  /* level: 0 debug, 1 info, 2 warning, 3 error. fields_json: an object, or empty. */
  void (*log)(const struct gbd_host*, int32_t level, gbd_str message, gbd_str fields_json) GBD_NX;
  /* Fills the error of the current call; copies; the last call wins. */
  void (*fail)(gbd_error*, const gbd_error_info*) GBD_NX;
  /* Non-zero once the run was interrupted: poll it in waits that cancel cannot end. */
  int32_t (*cancelled)(const struct gbd_host*) GBD_NX;
  /* Further interfaces of the host by id, or NULL. */
  const void* (*get_interface)(const struct gbd_host*, const char* id)GBD_NX;
} gbd_host;

/* ---------------------------------------------------------------- "garboard.driver/1" */

typedef struct gbd_conn gbd_conn;

enum {
  GBD_TX_BEGIN,
  GBD_TX_COMMIT,
  GBD_TX_ROLLBACK,
  /* Begins a transaction that enforces no foreign keys; its commit fails, and rolls back, when that
   * left a row without its parent. Asked for only after a rendering said "uncheckedTransaction". */
  GBD_TX_BEGIN_UNCHECKED
};

/* One statement with its text parameters. */
typedef struct gbd_stmt {
  gbd_str sql;
  const gbd_str* params;
  size_t n_params;
} gbd_stmt;

enum { GBD_BATCH_ATOMIC = 1 }; /* one transaction around the batch, begun and ended in it */

/* Options of a call; NULL = all defaults. */
typedef struct gbd_call {
  uint32_t size;
  uint32_t flags;
  int64_t timeout_ms; /* 0 = none; a hint, the host also cancels at the deadline */
  const gbd_str* params;
  size_t n_params;
  void* ctx; /* of the two callbacks, which never throw */
  void (*columns)(void* ctx, const gbd_str* names, size_t n) GBD_NX;
  /* Cells as text. Non-zero = enough: stop and return GBD_OK. */
  int32_t (*row)(void* ctx, const gbd_str* cells, size_t n) GBD_NX;
} gbd_call;

typedef struct gbd_driver {
  uint32_t size;
  uint32_t flags;
  /* [thread-safe] The dialect as JSON; needs no connection. See driver-describe.md. */
  gbd_status (*describe)(const gbd_sink* json, gbd_error*) GBD_NX;
  gbd_status (*open)(gbd_str options_json, gbd_conn** out, gbd_error*) GBD_NX;
  /* Rolls back, releases locks, never fails. */
  void (*close)(gbd_conn*) GBD_NX;
  gbd_status (*server_info)(gbd_conn*, const gbd_sink* json, gbd_error*) GBD_NX;
  /* Exactly one statement. *affected = rows, or -1 where there is no such number. */
  gbd_status (*exec)(gbd_conn*, gbd_str sql, const gbd_call*, int64_t* affected, gbd_error*) GBD_NX;
  gbd_status (*tx)(gbd_conn*, int32_t op, gbd_error*) GBD_NX;

  /* From here on NULL = not supported. */

  /* The SQL of one logical operation as JSON; see driver-operations.md. With a connection: for that
   * server and what is in the database. With NULL [thread-safe]: for any server of the dialect.
   * GBD_E_UNSUPPORTED, and why, when the database has no such thing. */
  gbd_status (*render)(gbd_conn* or_null, gbd_str op_json, const gbd_sink* json, gbd_error*) GBD_NX;
  /* In order, pipelined where the protocol can, up to the first failure: *done = its index, or n
   * when the commit failed. */
  gbd_status (*batch)(gbd_conn*, const gbd_stmt*, size_t n, uint32_t flags, const gbd_call*,
                      size_t* done, gbd_error*) GBD_NX;
  /* COPY .. FROM STDIN, streamed. read answers 0 at the end, and (size_t)-1 when the rows cannot
   * be read: then abort the COPY and fail. */
  gbd_status (*copy_in)(gbd_conn*, gbd_str sql, void* ctx,
                        size_t (*read)(void* ctx, char* buffer, size_t n) GBD_NX, int64_t* rows,
                        gbd_error*) GBD_NX;
  /* Held until unlock or close. Waits by trying again, never inside the server; timeout_ms = 0
   * tries once. GBD_E_LOCK_BUSY when somebody else holds it. */
  gbd_status (*lock)(gbd_conn*, gbd_str key, int64_t timeout_ms, gbd_error*) GBD_NX;
  gbd_status (*unlock)(gbd_conn*, gbd_str key, gbd_error*) GBD_NX;
  /* [thread-safe] Stops what runs; repeated by the host; may find nothing. Never overlaps close. */
  gbd_status (*cancel)(gbd_conn*, gbd_error*) GBD_NX;
  /* State of the objects that this one DDL statement would change, in any form that compares;
   * GBD_E_UNSUPPORTED where it cannot tell. */
  gbd_status (*fingerprint)(gbd_conn*, gbd_str sql, const gbd_sink*, gbd_error*) GBD_NX;
  /* As JSON, who keeps others waiting; see driver-describe.md. With lock_key (ptr != NULL): who
   * else holds the lock of that key, asked on a connection that does not. Otherwise: who blocks the
   * session that server_info named waiting_session, asked on another connection while it waits. An
   * empty list where nobody does, and where this user may not know. */
  gbd_status (*blockers)(gbd_conn*, gbd_str waiting_session, gbd_str lock_key, const gbd_sink* json,
                         gbd_error*) GBD_NX;
} gbd_driver;

/* ---------------------------------------------------------------- "garboard.hook/1" */

/* A hook runs in a process of its own, without the database's password, and may keep state between
 * events. All its calls come from one thread. Events: see events.md. */
typedef struct gbd_hook_inst gbd_hook_inst;
enum { GBD_ALLOW, GBD_WARN, GBD_DENY }; /* anything else reads as GBD_DENY */
typedef struct gbd_hook {
  uint32_t size;
  uint32_t flags;
  /* {"events":["before_run",..],"configSchema":{..}}: what it wants to be told, and a JSON Schema
   * of what the hooks file may say under "config". */
  gbd_status (*describe)(const gbd_sink* json, gbd_error*) GBD_NX;
  gbd_status (*create)(gbd_str config_json, gbd_hook_inst** out, gbd_error*) GBD_NX;
  /* Delivers or gives up what is outstanding, within seconds. */
  void (*destroy)(gbd_hook_inst*) GBD_NX;
  /* One CloudEvent. *verdict is preset to GBD_DENY for before_* events and is not looked at for
   * others; findings_json: {"findings":[..]} as events.md says, or nothing. */
  gbd_status (*event)(gbd_hook_inst*, gbd_str event_json, int32_t* verdict,
                      const gbd_sink* findings_json, gbd_error*) GBD_NX;
} gbd_hook;

/* ---------------------------------------------------------------- "garboard.query/1" */

/* Of the host, by gbd_host.get_interface: a hook's questions about the database, allowed during a
 * before_* event. */
typedef struct gbd_query {
  uint32_t size;
  uint32_t flags;
  /* One statement that only reads, in the run's own session and always rolled back. Into the sink
   * its rows as [["cell",null,..],..], at most 10,000; or, with a status that is not GBD_OK, why
   * not. GBD_E_UNSUPPORTED without a connection (lint). */
  gbd_status (*run)(const gbd_host*, gbd_str sql, const gbd_sink* rows_json) GBD_NX;
} gbd_query;

/* ---------------------------------------------------------------- the only exported symbol */

typedef struct gbd_plugin {
  uint32_t size;
  uint16_t abi_minor;      /* what it was built against */
  uint16_t min_host_minor; /* the lowest host it can run on */
  gbd_str name, version, vendor, license, url;
  /* Once, on the main thread, before any interface is used. */
  gbd_status (*init)(const gbd_host*, gbd_error*) GBD_NX;
  /* Once, at the end: join your threads. The file is never unmapped. */
  void (*shutdown)(void) GBD_NX;
  /* A static table, or NULL. Vendor ids carry a prefix: com.acme.x/1 */
  const void* (*get_interface)(const char* id)GBD_NX;
} gbd_plugin;

/* Pure: no input or output, no threads, no globals. */
GBD_EXPORT const gbd_plugin* garboard_plugin_v1(void) GBD_NX;

#ifdef __cplusplus
}
#endif

/* The plugin's identity, readable without running it: an ELF note "Garboard", type 1, whose
 * description is JSON:
 * {"abi":"1.0","minHost":"1.0","name":"postgres","version":"1.4.0","kinds":["driver"],
 *  "schemes":["postgres","postgresql"]} */
/* clang-format off */
#define GARBOARD_NOTE(json)                                                          \
  __attribute__((section(".note.garboard"), used, aligned(4))) static const struct { \
    uint32_t namesz, descsz, type;                                                   \
    char name[12];                                                                   \
    char desc[(sizeof(json) + 3u) & ~3u];                                            \
  } garboard_note_ = { 9, sizeof(json), 1, "Garboard", json }
/* clang-format on */

#endif
